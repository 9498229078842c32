package graphops

import (
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// signedIn is a session of Ada's for something of that age.
func (w *seedWorld) signedIn(p plan.Plan, changed time.Time) workflow.Session {
	w.t.Helper()
	in, err := w.dir.SignIn(w.t.Context(), "contoso", p.SignInScopes())
	if err == nil {
		err = w.entra.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := in.Wait(w.t.Context(), workflow.Ask{Resources: p.Resources(), Email: "bea@contoso.com", Born: changed, Changed: changed})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// untilDone repeats a step as the engine does.
func (w *seedWorld) untilDone(do func() error) error {
	began := time.Now()
	for {
		err := do()
		if _, later := errors.AsType[workflow.Temporary](err); !later || time.Since(began) > workflow.Youth+time.Minute {
			return err
		}
		time.Sleep(5 * time.Second)
	}
}

// replicated plays something in many worlds.
func replicated(t *testing.T, play func(*testing.T, *seedWorld)) {
	for seed := range uint64(8) {
		if t.Failed() {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			w := newSeedWorld(t, seed, io.Discard)
			defer func() { w.running() }()
			play(t, w)
		})
	}
}

// slowReplicas makes the tenant one of replicas that hear of each other late.
func (w *seedWorld) slowReplicas() {
	w.tenant.Replicate(entratest.Replication{Delay: func(r *rand.Rand) time.Duration {
		return time.Duration(r.Int64N(int64(2 * time.Minute)))
	}})
}

// services.md, section 1: nothing that was restored keeps what signed it in before,
// however often the step is repeated.
func TestAnApplicationRestoredByItsNameHasNoCredentialOnAnyReplica(t *testing.T) {
	replicated(t, func(t *testing.T, w *seedWorld) {
		a := workflow.App{UniqueName: "entra-app-payroll", DisplayName: "payroll", Audience: "AzureADMyOrg"}
		s := w.signedIn(plan.Plan{}, time.Time{})
		id, appID, err := s.EnsureApplication(t.Context(), a)
		if err == nil {
			_, err = s.EnsureServicePrincipal(t.Context(), principalFor(appID))
		}
		if err == nil {
			_, _, err = s.AddPassword(t.Context(), id, "somebody's", time.Now().Add(24*time.Hour))
		}
		if err == nil {
			err = s.EnsureFederated(t.Context(), id, "somebody",
				plan.FederatedIssuer{Issuer: "https://issuer.test", Subject: "s", Audience: "a"})
		}
		if err == nil {
			err = s.DeleteApplication(t.Context(), a.UniqueName, id)
		}
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		w.slowReplicas()
		s = w.signedIn(plan.Plan{}, time.Now())
		if err := w.untilDone(func() error { _, _, err := s.EnsureApplication(t.Context(), a); return err }); err != nil {
			t.Error(err)
		}
		w.tenant.Settle()
		if got, _ := w.tenant.Application(appID); len(got.Passwords)+len(got.Federated) != 0 {
			t.Errorf("seed %d: it has %+v %+v", w.seed, got.Passwords, got.Federated)
		}
	})
}

// services.md, section 1: what was just granted is withdrawn, though a replica that has not
// heard of it lists nothing and has nothing to delete.
func TestWhatIsRetiredAtOnceKeepsNoConsentAndNoTrust(t *testing.T) {
	replicated(t, func(t *testing.T, w *seedWorld) {
		mail, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Mail.Read")
		user, _ := plan.Known(catalog.MicrosoftGraph, catalog.Delegated, "User.Read")
		p := plan.Plan{Permissions: []plan.Permission{mail, user}}
		p.Credential = plan.Credential{Kind: plan.CredentialFederated,
			Federated: plan.FederatedIssuer{Issuer: "https://issuer.test", Subject: "s", Audience: "a"}}
		w.slowReplicas()
		s := w.signedIn(p, time.Now())
		var id, appID, sp string
		for _, step := range []func() error{
			func() (err error) {
				id, appID, err = s.EnsureApplication(t.Context(),
					workflow.App{UniqueName: "entra-app-payroll", DisplayName: "payroll", Audience: "AzureADMyOrg",
						Permissions: p.Permissions})
				return err
			},
			func() (err error) { sp, err = s.EnsureServicePrincipal(t.Context(), principalFor(appID)); return err },
			func() error { return s.EnsureConsent(t.Context(), sp, p.Permissions) },
			func() error { return s.EnsureFederated(t.Context(), id, "payroll", p.Credential.Federated) },
		} {
			if err := w.untilDone(step); err != nil {
				t.Fatal(err)
			}
		}
		s = w.signedIn(p, time.Now())
		for _, step := range []func() error{
			func() error { return s.RemoveCredentials(t.Context(), id, p) },
			func() error { return s.RemoveConsent(t.Context(), sp, p) },
		} {
			if err := w.untilDone(step); err != nil {
				t.Error(err)
			}
		}
		w.tenant.Settle()
		if got, _ := w.tenant.Application(appID); len(got.Roles)+len(got.Scopes)+len(got.Federated) != 0 {
			t.Errorf("seed %d: it has %q %q %+v", w.seed, got.Roles, got.Scopes, got.Federated)
		}
	})
}
