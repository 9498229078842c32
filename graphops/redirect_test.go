package graphops

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

var nextLink = regexp.MustCompile(`("(?:@odata\.)?nextLink": *")[^"]*"`)

// elsewhere are addresses that are not the service's own.
var elsewhere = []string{"https://evil.test/v1.0/me", "https://graph.microsoft.com.evil.test/v1.0/me", "not an address", "/v1.0/me",
	"http://[", "::", "https:///v1.0"}

// toEvil fails the test where a request goes anywhere but to the emulator.
func (w *world) toEvil() {
	w.Helper()
	given := w.wire
	w.wire = func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.String(), w.url+"/") {
			w.Errorf("a request went to %s", r.URL)
			return answering(500, ""), nil
		}
		return given(r)
	}
}

func (w *world) wantElsewhere(err error, setting string) {
	w.Helper()
	x, ok := errors.AsType[workflow.Describer](w.saw(err))
	if !ok || trouble(err) != nil || isTemporary(err) {
		w.Errorf("got %v", err)
		return
	}
	if no := x.Describe(); no == nil || no.Code != "AddressElsewhere" || !strings.Contains(no.Text, setting) ||
		!strings.Contains(no.Text, "not follow") {
		w.Errorf("got %v", err)
	}
}

func TestAListThatGoesOnElsewhereIsNotFollowed(t *testing.T) {
	for _, address := range elsewhere {
		t.Run(address, func(t *testing.T) {
			w := newWorldWith(t, entratest.Config{PageSize: 1}, append([]string{"Directory.Read.All"}, botScopes...)...)
			w.t.ChangeUser("ada@contoso.com", func(u *entratest.User) {
				u.Roles = []string{entratest.CloudApplicationAdministrator, entratest.GlobalReader}
			})
			w.rewritten(func(path, _ string) bool {
				return strings.HasSuffix(path, "/$batch")
			}, func(status int, body string) (int, string) {
				return status, nextLink.ReplaceAllString(body, "${1}"+address+`"`)
			})
			w.toEvil()
			in := w.begin()
			if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
				t.Fatal(err)
			}
			s, err := in.Wait(t.Context(), workflow.Ask{})
			if s != nil {
				t.Error("there is a session")
			}
			w.wantElsewhere(err, "graph_url")
		})
	}
}

func TestARedirectOfGraphIsNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		w := newWorld(t)
		s := w.session("ada", all...)
		id, _, sp := w.made(s, app("payroll", readDirectory))
		w.wire = func(r *http.Request) (*http.Response, error) {
			return answering(status, "", "Location", "https://evil.test/"), nil
		}
		w.toEvil()
		w.wantElsewhere(last(s.Passwords(t.Context(), id)), "graph_url")
		w.wantElsewhere(s.EnsureConsent(t.Context(), sp, []plan.Permission{readDirectory}), "graph_url")
		w.wire = func(r *http.Request) (*http.Response, error) {
			return answering(200, `{"responses":[{"id":"0","status":307,"headers":{"Location":"https://evil.test/"}}]}`), nil
		}
		w.wantElsewhere(s.EnsureConsent(t.Context(), sp, []plan.Permission{readDirectory}), "graph_url")
		w.wire = nil

		in := w.begin()
		if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
		w.wire = func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/$batch") {
				return answering(status, "", "Location", "https://evil.test/"), nil
			}
			return nil, nil
		}
		w.wantElsewhere(last(in.Wait(t.Context(), workflow.Ask{})), "graph_url")
	}
}

// Whoever may not read other apps can't be told about them; an address that is not
// Graph's is no such "no".
func TestARedirectDoesNotSayThatACertificateIsNobodyElses(t *testing.T) {
	w := newWorldWith(t, entratest.Config{PageSize: 1}, append([]string{"User.ReadBasic.All", "Directory.Read.All"}, botScopes...)...)
	s := w.session("ada")
	first, appID, _ := w.made(s, app("payroll"))
	w.made(s, app("other"))
	c, _ := w.make("payroll")
	w.rewritten(func(path, _ string) bool { return strings.HasSuffix(path, "/$batch") }, func(status int, body string) (int, string) {
		return status, nextLink.ReplaceAllString(body, `${1}https://evil.test/"`)
	})
	w.toEvil()
	w.wantElsewhere(certified(s.EnsureCertificate(t.Context(), first, "EA-1", c)), "graph_url")
	if a, ok := w.t.Application(appID); !ok || len(a.Certificates) != 0 {
		t.Error("the certificate was added")
	}
}

func TestAzureElsewhereIsNotFollowed(t *testing.T) {
	w, s := inAzure(t, entratest.AzureOwner, "Microsoft.Authorization/roleAssignments/write")
	_, _, sp := w.made(s, app("payroll"))
	remove := func() error {
		return last(s.RemoveAzureAssignments(t.Context(), sp, "entra-app-payroll", []string{production}, azureRoles, allOfThem))
	}
	for _, address := range elsewhere {
		w.wire = func(r *http.Request) (*http.Response, error) {
			return answering(200, `{"value":[],"nextLink":"`+address+`"}`), nil
		}
		w.toEvil()
		w.wantElsewhere(remove(), "arm_url")
	}
	w.wire = func(r *http.Request) (*http.Response, error) {
		return answering(307, "", "Location", "https://evil.test/"), nil
	}
	w.toEvil()
	w.wantElsewhere(s.EnsureAzureRoles(t.Context(), sp, "entra-app-payroll", []string{production}, azureRoles), "arm_url")
	w.wantElsewhere(remove(), "arm_url")
}
