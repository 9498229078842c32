package workflow_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// A Graph that is not well says nothing of what was made by hand.
func TestABusyEntraIsRiddenOutWhileWhatWasMadeByHandIsLookedAt(t *testing.T) {
	for _, c := range []struct {
		busy  time.Duration
		state workflow.State
		says  string
	}{{time.Minute, workflow.StateDone, ""}, {2 * workflow.StepTimeout, workflow.StatePending,
		"What was made by hand could not be checked yet."}} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			n := w.Boot()
			defer n.Stop()
			until := time.Now().Add(c.busy)
			w.Before = func(call string) error {
				if call == "inspect" && time.Now().Before(until) {
					return workflowtest.Busy{}
				}
				return nil
			}
			id := w.Verifies(n, func(*workflow.Request, *workflowtest.FakeApp) {})
			workflowtest.Pass(workflow.StepTimeout + time.Minute)
			if r := w.Get(id); r.State != c.state || !strings.Contains(r.Failure.Text, c.says) ||
				strings.Contains(r.Failure.Text, "does not match the plan") {
				t.Errorf("busy for %s: it is %s: %s", c.busy, r.State, r.Failure.Text)
			}
		})
	}
}

// Whoever forgot a consent by hand is told so before the coffee is cold, and once.
func TestWhatIsMissingOfWhatWasMadeByHandIsSaidSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		began := time.Now()
		id := w.Verifies(n, func(r *workflow.Request, app *workflowtest.FakeApp) { app.Granted = r.Plan.Permissions[:1] })
		var r *workflow.Request
		for r = w.Get(id); r.State != workflow.StatePending && time.Since(began) < workflow.StepTimeout; r = w.Get(id) {
			workflowtest.Pass(time.Second)
		}
		const says = "What was made by hand does not match the plan. "
		if took := time.Since(began); took > 2*workflow.VerifyTimeout {
			t.Errorf("it took %s", took)
		}
		if text := r.Failure.Text; strings.Count(text, says) != 1 || strings.Count(text, "Fix it and run verify again") != 1 ||
			!strings.Contains(text, "the app lacks ") || strings.ContainsAny(text, "[]") {
			t.Errorf("it says: %s", text)
		}
	})
}

// verified is a request once what was made by hand was looked at, and no longer waited for.
func verified(t *testing.T, edit func(r *workflow.Request, app *workflowtest.FakeApp)) (r *workflow.Request) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		id := w.Verifies(n, edit)
		workflowtest.Pass(workflow.StepTimeout + time.Minute)
		r = w.Get(id)
	})
	return r
}

// beyond are things that no plan of a request has, each of which an app was once called exact with.
var beyond = map[string]func(app *workflowtest.FakeApp){
	"directory role 62e90394-69f5-4237-9190-012177145e10": func(app *workflowtest.FakeApp) {
		app.Directory = []string{"62e90394-69f5-4237-9190-012177145e10"}
	},
	"directory role Global Administrator (eligible)": func(app *workflowtest.FakeApp) {
		app.Beyond.Directory = []whole.DirectoryRole{{DefinitionID: "62e90394-69f5-4237-9190-012177145e10", Name: "Global Administrator",
			Scope: "/", Eligible: true}}
	},
	"Microsoft Graph/Directory.AccessAsUser.All": func(app *workflowtest.FakeApp) {
		app.Beyond.Grants = []whole.Grant{{Resource: whole.Resource{AppID: catalog.MicrosoftGraph, Name: "Microsoft Graph"},
			Scope: "Directory.AccessAsUser.All"}}
	},
	"owner the account o-carl":                          func(app *workflowtest.FakeApp) { app.Owners = append(app.Owners, "o-carl") },
	"owner the account o-carl of its service principal": func(app *workflowtest.FakeApp) { app.PrincipalOwners = []string{"o-carl"} },
	"group membership Admins": func(app *workflowtest.FakeApp) {
		app.Beyond.Groups = []whole.Group{{ObjectID: "g", Name: "Admins", RoleAssignable: true}}
	},
	"trust in https://evil.example for me": func(app *workflowtest.FakeApp) {
		app.Federated = []plan.FederatedIssuer{{Issuer: "https://evil.example", Subject: "me"}}
	},
	"setting implicit grant of access tokens": func(app *workflowtest.FakeApp) { app.Beyond.AccessTokens = true },
}

func TestWhatWasMadeByHandIsComparedAsAWhole(t *testing.T) {
	for name, give := range beyond {
		r := verified(t, func(_ *workflow.Request, app *workflowtest.FakeApp) { give(app) })
		if r.State != workflow.StatePending || !strings.Contains(r.Failure.Text, name) ||
			!strings.Contains(r.Failure.Text, "does not match the plan") {
			t.Errorf("with %s it is %s: %s", name, r.State, r.Failure.Text)
		}
	}
	r := verified(t, func(*workflow.Request, *workflowtest.FakeApp) {})
	said := ""
	for _, e := range r.History {
		said += e.Text + "\n"
	}
	if r.State != workflow.StateDone ||
		!strings.Contains(said, "The app has exactly what was approved in the directory; not read: its roles in Azure") {
		t.Errorf("with nothing else it is %s: %s", r.State, said)
	}
}

func TestWhatCouldNotBeReadIsNeverCalledExact(t *testing.T) {
	for _, kind := range whole.Kinds {
		if kind == whole.KindAzure {
			continue // it is never all read, and said so
		}
		r := verified(t, func(_ *workflow.Request, app *workflowtest.FakeApp) {
			app.Beyond.Gaps = []whole.Gap{{Of: kind, What: "its secrets", Why: "nobody has consented to Any.Read.All"}}
		})
		if r.State != workflow.StatePending || !strings.Contains(r.Failure.Text, "could not be checked. ") ||
			!strings.Contains(r.Failure.Text, "its secrets (nobody has consented to Any.Read.All)") {
			t.Errorf("%s: it is %s: %s", kind, r.State, r.Failure.Text)
		}
	}
}

// What was lately made here has what was approved, and what was not read of it is said.
func TestAProofSaysWhatItHasNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		w.Before = func(call string) error {
			if call == "add key" {
				for _, app := range w.Apps {
					app.Beyond.Gaps = []whole.Gap{{Of: whole.KindDirectory, What: "its directory roles", Why: "nobody may"}}
				}
			}
			return nil
		}
		if r := w.HandedOver(n); !strings.Contains(r.Steps.Get(workflow.StepProof).Note, "not read: its directory roles (nobody may)") {
			t.Errorf("it is %s: %+v", r.State, r.Steps.Get(workflow.StepProof))
		}
	})
}
