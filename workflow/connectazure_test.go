package workflow_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// azureDraft asks for such an account, for the server.
func azureDraft(kind plan.CredentialKind) form.Draft {
	d := workflowtest.MadeDraft("archiver-app")
	d.Product, d.Backup, d.Workloads, d.Subscriptions = "archiver", "vb365-prod", []string{"builtin"}, []string{workflowtest.Subscription}
	if d.Credential = kind; kind == plan.CredentialSecret {
		d.Lifetime = 720 * time.Hour
	}
	return d
}

func TestAnAzureServiceAccountGoesToTheServerAndToNobody(t *testing.T) {
	for _, kind := range []plan.CredentialKind{plan.CredentialMadeCertificate, plan.CredentialSecret} {
		t.Run(string(kind), func(t *testing.T) {
			workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
				w := workflowtest.New(t).WithAzure()
				w.Pages = "" // nothing is handed to a person
				var log bytes.Buffer
				w.Out = &log
				n := w.Boot()
				p.On(w, n)
				r := w.AskServer(n, azureDraft(kind))
				w.Settle(n, r.ID, workflow.StateDone)
				n = p.Back(n)
				r = w.Settle(n, r.ID, workflow.StateDone)
				workflowtest.Pass(time.Second)
				n.Stop()
				has, ok := w.Vb365.Azure[r.Made.AppID]
				if len(w.Vb365.Azure) != 1 || len(w.Vb365.Has) != 0 || !ok || has.Name != "archiver-app" || has.Description != r.ID ||
					has.TenantID != workflowtest.ContosoID || has.Environment != "Global" || !slices.Equal(has.Subscriptions,
					[]string{workflowtest.Subscription}) {
					t.Errorf("the server has %+v and %+v", w.Vb365.Azure, w.Vb365.Has)
				}
				if (kind == plan.CredentialSecret) != has.PFX.IsZero() || has.Thumbprint != r.Thumbprint() {
					t.Errorf("it was given %+v", has)
				}
				if r.Made.Connected != "Azure service account archiver-app" || r.Steps.Get(workflow.StepConnect).Note != r.Made.Connected ||
					n.Checks(r) {
					t.Errorf("made %+v, and it can be checked: %v", r.Made, n.Checks(r))
				}
				w.Shredded(r)
				for _, by := range []people.Person{workflowtest.Bea, workflowtest.Ada} {
					if _, _, err := n.Claim(t.Context(), r.ID, by); err == nil {
						t.Errorf("%s opened it", by.Name)
					}
				}
				for _, s := range []seal.Secret{has.Secret, has.PFX, has.Password} {
					if !s.IsZero() {
						w.NoSecrets(log.String(), s.Reveal())
					}
				}
			})
		})
	}
}

func TestASecretThatTheServerDidNotTakeIsHandedOverInstead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithAzure()
		w.Pages = ""
		w.Vb365.Refuses = &workflow.ServiceError{Text: "vb365-prod refused to add the Azure service account. It says: “No license”"}
		n := w.Boot()
		defer n.Stop()
		r := w.AskServer(n, azureDraft(plan.CredentialSecret))
		w.Approved(n, r.ID)
		if r = w.Get(r.ID); r.State != workflow.StateFailed || !n.MayHandOver(r) {
			t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
		}
		if _, err := n.HandOver(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
			t.Fatal(err)
		}
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(20 * time.Second)
		if r = w.Get(r.ID); r.State != workflow.StateReady || r.Plan.Backup.Server != "" || len(w.Vb365.Azure) != 0 {
			t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
		}
		if _, secret, err := n.Claim(t.Context(), r.ID, workflowtest.Bea); err != nil || secret.IsZero() {
			t.Errorf("Bea opened %v, %v", secret, err)
		}
	})
}

func TestAnAzureServiceAccountTakesWhatTheBotHas(t *testing.T) {
	w := workflowtest.New(t).WithAzure()
	n := w.Boot()
	defer n.Stop()
	p, _ := n.Product("archiver")
	var kinds []plan.CredentialKind
	for _, o := range n.Credentials(p, "vb365-prod") {
		kinds = append(kinds, o.Kind)
	}
	if !slices.Equal(kinds, []plan.CredentialKind{plan.CredentialMadeCertificate, plan.CredentialSecret}) {
		t.Errorf("with a server there are %v", kinds)
	}
	d := azureDraft(plan.CredentialCertificate)
	d.Certificate, d.Lifetime = workflowtest.NewCertificate(), 0
	_, err := n.Submit(t.Context(), workflowtest.Bea, d)
	if wrong, ok := errors.AsType[form.Errors](err); !ok || wrong[form.FieldCredential] == "" {
		t.Errorf("a certificate that the bot does not have: %v", err)
	}
}

func TestTheScopesOfAzureRolesThatAreSubscriptionsAreNamed(t *testing.T) {
	p := plan.Plan{Subscriptions: []string{workflowtest.Subscription, "/subscriptions/" + workflowtest.Second + "/resourceGroups/archive",
		"/providers/Microsoft.Management/managementGroups/all", "/subscriptions/" + workflowtest.Subscription}}
	if got := p.SubscriptionIDs(); !slices.Equal(got, []string{workflowtest.Subscription, workflowtest.Second}) {
		t.Errorf("they are %q", got)
	}
}
