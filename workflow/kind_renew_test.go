package workflow_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestOnlyWhatExpiresIsRenewed(t *testing.T) {
	w := workflowtest.New(t)
	n := w.Boot()
	defer n.Stop()
	app := func(id string, c plan.Credential) *workflow.Request {
		r, err := w.Store.Create(t.Context(), &workflow.Request{Origin: "V-" + id, Kind: workflow.KindRegister, State: workflow.StateDone,
			Requester: workflowtest.Bea,
			Product:   "vbo365", Tenant: "contoso", Team: "CTEAM",
			Plan: plan.Plan{TenantID: workflowtest.ContosoID, AppName: id, Credential: c}, Made: workflow.Made{AppID: "APP-" + id},
			Posts: workflow.Posts{}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for id, c := range map[string]plan.Credential{
		"https://issuer.example": {Kind: plan.CredentialFederated, Federated: plan.FederatedIssuer{Issuer: "https://issuer.example"}},
		"People sign in":         {Kind: plan.CredentialNone},
	} {
		r := app(id, c)
		_, err := n.Renew(t.Context(), workflowtest.Bea, r.ID, workflowtest.Draft("renew "+id))
		if refusedBy(err) != workflow.RuleWrongState || !strings.Contains(err.Error(), id) ||
			!strings.Contains(err.Error(), "/entra-app request vbo365") {
			t.Errorf("%s: %v", c.Kind, err)
		}
	}
	secret := app("secret", plan.Credential{Kind: plan.CredentialSecret})
	for _, kind := range []plan.CredentialKind{plan.CredentialFederated, plan.CredentialNone, plan.CredentialCertificate, ""} {
		d := workflowtest.Draft("renew")
		d.Credential = kind
		_, err := n.Renew(t.Context(), workflowtest.Bea, secret.ID, d)
		if wrong, ok := errors.AsType[form.Errors](err); !ok || wrong[form.FieldCredential] == "" {
			t.Errorf("to %q, which the product does not offer: %v", kind, err)
		}
	}
	if _, err := n.Renew(t.Context(), workflowtest.Bea, secret.ID, workflowtest.Draft("renew")); err != nil {
		t.Error(err)
	}
}
