package workflow_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// rule are rules with this one.
func rule(r policy.Rule) *policy.Rules { return &policy.Rules{List: []policy.Rule{r}} }

// noGroups forbids what every app of the kit's products has.
func noGroups(t *testing.T) *policy.Rules {
	p, err := policy.ParsePermission("application Group.*")
	if err != nil {
		t.Fatal(err)
	}
	return rule(policy.Rule{Name: "no groups", Line: 7, Forbid: policy.Forbidden{Permissions: []policy.PermissionPattern{p}}})
}

func TestTheFormSaysWhatTheRulesForbid(t *testing.T) {
	w := workflowtest.New(t)
	submit := func(by people.Person, rules *policy.Rules, change func(*form.Draft)) error {
		w.Policy.Rules = rules
		d := workflowtest.Draft("payroll-backup")
		if change != nil {
			change(&d)
		}
		_, err := w.Boot2().Submit(t.Context(), by, d)
		return err
	}
	under := func(err error, f form.Field, says ...string) {
		t.Helper()
		wrong, _ := errors.AsType[form.Errors](err)
		for _, s := range says {
			if !strings.Contains(wrong[f], s) {
				t.Errorf("under %s it says %q, want %q; %v", f, wrong[f], s, err)
			}
		}
	}
	under(submit(workflowtest.Bea, noGroups(t), nil), form.FieldPermissions,
		"application permission Group.Read.All", "the rule “no groups”, line 7 of the configuration", "ask the operator")
	short := rule(policy.Rule{SecretMax: policy.ByTier[time.Duration]{catalog.Low: 24 * time.Hour}})
	under(submit(workflowtest.Bea, short, nil), form.FieldLifetime, "at most 24 hours")
	both := noGroups(t)
	under(submit(workflowtest.Bea, both, func(d *form.Draft) { d.Reason = "" }), form.FieldReason, "can't be empty")
	under(submit(workflowtest.Bea, both, func(d *form.Draft) { d.Reason = "" }), form.FieldPermissions, "Group.Read.All")
	hosts := rule(policy.Rule{Forbid: policy.Forbidden{RedirectHosts: []string{"localhost"}}})
	under(submit(workflowtest.Bea, hosts, nil), form.FieldRedirectURIs, "may lead to localhost")
	secrets := rule(policy.Rule{Forbid: policy.Forbidden{Credentials: []string{"secret"}}})
	under(submit(workflowtest.Bea, secrets, nil), form.FieldCredential, "No app may have a credential of the kind secret")
	packs := rule(policy.Rule{Forbid: policy.Forbidden{Packs: []string{"vbo365"}}})
	under(submit(workflowtest.Bea, packs, nil), form.FieldProduct, "Nobody may ask for vbo365")

	few := rule(policy.Rule{MayAsk: []string{workflowtest.Tom.ID}})
	if err := submit(workflowtest.Bea, few, nil); refusedBy(err) != workflow.RuleForbidden ||
		!strings.Contains(err.Error(), "Bea is not on") {
		t.Errorf("Bea is not on the list, and was told %v", err)
	}
	if len(w.Store.Requests) != 0 {
		t.Errorf("kept: %v", w.Store.Requests)
	}
	if err := submit(workflowtest.Tom, few, nil); err != nil {
		t.Errorf("Tom is on the list: %v", err)
	}
}

func TestARuleThatCameLaterIsHeededAtEveryPress(t *testing.T) {
	w, _, id := at(t, nil)
	for what, rules := range map[string]*policy.Rules{"permission": noGroups(t), "list": rule(policy.Rule{MayAsk: []string{"UTOM"}}),
		"nobody": rule(policy.Rule{MayNotAsk: []string{workflowtest.Bea.ID}})} {
		w.Policy.Rules = rules
		d := w.Boot2()
		_, err := d.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev)
		if refusedBy(err) != workflow.RuleForbidden || !strings.Contains(err.Error(), "Deny it") {
			t.Errorf("%s: Approve got %v", what, err)
		}
		_, err = d.Verify(t.Context(), id, workflowtest.Ada, "6b1f7d2e-9f43-4f6e-a0f5-2f1d33c1c001")
		if refusedBy(err) != workflow.RuleForbidden {
			t.Errorf("%s: verify got %v", what, err)
		}
	}
	if _, err := w.Boot2().Deny(t.Context(), id, workflowtest.Ada, "forbidden by now"); err != nil {
		t.Errorf("it can't be denied: %v", err)
	}
}

func TestARuleThatCameLaterStopsASignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer func() { n.Stop() }()
		id := w.Request(n)
		if _, err := n.Approve(t.Context(), id, workflowtest.Ada, w.Get(id).Rev); err != nil {
			t.Fatal(err)
		}
		n.Stop()
		w.Policy.Rules = noGroups(t)
		n = w.Boot()
		signsInAgain(t, w, n, id)
		if r := w.Get(id); r.State != workflow.StateSignIn || r.Failure.Rule != workflow.RuleForbidden || len(w.Apps) != 0 {
			t.Errorf("a sign-in brought what is forbidden to %s: %+v, %d apps", r.State, r.Failure, len(w.Apps))
		}
	})
}

func TestAForbiddenAppGetsNoCredentialAndCanStillBeRetired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer func() { n.Stop() }()
		app := w.HandedOver(n)
		n.Stop()
		w.Policy.Rules = noGroups(t)
		n = w.Boot()
		d := form.Draft{Origin: "V-renew", Credential: plan.CredentialSecret, Lifetime: 30 * 24 * time.Hour, Reason: "it ends"}
		_, err := n.Renew(t.Context(), workflowtest.Bea, app.ID, d)
		if wrong, _ := errors.AsType[form.Errors](err); !strings.Contains(wrong[form.FieldPermissions], "Group.Read.All") {
			t.Errorf("a renewal of what is forbidden: %v", err)
		}
		r, err := n.Retire(t.Context(), workflowtest.Bea, app.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatalf("a rule keeps it from being retired: %v", err)
		}
		w.People(n, r.ID)
		if r = w.Get(r.ID); r.State != workflow.StateDone || len(w.Apps) != 0 {
			t.Errorf("it is %s with %d apps: %s", r.State, len(w.Apps), r.Failure.Text)
		}
	})
}
