package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestAnApproverTakesOverAnAppWhosePeopleHaveAllLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		d := workflowtest.Draft("payroll")
		d.Owners = []people.Person{workflowtest.Tom}
		asked, err := n.Submit(t.Context(), workflowtest.Bea, d)
		if err != nil {
			t.Fatal(err)
		}
		app := w.Settle(n, asked.ID, workflow.StateDone)
		renewal := func(origin string) form.Draft {
			d := workflowtest.Draft("")
			d.Origin = origin
			return d
		}
		set := func(err error, left ...people.Person) { w.Set(func() { w.Left, w.NoPeople = left, err }) }
		for _, c := range []struct {
			name string
			by   people.Person
			kind workflow.Kind
			err  error
			left []people.Person
			want workflow.Rule
		}{
			{"nobody has left", workflowtest.Zoe, workflow.KindRenew, nil, nil, workflow.RuleNotRequester},
			{"an owner is there", workflowtest.Zoe, workflow.KindRenew, nil, []people.Person{workflowtest.Bea}, workflow.RuleNotRequester},
			{"the requester is there", workflowtest.Zoe, workflow.KindRenew, nil, []people.Person{workflowtest.Tom},
				workflow.RuleNotRequester},
			{"nobody knows", workflowtest.Zoe, workflow.KindRenew, errors.New("no answer"), []people.Person{workflowtest.Bea,
				workflowtest.Tom}, workflow.RuleNotRequester},
			{"all have left, and somebody asks who is no approver", people.Person{ID: "UX", Name: "X"}, workflow.KindRenew, nil,
				[]people.Person{workflowtest.Bea, workflowtest.Tom},
				workflow.RuleNotRequester},
			{"all have left, and a guest asks", people.Person{ID: workflowtest.Zoe.ID, Outside: "guests can't take part"},
				workflow.KindRenew, nil,
				[]people.Person{workflowtest.Bea, workflowtest.Tom},
				workflow.RuleOutsider},
			{"all have left, and an approver would restore it", workflowtest.Zoe, workflow.KindRecreate, nil,
				[]people.Person{workflowtest.Bea, workflowtest.Tom},
				workflow.RuleNotRequester},
			{"all have left", workflowtest.Zoe, workflow.KindRenew, nil, []people.Person{workflowtest.Bea, workflowtest.Tom}, ""},
			{"all have left", workflowtest.Zoe, workflow.KindUpdate, nil, []people.Person{workflowtest.Bea, workflowtest.Tom}, ""},
			{"all have left", workflowtest.Zoe, workflow.KindRetire, nil, []people.Person{workflowtest.Bea, workflowtest.Tom}, ""},
		} {
			set(c.err, c.left...)
			if err := n.MayAsk(t.Context(), c.by, app, c.kind); refusedBy(err) != c.want {
				t.Errorf("%s: %s is answered with %v", c.name, c.kind, err)
			}
		}
		set(nil, workflowtest.Bea, workflowtest.Tom)
		r, err := n.Renew(t.Context(), workflowtest.Zoe, app.ID, renewal("V-zoe"))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range r.Plan.Owners {
			if o.ID == workflowtest.Bea.ID {
				t.Error("somebody who has left has become an owner")
			}
		}
		if _, err := n.Approve(t.Context(), r.ID, workflowtest.Zoe, r.Rev); refusedBy(err) != workflow.RuleSelfApproval {
			t.Errorf("she approves it herself: %v", err)
		}
		if _, err := n.Approve(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
			t.Errorf("another approver: %v", err)
		}
	})
}

func TestOwnersWhoseAccountsAreGoneAreInTheOwnersStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		d := workflowtest.Draft("payroll")
		d.Owners = []people.Person{workflowtest.Tom, workflowtest.Zoe}
		w.Signer.Owners = map[string][]workflow.Account{workflowtest.Bea.Email: {{ObjectID: "OBJ-BEA"}},
			workflowtest.Tom.Email: {{ObjectID: "OBJ-TOM"}},
			workflowtest.Zoe.Email: {{ObjectID: "OBJ-ZOE"}}}
		asked, err := n.Submit(t.Context(), workflowtest.Bea, d)
		if err != nil {
			t.Fatal(err)
		}
		app := w.Settle(n, asked.ID, workflow.StateDone)
		w.Set(func() {
			w.Signer.Owners = map[string][]workflow.Account{workflowtest.Tom.Email: nil,
				workflowtest.Zoe.Email: {{ObjectID: "OBJ-ZOE",
					Disabled: true}}}
		})
		change := workflowtest.FollowUp("V-update")
		change.Owners, change.RedirectURIs = []people.Person{workflowtest.Tom, workflowtest.Zoe}, []string{"https://other.contoso.com"}
		r, err := n.Update(t.Context(), workflowtest.Bea, app.ID, change)
		if err != nil {
			t.Fatal(err)
		}
		r = w.Settle(n, r.ID, workflow.StateDone)
		note := r.Steps.Get(workflow.StepOwner).Note
		for _, text := range []string{"Tom has no account in the tenant any more",
			"the account of Zoe is disabled"} {
			if !strings.Contains(note, text) {
				t.Errorf("the step does not say %q: %s", text, note)
			}
		}
	})
}

// panicky is a Slack whose answer about people is a mistake of ours.
type panicky struct{ workflow.People }

func (panicky) HasLeft(context.Context, string) (bool, error) { panic("a mistake") }

func TestAMistakeInFindingOutWhoHasLeftEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.HandedOver(n)
		n.SetPeople(panicky{})
		if err := n.MayAsk(t.Context(), workflowtest.Zoe, app, workflow.KindRenew); refusedBy(err) != workflow.RuleNotRequester {
			t.Errorf("an approver takes over though nobody knows who has left: %v", err)
		}
	})
}
