package workflowtest

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

// ByHand puts an app into the tenant that somebody has made in the portal.
func (w *World) ByHand(appID, name string, owners ...string) *FakeApp {
	mail, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "Mail.Read", "")
	profile, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Delegated, "Mail.Read", "")
	strange := plan.Permission{Resource: "HR", ResourceAppID: "hr", Name: "Staff.Read", Type: catalog.Application, Risk: catalog.High}
	a := &FakeApp{App: workflow.App{DisplayName: name, Audience: "AzureADMultipleOrgs",
		RedirectURIs: []string{"https://hr.contoso.com", "https://localhost"}},
		Sp: true, Owners: owners, Granted: []plan.Permission{mail, profile, strange}, Roles: []string{"Mail.Read"},
		Thumbprints: []string{"OLDTHUMB"},
		Federated:   []plan.FederatedIssuer{{Issuer: "https://ci.contoso.com", Subject: "x", Audience: "y"}},
		Keys:        map[string]workflow.Password{"old": {KeyID: "old", Label: "by hand"}}}
	w.Apps[appID] = a
	return a
}

// Keeps what the app was made with by hand.
func (w *World) Keeps(a *FakeApp) {
	w.T.Helper()
	w.Mu.Lock()
	defer w.Mu.Unlock()
	var names []string
	for _, p := range a.Granted {
		names = append(names, p.Resource+"/"+p.Name)
	}
	if a.Audience != "AzureADMultipleOrgs" || !slices.Contains(a.RedirectURIs, "https://hr.contoso.com") || a.Keys["old"].KeyID == "" ||
		!slices.Contains(a.Thumbprints, "OLDTHUMB") || len(a.Federated) == 0 || !slices.Contains(names, "Microsoft Graph/Mail.Read") ||
		!slices.Contains(names, "HR/Staff.Read") {
		w.T.Errorf("the app has lost something: %+v, %v", a, names)
	}
}

// Wrote are the calls that have changed something in the tenant.
func (w *World) Wrote() (changes []string) {
	for _, c := range w.Calls {
		switch c {
		case "device code", "who signed in", "applications", "owners", "look", "inspect", "keys", "proof", "alive", "find", "whole":
		default:
			if !strings.HasPrefix(c, "draw ") {
				changes = append(changes, c)
			}
		}
	}
	return changes
}

// SignsInFor has a request approved and signed in for once, as far as that goes. An app that is
// adopted was looked at before.
func (w *World) SignsInFor(n *Node, r *workflow.Request) *workflow.Request {
	w.T.Helper()
	if r = w.Looks(n, r); r.State != workflow.StatePending {
		return r
	}
	return w.signsIn(n, r)
}

// Looks has an app looked at that is to be adopted, where nobody has.
func (w *World) Looks(n *Node, r *workflow.Request) *workflow.Request {
	w.T.Helper()
	if r.Kind != workflow.KindAdopt || r.Look.Rev > 0 {
		return r
	}
	return w.signsIn(n, r)
}

func (w *World) signsIn(n *Node, r *workflow.Request) *workflow.Request {
	w.T.Helper()
	synctest.Wait()
	if _, err := n.Approve(w.T.Context(), r.ID, Ada, r.Rev); err != nil {
		w.T.Fatal(err)
	}
	synctest.Wait()
	w.Use(w.CodeFor(w.Get(r.ID)), nil)
	Pass(20 * time.Second)
	return w.Get(r.ID)
}

// LegacyID is the App ID of an app that was made by hand.
const LegacyID = "aaaaaaaa-0000-4000-8000-00000000000a"
