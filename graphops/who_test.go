package graphops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
)

// shows signs somebody in to show who they are.
func (w *world) shows(upn string) (identity.Account, error) {
	w.Helper()
	in, err := w.dir.Identify(w.Context(), "contoso")
	if w.saw(err) != nil {
		w.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v", in, in, in); strings.Contains(text, in.Prompt().Code.Reveal()) {
		w.Errorf("it prints its code: %s", text)
	}
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), upn); err != nil {
		w.Fatal(err)
	}
	who, err := in.Wait(w.Context())
	return who, w.saw(err)
}

func TestWhoeverSignsInToBeLinkedIsAskedForNothingElse(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, "User.Read", "Directory.Read.All", "Application.ReadWrite.All")
	var asked []string
	given := map[string]bool{}
	w.wire = func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(r.URL.Path, "/oauth2/v2.0/") {
			return nil, nil
		}
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		b, _ := io.ReadAll(body)
		form, _ := url.ParseQuery(string(b))
		asked = append(asked, form.Get("scope"))
		resp, err := w.direct.RoundTrip(r)
		if err == nil {
			b, _ := io.ReadAll(resp.Body)
			given["refresh_token"] = given["refresh_token"] || strings.Contains(string(b), "refresh_token")
			given["id_token"] = given["id_token"] || strings.Contains(string(b), "id_token")
			resp.Body = io.NopCloser(strings.NewReader(string(b)))
		}
		return resp, err
	}
	who, err := w.shows("bea@contoso.com")
	if err != nil {
		t.Fatal(err)
	}
	if who.TenantID != w.t.ID || who.ObjectID == "" || who.UPN != "bea@contoso.com" || who.Elsewhere || who.Disabled {
		t.Errorf("signed in: %+v", who)
	}
	for _, scope := range asked {
		words := strings.Fields(scope)
		slices.Sort(words)
		if got := strings.Join(words, " "); got != w.url+"/User.Read openid" {
			t.Errorf("asked for %s", got)
		}
	}
	if len(asked) < 2 || given["refresh_token"] || !given["id_token"] {
		t.Errorf("asked %d times, and given %v", len(asked), given)
	}
}

func TestAccountsThatAreNotTheTenantsOwnAreToldApart(t *testing.T) {
	w := newWorld(t)
	w.t.AddUser(entratest.User{UPN: "gus@elsewhere.com", Guest: true})
	w.t.AddUser(entratest.User{UPN: "old@contoso.com", Untyped: true})
	w.t.AddUser(entratest.User{UPN: "Ext@contoso.com", Mail: "other@contoso.com"})
	for upn, elsewhere := range map[string]bool{
		"gus@elsewhere.com": true, "old@contoso.com": false, "ext@contoso.com": false, "ada@contoso.com": false,
	} {
		who, err := w.shows(upn)
		if err != nil || who.Elsewhere != elsewhere || who.TenantID != w.t.ID {
			t.Errorf("%s: %+v, %v", upn, who, err)
		}
	}
	// A guest who was made a member has the name of one; where that is another, the sign-in says so.
	for _, upn := range []string{"gus_elsewhere.com#ext#@contoso.com", "gus@contoso.com"} {
		w.rewritten(func(path, _ string) bool { return strings.Contains(path, "/me") }, func(status int, body string) (int, string) {
			return status, strings.NewReplacer(`"Guest"`, `"Member"`, "gus_elsewhere.com#EXT#@contoso.com", upn).Replace(body)
		})
		if who, err := w.shows("gus@elsewhere.com"); err != nil || !who.Elsewhere || who.UPN != upn {
			t.Errorf("a member of another tenant: %+v, %v", who, err)
		}
	}
}

func TestAnAccountThatWasDisabledMeanwhileIsNotLinked(t *testing.T) {
	w := newWorld(t)
	for what, change := range map[string]func(){
		"disabled": func() { w.t.ChangeUser("bea@contoso.com", func(u *entratest.User) { u.Disabled = true }) },
		"deleted":  func() { w.t.RemoveUser("cloe@contoso.com") },
	} {
		upn := map[string]string{"disabled": "bea@contoso.com", "deleted": "cloe@contoso.com"}[what]
		in, err := w.dir.Identify(t.Context(), "contoso")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.s.SignIn(in.Prompt().Code.Reveal(), upn); err != nil {
			t.Fatal(err)
		}
		change()
		who, err := in.Wait(t.Context())
		if _, ok := errors.AsType[*workflow.SignInError](w.saw(err)); !ok || who != (identity.Account{}) {
			t.Errorf("%s: %+v, %v", what, who, err)
		}
	}
	w.rewritten(func(path, _ string) bool { return strings.Contains(path, "/me") }, func(status int, body string) (int, string) {
		return status, strings.ReplaceAll(body, `"accountEnabled":true`, `"accountEnabled":false`)
	})
	if who, err := w.shows("ada@contoso.com"); err != nil || !who.Disabled {
		t.Errorf("Graph says that it is disabled: %+v, %v", who, err)
	}
}

func TestWhoSignedInHasToBeTheSameEverywhere(t *testing.T) {
	w := newWorld(t)
	w.rewritten(func(path, _ string) bool { return strings.Contains(path, "/me") }, func(status int, body string) (int, string) {
		return 403, `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}`
	})
	if _, err := w.shows("bea@contoso.com"); !reasoned(err, workflow.SignInNoConsent) {
		t.Errorf("Graph does not say who that is: %v", err)
	}
	w.wire = nil
	other := w.s.AddTenant(entratest.Tenant{Name: "Fabrikam", Domain: "fabrikam.com"})
	other.AddUser(entratest.User{UPN: "eve@fabrikam.com"})
	in, err := w.dir.Identify(t.Context(), "contoso")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "eve@fabrikam.com"); err == nil {
		t.Error("somebody of another tenant signed in")
	}
	late, over := context.WithCancel(t.Context())
	over()
	if who, err := in.Wait(late); err == nil {
		t.Errorf("nobody signed in, and it is %+v", who)
	}
	for what, c := range map[string]struct {
		reason workflow.SignInReason
		do     func(code string) error
	}{
		"declined": {workflow.SignInDeclined, w.s.Decline},
		"blocked":  {workflow.SignInBlocked, func(code string) error { return w.s.FailSignIn(code, 53003) }},
		"assigned": {workflow.SignInNotAssigned, func(code string) error { return w.s.FailSignIn(code, 50105) }},
	} {
		in, err := w.dir.Identify(t.Context(), "contoso")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.do(in.Prompt().Code.Reveal()); err != nil {
			t.Fatal(err)
		}
		if _, err := in.Wait(t.Context()); !reasoned(w.saw(err), c.reason) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func reasoned(err error, want workflow.SignInReason) bool {
	no, ok := errors.AsType[*workflow.SignInError](err)
	return ok && no.Reason == want
}
