package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// services.md, section 2: the service principal has owners of its own, and whoever stays
// one is named.
func TestWhoStaysAnOwnerOfTheServicePrincipalIsNamed(t *testing.T) {
	for what, c := range map[string]struct {
		spoil func(*workflowtest.World)
		says  string
	}{
		"Entra says no": {func(w *workflowtest.World) {
			w.KeepsOwners = &workflow.ServiceError{Code: "x", Text: "no"}
		}, "Entra did not remove Ada@contoso.com, whom it made an owner of the service principal"},
		"Entra never answers": {func(w *workflowtest.World) {
			w.KeepsOwners = workflowtest.Busy{}
		}, "Entra did not remove Ada@contoso.com, whom it made an owner of the service principal"},
		"it can't be read": {func(w *workflowtest.World) {
			w.HidesOwners = &workflow.ServiceError{Code: "403", Text: "no"}
		}, "who owns its service principal could not be read"},
		"somebody else is one": {func(w *workflowtest.World) {
			w.OwnsPrincipals = []string{"o-carl"}
		}, "the account o-carl owns its service principal, and so can add credentials to it without an approval"},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				w.Signer.ObjectID = "o-ada"
				c.spoil(w)
				n := w.Boot()
				defer n.Stop()
				r := w.Settle(n, w.Request(n), workflow.StateReady)
				if st := r.Steps.Get(workflow.StepOwner); st.Status != workflow.StepDone || !strings.Contains(st.Note, c.says) ||
					!strings.Contains(st.Note, "Enterprise applications › Owners") {
					t.Errorf("the step is %+v", st)
				}
			})
		})
	}
}

func TestEverybodyWhoTriedToMakeTheServicePrincipalLeavesIt(t *testing.T) {
	signer := workflow.Signer{ObjectID: "o-cloe"}
	for _, c := range []struct {
		what string
		r    workflow.Request
		want []string
	}{
		{"of three sign-ins", workflow.Request{Kind: workflow.KindRegister, Made: workflow.Made{Creator: "o-ada",
			Makers: []string{"o-ada", "o-bob"}}},
			[]string{"o-ada", "o-bob", "o-cloe"}},
		{"begun by an older version", workflow.Request{Kind: workflow.KindRegister, Made: workflow.Made{Creator: "o-ada"}},
			[]string{"o-ada", "o-cloe"}},
		{"the plan names one of them", workflow.Request{Kind: workflow.KindRegister, Made: workflow.Made{Makers: []string{"O-BEA",
			"o-ada"}}},
			[]string{"o-ada", "o-cloe"}},
		{"restored, and made again", workflow.Request{Kind: workflow.KindRecreate, Made: workflow.Made{Makers: []string{"o-ada"}}},
			[]string{"o-ada"}},
		{"it was there", workflow.Request{Kind: workflow.KindUpdate}, nil},
	} {
		if got := workflow.NotOfPrincipal(&c.r, signer, []string{"o-bea"}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// services.md, section 2: an app that is adopted may have credentials and owners on its
// service principal. They stay, and the card names them.
func TestWhatAnAdoptedAppHasOnItsServicePrincipalIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		app := w.ByHand(workflowtest.LegacyID, "HR", "OBJ-BEA")
		w.Set(func() { w.OnPrincipal, app.Sp, app.PrincipalOwners = 2, true, []string{"OBJ-BEA", "o-carl"} })
		n := w.Boot()
		defer n.Stop()
		first, err := n.Submit(t.Context(), workflowtest.Bea, adoption("HR"))
		if err != nil {
			t.Fatal(err)
		}
		r := w.Settle(n, first.ID, workflow.StateDone)
		d, _ := r.Difference()
		if !slices.Contains(d.Stays, plan.Change{Added: false, What: plan.CredentialChange,
			Name: "client secrets of its service principal: 2"}) {
			t.Errorf("what stays is %v", d.Stays)
		}
		if note := r.Steps.Get(workflow.StepRecord).Note; !strings.Contains(note, "the account o-carl owns its service principal") ||
			strings.Contains(note, "Bea owns") {
			t.Errorf("the step says %q", note)
		}
		if !slices.Equal(app.PrincipalOwners, []string{"OBJ-BEA", "o-carl"}) {
			t.Errorf("its owners are %q", app.PrincipalOwners)
		}
	})
}
