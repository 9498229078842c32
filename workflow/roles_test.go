package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestTheRolesOfASignInAreForWhatItDoes(t *testing.T) {
	ours := workflow.Target{Request: "EA-1"}
	for _, c := range []struct {
		kind   workflow.Kind
		task   workflow.Task
		target workflow.Target
		want   []string
	}{
		{workflow.KindRegister, workflow.TaskProvision, workflow.Target{}, []string{"(to register applications)",
			"(to consent to Microsoft Graph application permissions)"}},
		{workflow.KindRegister, workflow.TaskUndo, workflow.Target{}, []string{"(to change applications)"}},
		{workflow.KindRecreate, workflow.TaskProvision, ours, []string{"(to register applications)"}},
		{workflow.KindUpdate, workflow.TaskProvision, ours, []string{"(to change applications)",
			"(to consent to Microsoft Graph application permissions)"}},
		{workflow.KindRetire, workflow.TaskProvision, ours, []string{"(to change applications)",
			"(to revoke consent to Microsoft Graph application permissions)"}},
		{workflow.KindRenew, workflow.TaskRemoveOld, ours, []string{"(to change applications)"}},
		{workflow.KindAdopt, workflow.TaskProvision, workflow.Target{}, []string{"(to change applications)"}},
	} {
		r := &workflow.Request{Kind: c.kind, Task: c.task, Target: c.target,
			Plan: plan.Plan{Permissions: []plan.Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application,
				Name: "Mail.Send"}}}}
		words := r.RolesWords()
		for _, want := range c.want {
			if !strings.Contains(words, want) {
				t.Errorf("a %s, to %s: %s", c.kind, c.task, words)
			}
		}
	}
}

func TestTheSameRolesAreNamedOnce(t *testing.T) {
	r := &workflow.Request{Kind: workflow.KindRegister, Task: workflow.TaskProvision, Plan: plan.Plan{
		Permissions:    []plan.Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application, Name: "Mail.Send"}},
		DirectoryRoles: []plan.DirectoryRole{{Name: "Global Reader"}},
	}}
	const want = "Application Administrator, Cloud Application Administrator or Global Administrator (to register applications), " +
		"and Privileged Role Administrator or Global Administrator (to consent to Microsoft Graph application permissions, and to give " +
		"the app a directory role)"
	if got := r.RolesWords(); got != want {
		t.Errorf("%s", got)
	}
}

// What changes takes a role; what stays takes none.
func TestANewRedirectURITakesNoPrivilegedRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.AzureApp(n)
		d := workflowtest.Change("V-uri", "", workflowtest.Subscription)
		d.Workloads = nil
		d.RedirectURIs = []string{"https://new.contoso.com"}
		r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if words := r.RolesWords(); strings.Contains(words, "Privileged") || !strings.Contains(words, "to change applications") {
			t.Errorf("it takes %s", words)
		}
		w.Signer.Roles = []string{"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"} // Application Administrator
		w.Set(func() { w.Calls = nil })
		r = w.UpTo(n, r.ID, workflow.StateDone)
		w.Set(func() {
			if slices.Contains(w.Calls, "directory role") || !slices.Contains(w.One().RedirectURIs, d.RedirectURIs[0]) {
				t.Errorf("it called %v", w.Calls)
			}
		})
		if note := r.Steps.Get(workflow.StepCheck).Note; !strings.Contains(note, "exactly") {
			t.Errorf("the check says %s", note)
		}
	})
}

// Where Entra lacks what the app was approved to have, the next sign-in has to be good for giving it.
func TestWhatEntraHasLostIsGivenAgainAtTheNextSignIn(t *testing.T) {
	r := &workflow.Request{Kind: workflow.KindUpdate, Task: workflow.TaskProvision, State: workflow.StateSignIn,
		Target: workflow.Target{Request: "EA-1"}, Steps: workflow.Steps{{Name: workflow.StepCheck}}}
	r.Plan.Permissions = []plan.Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application, Name: "Mail.Send"}}
	r.Previous = r.Plan.Clone()
	for _, c := range []struct {
		because string
		edit    func(*workflow.Request)
		takes   bool
	}{
		{"nothing has happened", func(*workflow.Request) {}, false},
		{"the process ended while it checked", func(r *workflow.Request) {
			r.Steps[0].Tries, r.Steps[0].Status = 1, workflow.StepRunning
		}, false},
		{"the check has missed something", func(r *workflow.Request) { r.Steps[0].Tries, r.Steps[0].Status = 1, workflow.StepDue }, true},
		{"an update was given up half-way", func(r *workflow.Request) { r.Residue.Plan.TenantID = "t" }, true},
	} {
		q := r.Clone()
		c.edit(q)
		if got := strings.Contains(q.RolesWords(), "Privileged"); got != c.takes {
			t.Errorf("%s: it takes %s", c.because, q.RolesWords())
		}
	}
}
