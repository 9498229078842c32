package entratest_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/entra-app/entra-app/graphops/entratest"
)

func (w *world) page(path string) (int, string) {
	w.Helper()
	resp, err := w.http.Get(w.url + path)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func (w *world) submit(f url.Values) (int, string) {
	w.Helper()
	resp, err := w.http.PostForm(w.url+"/devicelogin", f)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func has(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page:\n%s", want, page[strings.LastIndex(page, "<main>")+1:])
		}
	}
}

func TestAPersonSignsInOnThePage(t *testing.T) {
	w := newWorld(t)
	code := w.begin("User.Read")
	typed := code["user_code"].(string)
	_, page := w.page("/devicelogin")
	has(t, page, "Enter code", `name="otc"`)
	status, page := w.page("/devicelogin?otc=WRONG")
	if has(t, page, "That code didn&#39;t work", `role="alert"`); status != 400 {
		t.Errorf("status %d", status)
	}
	_, page = w.page("/devicelogin?otc=" + strings.ToLower(typed))
	has(t, page, "Bot sign-in", "Contoso", "Only continue if you trust", `value="ada@contoso.com"`, "User.Read")
	if _, page = w.submit(url.Values{"otc": {typed}, "action": {"continue"}}); true {
		has(t, page, "Pick the account")
	}
	_, page = w.submit(url.Values{"otc": {typed}, "account": {"ada@contoso.com"}, "action": {"continue"}})
	has(t, page, "You're signed in", "You can close this window")
	if status, body := w.poll(code); status != 200 {
		t.Errorf("%d %v", status, body)
	}
	_, page = w.page("/devicelogin?otc=" + typed)
	has(t, page, "used already")
}

func TestAPersonCancelsOrMayNotOnThePage(t *testing.T) {
	w := newWorld(t)
	code := w.begin("User.Read")
	_, page := w.submit(url.Values{"otc": {code["user_code"].(string)}, "action": {"cancel"}})
	has(t, page, "You cancelled")
	if _, body := w.poll(code); body["error"] != "authorization_declined" {
		t.Errorf("%v", body)
	}
	w.s.AddTenant(entratest.Tenant{Name: "Fabrikam"}).AddUser(entratest.User{UPN: "fay@fabrikam.com"})
	code = w.begin("User.Read")
	_, page = w.submit(url.Values{"otc": {code["user_code"].(string)}, "account": {"fay@fabrikam.com"}, "action": {"continue"}})
	has(t, page, "AADSTS50020", "Use another account")
	w.t.Change(func(k *entratest.Knobs) { k.BlockDeviceCode = true })
	_, page = w.submit(url.Values{"otc": {code["user_code"].(string)}, "account": {"ada@contoso.com"}, "action": {"continue"}})
	has(t, page, "AADSTS53003", "can't be used any more")
}

func TestThePortalIsToldOfEveryChange(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/portal", "/portal/portal.css", "/portal/portal.js"} {
		if status, page := w.page(path); status != 200 || page == "" {
			t.Errorf("%s: %d", path, status)
		}
	}
	r, _ := http.NewRequest("GET", w.url+"/portal/events", nil)
	resp, err := w.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() bool {
		for lines.Scan() {
			if lines.Text() == "event: change" {
				return true
			}
		}
		return false
	}
	if !next() {
		t.Fatal("no first event")
	}
	a := w.register("ada", "shown")
	if !next() {
		t.Fatal("no event")
	}
	_, state := w.page("/portal/state")
	has(t, state, a.appID, `"name":"shown"`, `"upn":"ada@contoso.com"`, `"who":"ada@contoso.com"`)
	w.s.Close()
	for next() {
	}
}

// rewrite sends what is meant for Microsoft to the emulator, over plain HTTP.
type rewrite struct{ to *url.URL }

func (r rewrite) RoundTrip(q *http.Request) (*http.Response, error) {
	q = q.Clone(q.Context())
	q.URL.Scheme, q.URL.Host, q.Host = r.to.Scheme, r.to.Host, r.to.Host
	return http.DefaultTransport.RoundTrip(q)
}

func TestMSALMayBelieveThatItTalksToMicrosoft(t *testing.T) {
	s := entratest.New(entratest.Config{})
	tenant := s.AddTenant(entratest.Tenant{})
	tenant.AddUser(entratest.User{UPN: "ada@contoso.com"})
	client := tenant.AddPublicClient(entratest.Client{Name: "x", Scopes: []string{"User.Read"}, PublicClientFlows: true})
	server := httptest.NewServer(s)
	defer server.Close()
	to, _ := url.Parse(server.URL)
	c, err := public.New(client.AppID, public.WithAuthority("https://login.microsoftonline.com/"+tenant.ID),
		public.WithHTTPClient(&http.Client{Transport: rewrite{to}}))
	if err != nil {
		t.Fatal(err)
	}
	scopes := []string{"https://graph.microsoft.com/User.Read"}
	code, err := c.AcquireTokenByDeviceCode(context.Background(), scopes)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SignIn(code.Result.UserCode, "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	r, err := code.AuthenticationResult(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AcquireTokenSilent(context.Background(), scopes, public.WithSilentAccount(r.Account)); err != nil {
		t.Errorf("silently, after instance discovery: %v", err)
	}
}
