package workflow_test

import (
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// byHand puts an app into the tenant that somebody has made in the portal.
func (w *world) byHand(appID, name string, owners ...string) *fakeApp {
	mail, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "Mail.Read", "")
	profile, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Delegated, "Mail.Read", "")
	strange := plan.Permission{Resource: "HR", ResourceAppID: "hr", Name: "Staff.Read", Type: catalog.Application, Risk: catalog.High}
	a := &fakeApp{App: workflow.App{DisplayName: name, Audience: "AzureADMultipleOrgs",
		RedirectURIs: []string{"https://hr.contoso.com", "https://localhost"}},
		sp: true, owners: owners, granted: []plan.Permission{mail, profile, strange}, roles: []string{"Mail.Read"},
		thumbprints: []string{"OLDTHUMB"},
		federated:   []plan.FederatedIssuer{{Issuer: "https://ci.contoso.com", Subject: "x", Audience: "y"}},
		keys:        map[string]workflow.Password{"old": {KeyID: "old", Label: "by hand"}}}
	w.apps[appID] = a
	return a
}

// keeps what the app was made with by hand.
func (w *world) keeps(a *fakeApp) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var names []string
	for _, p := range a.granted {
		names = append(names, p.Resource+"/"+p.Name)
	}
	if a.Audience != "AzureADMultipleOrgs" || !slices.Contains(a.RedirectURIs, "https://hr.contoso.com") || a.keys["old"].KeyID == "" ||
		!slices.Contains(a.thumbprints, "OLDTHUMB") || len(a.federated) == 0 || !slices.Contains(names, "Microsoft Graph/Mail.Read") ||
		!slices.Contains(names, "HR/Staff.Read") {
		w.t.Errorf("the app has lost something: %+v, %v", a, names)
	}
}

// wrote are the calls that have changed something in the tenant.
func (w *world) wrote() (changes []string) {
	for _, c := range w.calls {
		switch c {
		case "device code", "who signed in", "applications", "owners", "look", "inspect", "keys", "proof", "alive", "find":
		default:
			if !strings.HasPrefix(c, "draw ") {
				changes = append(changes, c)
			}
		}
	}
	return changes
}

// signsInFor has a request approved and signed in for once, as far as that goes.
func (w *world) signsInFor(n *node, r *workflow.Request) *workflow.Request {
	w.t.Helper()
	synctest.Wait()
	if _, err := n.Approve(w.t.Context(), r.ID, ada, r.Rev); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
	w.use(w.codeFor(w.get(r.ID)), nil)
	pass(20 * time.Second)
	return w.get(r.ID)
}

const legacyID = "aaaaaaaa-0000-4000-8000-00000000000a"
