package graphops

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

var anyGUID = regexp.MustCompile(`[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`)

// upper has all IDs in Graph's answers in upper case, and takes them in any.
func (w *world) upper() {
	lower := func(s string) string { return anyGUID.ReplaceAllStringFunc(s, strings.ToLower) }
	w.wire = func(r *http.Request) (*http.Response, error) {
		if !strings.HasPrefix(r.URL.Path, "/v1.0/") {
			return nil, nil
		}
		again := r.Clone(r.Context())
		body := lower(peek(r))
		if r.Body != nil {
			again.Body, again.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}
		var err error
		if again.URL, err = url.Parse(lower(r.URL.String())); err != nil {
			return nil, err
		}
		resp, err := w.direct.RoundTrip(again)
		if err != nil {
			return nil, err
		}
		said, err := bodyOf(resp)
		if err != nil {
			return nil, err
		}
		said = anyGUID.ReplaceAllFunc(said, bytes.ToUpper)
		resp.Body = io.NopCloser(bytes.NewReader(said))
		return resp, nil
	}
}

func TestIDsAreTheSameInAnyCase(t *testing.T) {
	scopes := append([]string{"RoleManagement.ReadWrite.Directory"}, botScopes...)
	w := newWorldWith(t, entratest.Config{}, append([]string{"User.ReadBasic.All", "Directory.Read.All"}, scopes...)...)
	w.t.AddUser(entratest.User{UPN: "tom@contoso.com", Mail: "tom@contoso.com", Disabled: true})
	w.upper()
	in, err := w.dir.SignIn(t.Context(), "contoso", scopes)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	s, err := in.Wait(t.Context(), workflow.Ask{Resources: all, Email: "bea@contoso.com", Owners: []string{"tom@contoso.com"}})
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	defer s.Close()
	who := s.Signer()
	if !slices.Equal(who.Roles, []string{entratest.GlobalAdministrator}) {
		t.Errorf("roles %q", who.Roles)
	}
	if len(who.Requesters) != 1 || who.Requesters[0].ObjectID != strings.ToLower(who.Requesters[0].ObjectID) ||
		who.ObjectID != strings.ToLower(who.ObjectID) {
		t.Errorf("signed in: %+v", who)
	}
	if tom := who.Owners["tom@contoso.com"]; len(tom) != 1 || !tom[0].Disabled {
		t.Errorf("Tom is %+v", tom)
	}

	ps := []plan.Permission{readDirectory, readUser}
	a := app("payroll", ps...)
	obj, appID, sp := w.made(s, a)
	c, _ := w.make("payroll")
	for range 2 { // the second time all of it is there
		for name, do := range map[string]func() error{
			"consent": func() error { return w.session("ada", all...).EnsureConsent(t.Context(), sp, ps) },
			"a directory role": func() error {
				return s.EnsureDirectoryRole(t.Context(), sp, strings.ToUpper(entratest.GlobalAdministrator))
			},
			"owners": func() error { return owned(t.Context(), s, obj, []string{who.ObjectID}, nil) },
			"a certificate": func() error {
				return certified(w.session("ada").EnsureCertificate(t.Context(), strings.ToLower(obj), "EA-1", c))
			},
		} {
			if err := w.patiently(do); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if got, _ := w.t.Application(strings.ToLower(appID)); len(got.Roles) != 1 || len(got.Scopes) != 1 || len(got.Certificates) != 1 {
		t.Errorf("it has %+v", got)
	}
	key, _, err := s.AddPassword(t.Context(), obj, "EA-1", w.now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RemovePassword(t.Context(), obj, strings.ToUpper(key.KeyID)); err != nil {
		t.Error(err)
	}
	has, err := inspected(s, t.Context(), workflow.Made{ObjectID: obj, AppID: appID, ServicePrincipal: sp}, plan.Plan{Permissions: ps})
	if err != nil || !slices.Equal(has.Roles, []string{"Microsoft Graph/Directory.Read.All"}) ||
		!slices.Equal(has.Scopes, []string{"Microsoft Graph/User.Read"}) {
		t.Errorf("it has %+v, %v", has, err)
	}
}

// The certificate that an application has itself is not another's.
func TestAnApplicationIsItselfInAnyCase(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	obj, _, _ := w.made(s, app("payroll"))
	c, _ := w.make("payroll")
	if err := certified(s.EnsureCertificate(t.Context(), obj, "EA-1", c)); err != nil {
		t.Fatal(err)
	}
	others := s.othersItem()
	w.upper()
	if _, err := s.unused(t.Context(), others, obj, c); w.saw(err) != nil {
		t.Error(err)
	}
}
