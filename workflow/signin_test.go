package workflow_test

import (
	"slices"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestWhoMayCarryARequestOut(t *testing.T) {
	for _, c := range []struct {
		who     string
		signer  func(*workflow.Signer)
		request func(*workflow.Request)
		refused workflow.Rule
	}{
		{who: "the approver as Global Administrator"},
		{who: "the approver by object ID", signer: func(s *workflow.Signer) {
			s.ObjectID, s.UPN = "obj-zoe", "other@contoso.com"
		}, request: func(r *workflow.Request) { r.Approval.By = workflowtest.Zoe }},
		{who: "the approver with two lesser roles", signer: func(s *workflow.Signer) {
			s.Roles = []string{workflow.CloudApplicationAdministrator, workflow.PrivilegedRoleAdministrator}
		}},
		{who: "someone of another tenant", signer: func(s *workflow.Signer) { s.TenantID = "2222" }, refused: workflow.RuleTenant},
		{who: "another admin than the one who approved", signer: func(s *workflow.Signer) {
			s.UPN, s.ObjectID = "zoe@contoso.com", "obj-zoe"
		}, refused: workflow.RuleAccount},
		{who: "an account without a name", signer: func(s *workflow.Signer) { s.UPN, s.ObjectID = "", "" }, refused: workflow.RuleAccount},
		{who: "the requester by e-mail", request: func(r *workflow.Request) { r.Requester.Email = "ADA@contoso.com" },
			refused: workflow.RuleRequesterSelf},
		{who: "the requester by mail attribute", signer: func(s *workflow.Signer) { s.Mail = "bea@contoso.com" },
			refused: workflow.RuleRequesterSelf},
		{who: "the requester by object ID", signer: func(s *workflow.Signer) {
			s.Requesters = []workflow.Account{{ObjectID: "x"}, {ObjectID: "OBJ-ADA"}}
		}, refused: workflow.RuleRequesterSelf},
		{who: "the requester by approver list", request: func(r *workflow.Request) {
			r.Requester = workflowtest.Ada
			r.Requester.Email = ""
		}, refused: workflow.RuleRequesterSelf},
		{who: "an Application Administrator, for Graph application permissions", signer: func(s *workflow.Signer) {
			s.Roles = []string{workflow.ApplicationAdministrator}
		}, refused: workflow.RuleRole},
		{who: "a Privileged Role Administrator, who may not register", signer: func(s *workflow.Signer) {
			s.Roles = []string{workflow.PrivilegedRoleAdministrator}
		}, refused: workflow.RuleRole},
		{who: "someone without any role", signer: func(s *workflow.Signer) { s.Roles = nil }, refused: workflow.RuleRole},
		{who: "an Application Administrator, for delegated permissions only", signer: func(s *workflow.Signer) {
			s.Roles = []string{workflow.ApplicationAdministrator}
		},
			request: func(r *workflow.Request) {
				r.Plan.Permissions = r.Plan.Permissions[2:]
				r.Approval.Digest = r.Plan.Digest()
			}},
		{who: "an Application Administrator, to undo", signer: func(s *workflow.Signer) {
			s.Roles = []string{workflow.ApplicationAdministrator}
		}, request: func(r *workflow.Request) { r.Task = workflow.TaskUndo }},
		{who: "the approver of a plan that was changed", request: func(r *workflow.Request) {
			r.Plan.Permissions[0].Name = "Directory.ReadWrite.All"
		}, refused: workflow.RuleDigest},
		{who: "someone who is no longer an approver", request: func(r *workflow.Request) { r.Approval.By = workflowtest.Tom },
			refused: workflow.RuleNotApprover},
	} {
		t.Run(c.who, func(t *testing.T) {
			w, _, id := at(t, in(workflow.StateSignIn, workflowtest.Ada))
			r, who := w.Get(id), workflowtest.AdaSignsIn()
			if c.request != nil {
				c.request(r)
			}
			if c.signer != nil {
				c.signer(&who)
			}
			no := workflow.SignerProblem(r, workflowtest.Contoso, who)
			if no == nil && c.refused != "" || no != nil && no.Rule != c.refused {
				t.Errorf("got %v, want %q", no, c.refused)
			}
		})
	}
}

func TestTheBotAsksForNoMoreThanThePlanNeeds(t *testing.T) {
	p := workflowtest.Vbo().Plan(workflowtest.Vbo().Choice())
	if got := p.SignInScopes(); !slices.Equal(got,
		[]string{"User.Read", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"}) {
		t.Errorf("for both kinds: %v", got)
	}
	p.Permissions = p.Permissions[2:]
	if got := p.SignInScopes(); slices.Contains(got, "AppRoleAssignment.ReadWrite.All") {
		t.Errorf("for delegated ones only: %v", got)
	}
	if got := (plan.Plan{}).SignInScopes(); len(got) != 2 {
		t.Errorf("to undo: %v", got)
	}
}

func TestAPlansDigestChangesWithAnythingInIt(t *testing.T) {
	base := func() plan.Plan {
		return plan.Plan{TenantID: "t", AppName: "a", Audience: "x", RedirectURIs: []string{"u"},
			Permissions: workflowtest.Vbo().Plan(workflowtest.Vbo().Choice()).Permissions,
			Credential: plan.Credential{Kind: plan.CredentialSecret,
				Lifetime: time.Hour}}
	}
	was := base().Digest()
	if base().Digest() != was {
		t.Fatal("it is not the same twice")
	}
	for name, change := range map[string]func(*plan.Plan){
		"tenant": func(p *plan.Plan) {
			p.TenantID = "u"
		}, "name": func(p *plan.Plan) { p.AppName = "b" }, "audience": func(p *plan.Plan) { p.Audience = "y" },
		"redirect": func(p *plan.Plan) { p.RedirectURIs[0] = "v" }, "permission": func(p *plan.Plan) { p.Permissions[0].Name = "More.All" },
		"type": func(p *plan.Plan) { p.Permissions[0].Type = "Delegated" }, "lifetime": func(p *plan.Plan) { p.Credential.Lifetime++ },
	} {
		p := base()
		p.Permissions = slices.Clone(p.Permissions)
		change(&p)
		if p.Digest() == was {
			t.Errorf("a change of %s is not seen", name)
		}
	}
}
