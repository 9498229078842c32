package bot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

const (
	pfxContent  = "\x30\x82PFX FILE"
	pfxPassword = "hunter2hunter2"
	thumbprint  = "0123456789ABCDEF0123456789ABCDEF01234567"
)

// newPfxWorld is a world whose bot has a page.
func newPfxWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.boots(t, workflow.DeskConfig{PublicURL: "https://bot.contoso.com"})
	return w
}

// made is a request for a certificate that is made here, as far as a state.
func (w *world) made(t *testing.T, appName string, s workflow.State, edit func(*workflow.Request)) *workflow.Request {
	t.Helper()
	r, err := w.desk.Submit(context.Background(), people.Person{ID: "UBEA", Name: "Bea", Email: "bea@contoso.com"}, form.Draft{
		Product: "vb365-backup", Workloads: []string{"exchange"}, AppName: appName, Reason: "nightly", Team: "CTEAM",
		Credential: plan.CredentialMadeCertificate, Lifetime: 8760 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	r, err = w.kept.Update(context.Background(), r.ID, func(r *workflow.Request) error {
		inState(s)(r)
		if s == workflow.StatePending {
			return nil
		}
		r.Steps = []workflow.Step{{Name: workflow.StepCertificate, Status: workflow.StepDone, Note: "thumbprint " + thumbprint},
			{Name: workflow.StepProof, Status: workflow.StepDone}}
		r.Made.Thumbprint = thumbprint
		r.Handover = workflow.Handover{Status: workflow.HandoverKept, Sealed: w.sealed(r.ID, pfxPassword),
			File: w.sealed(r.ID+" pfx", pfxContent)}
		if edit != nil {
			edit(r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// now makes a request one that was made ready just now.
func now(r *workflow.Request) { r.Entered = time.Now() }

var pageLink = regexp.MustCompile(`https://bot\.contoso\.com(/pfx/[^"\\]+)`)

// revealed presses Reveal secret and returns the page's path out of the view.
func (w *world) revealed(t *testing.T, r *workflow.Request) string {
	t.Helper()
	w.press("UBEA", actReveal, buttonValue(r))
	updates := w.of("views.update")
	if len(updates) == 0 {
		t.Fatal("no view was shown")
	}
	view := updates[len(updates)-1].Get("json")
	found := pageLink.FindStringSubmatch(view)
	if found == nil || !strings.Contains(view, pfxPassword) {
		t.Fatalf("the view is %s", view)
	}
	return found[1]
}

// ask calls the page.
func (w *world) ask(method, path string) *http.Response {
	rec := httptest.NewRecorder()
	w.bot.Pages().ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	return rec.Result()
}

func TestThePageGivesTheFileOutOnceAndOnlyToAPress(t *testing.T) {
	w := newPfxWorld(t)
	r := w.made(t, `a <script>alert("x")</script> & b`, workflow.StateReady, now)
	path := w.revealed(t, r)
	for _, method := range []string{"GET", "HEAD", "GET", "GET"} {
		resp := w.ask(method, path)
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d", method, resp.StatusCode)
		}
		if method == "GET" && (!strings.Contains(string(body), r.ID) ||
			!strings.Contains(string(body), `<form method="post"><button type="submit">`) || strings.Contains(string(body), "<script") ||
			strings.Contains(string(body), pfxPassword)) {
			t.Errorf("the page is %s", body)
		}
	}
	for _, method := range []string{"PUT", "DELETE", "OPTIONS", "PATCH"} {
		if resp := w.ask(method, path); resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, resp.StatusCode)
		}
	}
	if got, _ := w.desk.Get(t.Context(), r.ID); got.State != workflow.StateReady || got.Handover.Status != workflow.HandoverFetching {
		t.Fatalf("after being looked at it is %s, %s", got.State, got.Handover.Status)
	}
	resp := w.ask("POST", path)
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || string(body) != pfxContent {
		t.Fatalf("POST: %d %q", resp.StatusCode, body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/x-pkcs12", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Content-Disposition": `attachment; filename="` + r.ID + `-a-script-alert-x-script-b.pfx"`,
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; ") {
		t.Error(csp)
	}
	for _, method := range []string{"POST", "GET", "POST"} {
		resp := w.ask(method, path)
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusGone || !strings.Contains(string(body), "has been fetched already") ||
			strings.Contains(string(body), "<form") {
			t.Errorf("%s afterwards: %d %s", method, resp.StatusCode, body)
		}
	}
	got, _ := w.desk.Get(t.Context(), r.ID)
	if got.State != workflow.StateDone || len(got.Handover.File)+len(got.Handover.Sealed) != 0 {
		t.Errorf("it is %s, with %+v", got.State, got.Handover)
	}
	last := got.History[len(got.History)-1]
	if b, _ := json.Marshal(eventLine(last, 600)); last.Kind != workflow.EventRefused || last.Times != 2 ||
		!strings.Contains(string(b), "Somebody with the link was refused") {
		t.Errorf("the second press is not in the history: %+v", last)
	}
	w.nothingLeaks(t, path)
}

// nothingLeaks looks for the password, the file and the token in the log and in
// everything that Slack was told but for the view.
func (w *world) nothingLeaks(t *testing.T, path string) {
	t.Helper()
	w.bot.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	token := path[len(workflow.PagePath):]
	for _, s := range []string{pfxPassword, "PFX FILE", token, token[len("EA-1."):]} {
		if strings.Contains(w.log.String(), s) {
			t.Errorf("the log has %q: %s", s, w.log)
		}
		for _, c := range w.calls {
			if c.method != "views.update" && strings.Contains(c.args.Encode()+c.args.Get("json"), s) {
				t.Errorf("%s has %q", c.method, s)
			}
		}
	}
}

func TestAnAddressThatWasNeverGivenOutLeadsNowhere(t *testing.T) {
	w := newPfxWorld(t)
	r := w.made(t, "payroll", workflow.StateReady, now)
	path := w.revealed(t, r)
	random := path[len("/pfx/")+len(r.ID)+1:]
	for _, wrong := range []string{"/pfx/", "/pfx/x", "/pfx/" + r.ID, "/pfx/" + r.ID + ".", "/pfx/" + random, "/pfx/EA-99." + random,
		path[:len(path)-1] + "~", path + "A", path + "/x", "/pfx/" + strings.Repeat("A", 4000)} {
		for _, method := range []string{"GET", "POST"} {
			if resp := w.ask(method, wrong); resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %d", method, wrong, resp.StatusCode)
			}
		}
	}
	if resp := w.ask("POST", path); resp.StatusCode != 200 {
		t.Errorf("the right one: %d", resp.StatusCode)
	}
	w.nothingLeaks(t, path)
}

// A broken connection takes n bytes, then none.
type broken struct {
	http.ResponseWriter
	n int
}

func (b broken) Write([]byte) (int, error) { return b.n, errors.New("broken pipe") }

func (b broken) Unwrap() http.ResponseWriter { return b.ResponseWriter }

func TestAClaimIsTakenBackOnlyIfNothingWasWritten(t *testing.T) {
	for n, want := range map[int]workflow.HandoverStatus{0: workflow.HandoverFetching, 1: workflow.HandoverSending} {
		w := newPfxWorld(t)
		r := w.made(t, "payroll", workflow.StateReady, now)
		path := w.revealed(t, r)
		w.bot.Pages().ServeHTTP(broken{httptest.NewRecorder(), n}, httptest.NewRequest("POST", path, nil))
		got, _ := w.desk.Get(t.Context(), r.ID)
		if got.Handover.Status != want || len(got.Handover.File) == 0 {
			t.Errorf("after %d bytes: %+v", n, got.Handover)
		}
		resp := w.ask("POST", path)
		if again := resp.StatusCode == 200; again != (n == 0) {
			t.Errorf("after %d bytes a second press got %d", n, resp.StatusCode)
		}
		w.nothingLeaks(t, path)
	}
}

func TestWhoGoesAwayAfterTheClaimDoesNotKeepTheFileFromBeingShredded(t *testing.T) {
	w := newPfxWorld(t)
	r := w.made(t, "payroll", workflow.StateReady, now)
	path := w.revealed(t, r)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.bot.Pages().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", path, nil).WithContext(ctx))
	if got, _ := w.desk.Get(t.Context(), r.ID); got.State != workflow.StateDone || len(got.Handover.File) != 0 {
		t.Errorf("it is %s, %+v", got.State, got.Handover)
	}
}
