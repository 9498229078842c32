package graphops

import (
	"net/http"
	"slices"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// principalOwners are the UPNs of those who own an app's service principal.
func (w *world) principalOwners(appID string) []string {
	w.Helper()
	a, ok := w.t.Application(appID)
	if !ok {
		w.Fatal("there is no such app")
	}
	return a.PrincipalOwners
}

// services.md, section 2: whoever makes a service principal owns it, but for (Cloud)
// Application Administrators, and an owner can add credentials to it.
func TestTheSignerDoesNotStayAnOwnerOfTheServicePrincipal(t *testing.T) {
	for name, c := range map[string]struct {
		trouble func(*world)
		alone   bool // nobody else is made an owner of the application
		trips   int
	}{
		"at once":                  {nil, false, 1},
		"nobody else owns the app": {nil, true, 1},
		"the answer is lost": {func(w *world) {
			w.s.Fail("removeServicePrincipalOwner", entratest.After, http.StatusServiceUnavailable, 2)
		}, false, 0},
		"it did not happen": {func(w *world) {
			w.s.Fail("removeServicePrincipalOwner", entratest.Before, http.StatusGatewayTimeout, 2)
		}, false, 0},
		"it is throttled": {func(w *world) {
			w.s.Fail("removeServicePrincipalOwner", entratest.Before, http.StatusTooManyRequests, 1)
		}, false, 0},
		"everything is lost": {func(w *world) { w.s.Fail("batch", entratest.After, 0, 1) }, false, 0},
		"the list is not read": {func(w *world) {
			w.s.Fail("listServicePrincipalOwners", entratest.Before, http.StatusServiceUnavailable, 1)
		}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada")
			ada, users := s.Signer().ObjectID, []string{s.Signer().Requesters[0].ObjectID}
			obj, appID, sp := w.made(s, app("payroll"))
			if got := w.principalOwners(appID); !slices.Equal(got, []string{"ada@contoso.com"}) {
				t.Fatalf("before, %q own it", got)
			}
			if c.alone {
				users = nil
			}
			if c.trouble != nil {
				c.trouble(w)
			}
			before := w.s.RoundTrips()
			var has workflow.Ownership
			err := w.patiently(func() (err error) {
				has, err = s.EnsureOwners(t.Context(), workflow.Made{ObjectID: obj, ServicePrincipal: sp}, users, []string{ada},
					[]string{ada})
				return err
			})
			if got := w.principalOwners(appID); w.saw(err) != nil || len(got) != 0 || len(has.Principal) != 0 || has.Unread != nil {
				t.Errorf("%q own it; %+v, %v", got, has, err)
			}
			if n := w.s.RoundTrips() - before; c.trips > 0 && n != c.trips {
				t.Errorf("it took %d round trips", n)
			}
		})
	}
}

// An Application Administrator is not made an owner, and there is nothing to wait for.
func TestWhoIsMadeNoOwnerOfTheServicePrincipalLeavesNothing(t *testing.T) {
	w := newWorld(t)
	s := w.session("cloe")
	obj, _, sp := w.made(s, app("payroll"))
	m := workflow.Made{ObjectID: obj, ServicePrincipal: sp}
	if has, err := s.EnsureOwners(t.Context(), m, nil, nil, []string{s.Signer().ObjectID}); w.saw(err) != nil ||
		len(has.Principal) != 0 || has.Unread != nil {
		t.Errorf("%+v, %v", has, err)
	}
}

// A refusal is no error, and who stays is told.
func TestWhoIsKeptAsAnOwnerOfTheServicePrincipalIsTold(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	ada := s.Signer().ObjectID
	obj, appID, sp := w.made(s, app("payroll"))
	w.s.Fail("removeServicePrincipalOwner", entratest.Before, http.StatusForbidden, 1)
	m := workflow.Made{ObjectID: obj, AppID: appID, ServicePrincipal: sp}
	if has, err := s.EnsureOwners(t.Context(), m, nil, nil, []string{ada}); w.saw(err) != nil ||
		!slices.Equal(has.Principal, []string{ada}) {
		t.Errorf("%+v, %v", has, err)
	}
	if has, err := inspected(s, t.Context(), m, plan.Plan{}); w.saw(err) != nil || !slices.Equal(has.OwnPrincipal, []string{ada}) ||
		has.OwnersUnread {
		t.Errorf("inspected: %+v, %v", has, err)
	}
	w.s.Fail("listServicePrincipalOwners", entratest.Before, http.StatusForbidden, 2)
	if has, err := s.EnsureOwners(t.Context(), m, nil, nil, nil); w.saw(err) != nil || has.Unread == nil || has.Principal != nil {
		t.Errorf("not shown: %+v, %v", has, err)
	}
	if has, err := inspected(s, t.Context(), m, plan.Plan{}); w.saw(err) != nil || !has.OwnersUnread {
		t.Errorf("inspected, not shown: %+v, %v", has, err)
	}
}
