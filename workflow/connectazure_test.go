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
)

// azureDraft asks for such an account, for the server.
func azureDraft(kind plan.CredentialKind) form.Draft {
	d := madeDraft("archiver-app")
	d.Product, d.Backup, d.Workloads, d.Subscriptions = "archiver", "vb365-prod", []string{"builtin"}, []string{subscription}
	if d.Credential = kind; kind == plan.CredentialSecret {
		d.Lifetime = 720 * time.Hour
	}
	return d
}

func TestAnAzureServiceAccountGoesToTheServerAndToNobody(t *testing.T) {
	for _, kind := range []plan.CredentialKind{plan.CredentialMadeCertificate, plan.CredentialSecret} {
		t.Run(string(kind), func(t *testing.T) {
			withThePowerCut(t, func(t *testing.T, p *power) {
				w := newWorld(t).withAzure()
				w.pages = "" // nothing is handed to a person
				var log bytes.Buffer
				w.out = &log
				n := w.boot()
				p.on(w, n)
				r := w.askServer(n, azureDraft(kind))
				w.settle(n, r.ID, workflow.StateDone)
				n = p.back(n)
				r = w.settle(n, r.ID, workflow.StateDone)
				pass(time.Second)
				n.stop()
				has, ok := w.vb365.azure[r.Made.AppID]
				if len(w.vb365.azure) != 1 || len(w.vb365.has) != 0 || !ok || has.Name != "archiver-app" || has.Description != r.ID ||
					has.TenantID != contosoID || has.Environment != "Global" || !slices.Equal(has.Subscriptions, []string{subscription}) {
					t.Errorf("the server has %+v and %+v", w.vb365.azure, w.vb365.has)
				}
				if (kind == plan.CredentialSecret) != has.PFX.IsZero() || has.Thumbprint != r.Thumbprint() {
					t.Errorf("it was given %+v", has)
				}
				if r.Made.Connected != "Azure service account archiver-app" || r.Steps.Get(workflow.StepConnect).Note != r.Made.Connected ||
					n.Checks(r) {
					t.Errorf("made %+v, and it can be checked: %v", r.Made, n.Checks(r))
				}
				w.shredded(r)
				for _, by := range []people.Person{bea, ada} {
					if _, _, err := n.Claim(t.Context(), r.ID, by); err == nil {
						t.Errorf("%s opened it", by.Name)
					}
				}
				for _, s := range []seal.Secret{has.Secret, has.PFX, has.Password} {
					if !s.IsZero() {
						w.noSecrets(log.String(), s.Reveal())
					}
				}
			})
		})
	}
}

func TestASecretThatTheServerDidNotTakeIsHandedOverInstead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).withAzure()
		w.pages = ""
		w.vb365.refuses = &workflow.ServiceError{Text: "vb365-prod refused to add the Azure service account. It says: “No license”"}
		n := w.boot()
		defer n.stop()
		r := w.askServer(n, azureDraft(plan.CredentialSecret))
		w.approved(n, r.ID)
		if r = w.get(r.ID); r.State != workflow.StateFailed || !n.MayHandOver(r) {
			t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
		}
		if _, err := n.HandOver(t.Context(), r.ID, ada, r.Rev); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(20 * time.Second)
		if r = w.get(r.ID); r.State != workflow.StateReady || r.Plan.Backup.Server != "" || len(w.vb365.azure) != 0 {
			t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
		}
		if _, secret, err := n.Claim(t.Context(), r.ID, bea); err != nil || secret.IsZero() {
			t.Errorf("Bea opened %v, %v", secret, err)
		}
	})
}

func TestAnAzureServiceAccountTakesWhatTheBotHas(t *testing.T) {
	w := newWorld(t).withAzure()
	n := w.boot()
	defer n.stop()
	p, _ := n.Product("archiver")
	var kinds []plan.CredentialKind
	for _, o := range n.Credentials(p, "vb365-prod") {
		kinds = append(kinds, o.Kind)
	}
	if !slices.Equal(kinds, []plan.CredentialKind{plan.CredentialMadeCertificate, plan.CredentialSecret}) {
		t.Errorf("with a server there are %v", kinds)
	}
	d := azureDraft(plan.CredentialCertificate)
	d.Certificate, d.Lifetime = newCertificate(), 0
	_, err := n.Submit(t.Context(), bea, d)
	if wrong, ok := errors.AsType[form.Errors](err); !ok || wrong[form.FieldCredential] == "" {
		t.Errorf("a certificate that the bot does not have: %v", err)
	}
}

func TestTheScopesOfAzureRolesThatAreSubscriptionsAreNamed(t *testing.T) {
	p := plan.Plan{Subscriptions: []string{subscription, "/subscriptions/" + second + "/resourceGroups/archive",
		"/providers/Microsoft.Management/managementGroups/all", "/subscriptions/" + subscription}}
	if got := p.SubscriptionIDs(); !slices.Equal(got, []string{subscription, second}) {
		t.Errorf("they are %q", got)
	}
}
