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
)

func TestAnApproverTakesOverAnAppWhosePeopleHaveAllLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		d := draft("payroll")
		d.Owners = []people.Person{tom}
		asked, err := n.Submit(t.Context(), bea, d)
		if err != nil {
			t.Fatal(err)
		}
		app := w.settle(n, asked.ID, workflow.StateDone)
		renewal := func(origin string) form.Draft {
			d := draft("")
			d.Origin = origin
			return d
		}
		set := func(err error, left ...people.Person) { w.set(func() { w.left, w.noPeople = left, err }) }
		for _, c := range []struct {
			name string
			by   people.Person
			kind workflow.Kind
			err  error
			left []people.Person
			want workflow.Rule
		}{
			{"nobody has left", zoe, workflow.KindRenew, nil, nil, workflow.RuleNotRequester},
			{"an owner is there", zoe, workflow.KindRenew, nil, []people.Person{bea}, workflow.RuleNotRequester},
			{"the requester is there", zoe, workflow.KindRenew, nil, []people.Person{tom}, workflow.RuleNotRequester},
			{"nobody knows", zoe, workflow.KindRenew, errors.New("no answer"), []people.Person{bea, tom}, workflow.RuleNotRequester},
			{"all have left, and somebody asks who is no approver", people.Person{ID: "UX", Name: "X"}, workflow.KindRenew, nil,
				[]people.Person{bea, tom},
				workflow.RuleNotRequester},
			{"all have left, and a guest asks", people.Person{ID: zoe.ID, Outside: "guests can't take part"}, workflow.KindRenew, nil,
				[]people.Person{bea, tom},
				workflow.RuleOutsider},
			{"all have left, and an approver would restore it", zoe, workflow.KindRecreate, nil, []people.Person{bea, tom},
				workflow.RuleNotRequester},
			{"all have left", zoe, workflow.KindRenew, nil, []people.Person{bea, tom}, ""},
			{"all have left", zoe, workflow.KindUpdate, nil, []people.Person{bea, tom}, ""},
			{"all have left", zoe, workflow.KindRetire, nil, []people.Person{bea, tom}, ""},
		} {
			set(c.err, c.left...)
			if err := n.MayAsk(t.Context(), c.by, app, c.kind); refusedBy(err) != c.want {
				t.Errorf("%s: %s is answered with %v", c.name, c.kind, err)
			}
		}
		set(nil, bea, tom)
		r, err := n.Renew(t.Context(), zoe, app.ID, renewal("V-zoe"))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range r.Plan.Owners {
			if o.ID == bea.ID {
				t.Error("somebody who has left has become an owner")
			}
		}
		if _, err := n.Approve(t.Context(), r.ID, zoe, r.Rev); refusedBy(err) != workflow.RuleSelfApproval {
			t.Errorf("she approves it herself: %v", err)
		}
		if _, err := n.Approve(t.Context(), r.ID, ada, r.Rev); err != nil {
			t.Errorf("another approver: %v", err)
		}
	})
}

func TestOwnersWhoseAccountsAreGoneAreInTheOwnersStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		d := draft("payroll")
		d.Owners = []people.Person{tom, zoe}
		w.signer.Owners = map[string][]workflow.Account{bea.Email: {{ObjectID: "OBJ-BEA"}}, tom.Email: {{ObjectID: "OBJ-TOM"}},
			zoe.Email: {{ObjectID: "OBJ-ZOE"}}}
		asked, err := n.Submit(t.Context(), bea, d)
		if err != nil {
			t.Fatal(err)
		}
		app := w.settle(n, asked.ID, workflow.StateDone)
		w.set(func() {
			w.signer.Owners = map[string][]workflow.Account{bea.Email: nil, tom.Email: nil, zoe.Email: {{ObjectID: "OBJ-ZOE",
				Disabled: true}}}
			w.signer.Requesters = nil
		})
		change := d2("V-update")
		change.Owners, change.RedirectURIs = []people.Person{tom, zoe}, []string{"https://other.contoso.com"}
		r, err := n.Update(t.Context(), bea, app.ID, change)
		if err != nil {
			t.Fatal(err)
		}
		r = w.settle(n, r.ID, workflow.StateDone)
		note := r.Steps.Get(workflow.StepOwner).Note
		for _, text := range []string{"Tom has no account in the tenant any more", "Bea has no account in the tenant any more",
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
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.handedOver(n)
		n.SetPeople(panicky{})
		if err := n.MayAsk(t.Context(), zoe, app, workflow.KindRenew); refusedBy(err) != workflow.RuleNotRequester {
			t.Errorf("an approver takes over though nobody knows who has left: %v", err)
		}
	})
}
