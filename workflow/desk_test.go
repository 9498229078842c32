package workflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// at returns a desk and the ID of a request of Bea's that edit has changed.
func at(t *testing.T, edit func(r *workflow.Request)) (*workflowtest.World, *workflow.Desk, string) {
	t.Helper()
	w := workflowtest.New(t)
	d := w.Boot2()
	r, err := d.Submit(context.Background(), workflowtest.Bea, workflowtest.Draft("payroll-backup"))
	if err != nil {
		t.Fatal(err)
	}
	if edit != nil {
		if _, err := w.Store.Update(context.Background(), r.ID, func(r *workflow.Request) error { edit(r); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return w, d, r.ID
}

func in(s workflow.State, by people.Person) func(*workflow.Request) {
	return func(r *workflow.Request) {
		r.State = s
		r.Approval = workflow.Approval{N: 1, By: by, Digest: r.Plan.Digest()}
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	ctx := context.Background()
	approve := func(d *workflow.Desk, id string, by people.Person) error {
		_, err := d.Approve(ctx, id, by, 1)
		return err
	}
	deny := func(d *workflow.Desk, id string, by people.Person) error {
		_, err := d.Deny(ctx, id, by, "too much")
		return err
	}
	cancel := func(d *workflow.Desk, id string, by people.Person) error { _, err := d.Cancel(ctx, id, by); return err }
	newCode := func(d *workflow.Desk, id string, by people.Person) error {
		_, err := d.NewCode(ctx, id, by)
		return err
	}
	retry := func(d *workflow.Desk, id string, by people.Person) error {
		_, err := d.Retry(ctx, id, by, 1)
		return err
	}
	undo := func(d *workflow.Desk, id string, by people.Person) error { _, err := d.Undo(ctx, id, by); return err }
	guest := workflowtest.Ada
	guest.Outside = "guests can't take part"
	byAda := func(s workflow.State) func(*workflow.Request) { return in(s, workflowtest.Ada) }
	mine := func(r *workflow.Request) { r.Requester = workflowtest.Ada }

	for _, c := range []struct {
		who     people.Person
		does    string
		act     func(*workflow.Desk, string, people.Person) error
		when    func(*workflow.Request)
		refused workflow.Rule // empty: it is allowed
	}{
		{workflowtest.Ada, "approves Bea's request", approve, nil, ""},
		{workflowtest.Bea, "approves her own request", approve, nil, workflow.RuleNotApprover},
		{workflowtest.Ada, "approves her own request, being an approver", approve, mine, workflow.RuleSelfApproval},
		{workflowtest.Ada, "approves the request of somebody with her account", approve, func(r *workflow.Request) {
			r.Requester.Email = "Ada@contoso.com"
		}, workflow.RuleSelfApproval},
		{workflowtest.Tom, "approves", approve, nil, workflow.RuleNotApprover},
		{people.Person{}, "approves as nobody", approve, nil, workflow.RuleNotApprover},
		{guest, "approves as a guest", approve, nil, workflow.RuleOutsider},
		{workflowtest.Ada, "approves twice", approve, byAda(workflow.StateSignIn), workflow.RuleWrongState},
		{workflowtest.Ada, "approves what was denied", approve, byAda(workflow.StateDenied), workflow.RuleWrongState},
		{workflowtest.Ada, "approves a plan that has changed since", approve, func(r *workflow.Request) { r.Rev, r.PlanRev = 5, 5 },
			workflow.RuleStale},
		{workflowtest.Ada, "denies with a reason", deny, nil, ""},
		{workflowtest.Ada, "denies her own request", deny, mine, workflow.RuleSelfApproval},
		{workflowtest.Tom, "denies", deny, nil, workflow.RuleNotApprover},
		{workflowtest.Ada, "denies what she approved", deny, byAda(workflow.StateSignIn), workflow.RuleWrongState},
		{workflowtest.Bea, "cancels her request", cancel, nil, ""},
		{workflowtest.Bea, "cancels while the approver signs in", cancel, byAda(workflow.StateSignIn), ""},
		{workflowtest.Ada, "cancels her sign-in", cancel, byAda(workflow.StateSignIn), ""},
		{workflowtest.Zoe, "cancels Ada's sign-in", cancel, byAda(workflow.StateSignIn), workflow.RuleNotRequester},
		{workflowtest.Tom, "cancels", cancel, nil, workflow.RuleNotRequester},
		{workflowtest.Bea, "cancels what is being made", cancel, byAda(workflow.StateProvisioning), workflow.RuleWrongState},
		{workflowtest.Ada, "asks for a new code", newCode, byAda(workflow.StateSignIn), ""},
		{workflowtest.Zoe, "asks for a code for Ada's approval", newCode, byAda(workflow.StateSignIn), workflow.RuleNotApprover},
		{workflowtest.Ada, "asks for a code without having approved", newCode, nil, workflow.RuleWrongState},
		{workflowtest.Zoe, "retries what failed for Ada", retry, byAda(workflow.StateFailed), ""},
		{workflowtest.Bea, "retries", retry, byAda(workflow.StateFailed), workflow.RuleNotApprover},
		{workflowtest.Ada, "retries what did not fail", retry, byAda(workflow.StateReady), workflow.RuleWrongState},
		{workflowtest.Ada, "retries what was revoked", retry, byAda(workflow.StateRevoked), ""},
		{workflowtest.Ada, "undoes what failed", undo, byAda(workflow.StateFailed), ""},
		{workflowtest.Tom, "undoes", undo, byAda(workflow.StateFailed), workflow.RuleNotApprover},
		{workflowtest.Ada, "undoes what is done", undo, byAda(workflow.StateDone), workflow.RuleWrongState},
	} {
		t.Run(c.who.Name+" "+c.does, func(t *testing.T) {
			w, d, id := at(t, c.when)
			before := w.Get(id)
			err := c.act(d, id, c.who)
			if got := refusedBy(err); got != c.refused || err != nil && got == "" {
				t.Fatalf("refused by %q (%v), want %q", got, err, c.refused)
			}
			r := w.Get(id)
			if c.refused != "" && (r.State != before.State || r.Approval != before.Approval) {
				t.Errorf("refused, and yet it went from %s to %s", before.State, r.State)
			}
			if told := r.History[len(r.History)-1].Kind == workflow.EventRefused; told != c.refused.Audited() && c.refused != "" {
				t.Errorf("in the history: %v", told)
			}
		})
	}
}

func TestADenialNeedsAReason(t *testing.T) {
	_, d, id := at(t, nil)
	if _, err := d.Deny(context.Background(), id, workflowtest.Ada, " \n\t"); refusedBy(err) != workflow.RuleReason {
		t.Errorf("got %v", err)
	}
}

func TestAnApproverOfATenantThatIsGoneMayNotDecide(t *testing.T) {
	_, d, id := at(t, func(r *workflow.Request) { r.Tenant = "fabrikam" })
	if _, err := d.Approve(context.Background(), id, workflowtest.Ada, 1); refusedBy(err) != workflow.RuleNotApprover {
		t.Errorf("got %v", err)
	}
}

func TestARefusalThatRepeatsItselfIsOneLineOfHistory(t *testing.T) {
	w, d, id := at(t, nil)
	for range 5 {
		d.Approve(context.Background(), id, workflowtest.Tom, 1)
	}
	r := w.Get(id)
	if last := r.History[len(r.History)-1]; len(r.History) != 2 || last.Times != 5 {
		t.Errorf("history %+v", r.History)
	}
}

func TestEveryMistakeInTheFormIsNamedAtOnce(t *testing.T) {
	w := workflowtest.New(t)
	d := w.Boot2()
	ctx := context.Background()
	_, err := d.Submit(ctx, workflowtest.Bea, form.Draft{Product: "nope", Tenant: "nope", AppName: " \x00 ", Reason: strings.Repeat("x",
		form.ReasonMax+1),
		Credential: "nope", Lifetime: 10000 * time.Hour, RedirectURIs: []string{"http://example.com"}})
	wrong, ok := err.(form.Errors)
	if !ok {
		t.Fatalf("got %v", err)
	}
	for _, f := range []form.Field{form.FieldProduct, form.FieldTenant, form.FieldAppName, form.FieldReason, form.FieldTeam,
		form.FieldCredential, form.FieldLifetime,
		form.FieldRedirectURIs} {
		if wrong[f] == "" {
			t.Errorf("%s is not named", f)
		}
	}
	w.Boot2().Submit(ctx, workflowtest.Bea, workflowtest.Draft("payroll backup"))
	second := workflowtest.Draft("  Payroll   BACKUP ")
	second.Origin = "V-other"
	if _, err := d.Submit(ctx, workflowtest.Tom, second); err.(form.Errors)[form.FieldAppName] == "" {
		t.Errorf("a name in use: %v", err)
	}
}

func TestAFormThatIsSentTwiceIsOneRequest(t *testing.T) {
	w := workflowtest.New(t)
	d := w.Boot2()
	one, _ := d.Submit(context.Background(), workflowtest.Bea, workflowtest.Draft("a"))
	two, err := d.Submit(context.Background(), workflowtest.Bea, workflowtest.Draft("a"))
	if err != nil || one.ID != two.ID || len(w.Store.Requests) != 1 {
		t.Errorf("%v and %v, %v", one, two, err)
	}
}

func TestAnOutsiderMayNotAsk(t *testing.T) {
	stranger := workflowtest.Tom
	stranger.Outside = "people of other workspaces can't take part"
	if _, err := workflowtest.New(t).Boot2().Submit(context.Background(), stranger,
		workflowtest.Draft("a")); refusedBy(err) != workflow.RuleOutsider {
		t.Errorf("got %v", err)
	}
}

func TestACustomProductTakesKnownPermissionsOnlyAndOnlyWhereAllowed(t *testing.T) {
	w := workflowtest.New(t)
	d := workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{workflowtest.Contoso},
		Products: []pack.Product{workflowtest.Vbo(), {Name: "custom", Custom: true, Audience: "AzureADMyOrg",
			Credentials: workflowtest.Vbo().Credentials}},
		Policy: w.Policy, Key: w.Key, Log: workflowtest.Quiet})
	custom := workflowtest.Draft("c")
	custom.Product = "custom"
	for _, keys := range [][]string{nil, {"graph:Application:Everything.All"}, {"what"}} {
		custom.Permissions = keys
		if _, err := d.Submit(context.Background(), workflowtest.Bea, custom); err.(form.Errors)[form.FieldPermissions] == "" {
			t.Errorf("%q got %v", keys, err)
		}
	}
	custom.Permissions = []string{"graph:Application:User.Read.All", "graph:Application:User.Read.All",
		"sharepoint:Application:User.Read.All"}
	r, err := d.Submit(context.Background(), workflowtest.Bea, custom)
	if err != nil || len(r.Plan.Permissions) != 2 {
		t.Errorf("got %v, %v", r, err)
	}
	w.Policy.AllowCustom = false
	custom.Origin, custom.AppName = "V9", "d"
	if _, err := w.Boot2().Submit(context.Background(), workflowtest.Bea, custom); err.(form.Errors)[form.FieldProduct] == "" {
		t.Errorf("with allow_custom off got %v", err)
	}
}

func TestRedirectURIs(t *testing.T) {
	for uri, ok := range map[string]bool{
		"https://localhost": true, "https://example.com/cb?x=1": true, "http://localhost:8080/": true, "http://127.0.0.1": true,
		"http://example.com": false, "https://*.example.com": false, "https://example.com/#x": false, "https://a:b@example.com": false,
		"javascript:alert(1)": false, "https://": false, "example.com": false, "https://exa mple.com": false, "ftp://x": false,
		"https://example.com/" + strings.Repeat("x", 300): false, "https://:443": false,
	} {
		if problem := form.RedirectProblem(uri, plan.Web); (problem == "") != ok {
			t.Errorf("%s: %q", uri, problem)
		}
	}
}

func FuzzPlainShowsNothingHidden(f *testing.F) {
	f.Add("a\x00b\u202ec\xff\r\nd")
	f.Fuzz(func(t *testing.T, s string) {
		p := text.Plain(s)
		if strings.ContainsAny(p, "\x00\x1b\r\u202e\u200b") || p != text.Plain(p) {
			t.Errorf("%q became %q", s, p)
		}
	})
}
