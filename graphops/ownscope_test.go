package graphops

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// An app that asks for its own scope is written through a replica that has not heard of the
// scope yet, or of its restoration: that is waited for while it is young, and a mistake later.
// services.md, section 1; found by seed 1200444.
func TestAnOwnScopeThatAReplicaDoesNotKnowIsWaitedFor(t *testing.T) {
	for name, merge := range map[string]bool{"of an app that was made here": false, "of an adopted app": true} {
		w := newWorld(t)
		s := w.session("ada", all...)
		a := app("payroll", readDirectory)
		a.Scopes = []plan.Scope{{Name: "access_as_user", Title: "Use it", Words: "Use it."}}
		var err error
		if a.ObjectID, a.AppID, err = s.EnsureApplication(t.Context(), a); w.saw(err) != nil {
			t.Fatal(err)
		}
		if err := w.saw(s.ExposeScopes(t.Context(), a.ObjectID, a.AppID, a)); err != nil {
			t.Fatal(err)
		}
		a.Permissions = append(a.Permissions, plan.Permission{Resource: "This application", ResourceAppID: plan.Self,
			Name: "access_as_user", Type: catalog.Delegated})
		a.Merge = merge
		if merge { // it has asked for the scope before
			b := a
			b.Merge = false
			if err := w.saw(second(s.EnsureApplication(t.Context(), b))); err != nil {
				t.Fatal(err)
			}
			a.RedirectURIs = append(a.RedirectURIs, "https://other.contoso.com")
			a.Permissions = append(a.Permissions, readGroups)
		}
		refuse := func(says string) func(r *http.Request) (*http.Response, error) {
			return func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPatch && strings.Contains(peek(r), "requiredResourceAccess") {
					return answering(400, says), nil
				}
				return nil, nil
			}
		}
		w.wire = refuse(graphError("Request_BadRequest"))
		w.wantYoung(second(s.EnsureApplication(t.Context(), a)), "Request_BadRequest")
		w.wire = refuse(`{"error":{"code":"Request_BadRequest","message":"Invalid property 'color'."}}`)
		if err := w.saw(second(s.EnsureApplication(t.Context(), a))); trouble(err) == nil || isTemporary(err) {
			t.Errorf("%s, where the request is wrong by itself: %v", name, err)
		}
		w.wire = nil
		w.later(time.Hour / 2)
		late := w.session("ada", all...)
		w.later(2 * memory.Replication)
		w.wire = refuse(graphError("Request_BadRequest"))
		if err := w.saw(second(late.EnsureApplication(t.Context(), a))); trouble(err) == nil || isTemporary(err) {
			t.Errorf("%s, once nothing is young: %v", name, err)
		}
	}
}
