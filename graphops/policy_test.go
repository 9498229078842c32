package graphops

import (
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

func TestTheTenantsPolicyForAppsIsReadWhereTheTokenIsGoodForIt(t *testing.T) {
	w := newWorldWith(t, entratest.Config{}, append([]string{"Policy.Read.All"}, botScopes...)...)
	w.t.Change(func(k *entratest.Knobs) {
		k.ForbidSecrets, k.MaxSecretLifetime, k.MaxKeyLifetime = true, 90*24*time.Hour, 365*24*time.Hour
	})
	for _, c := range []struct {
		scopes []string
		want   workflow.AppPolicy
	}{
		{append([]string{"Policy.Read.All"}, botScopes...), workflow.AppPolicy{NoSecrets: true, SecretMax: 90 * 24 * time.Hour, CertificateMax: 365 * 24 * time.Hour}},
		{botScopes, workflow.AppPolicy{}},
	} {
		in, err := w.dir.SignIn(t.Context(), "contoso", c.scopes)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.s.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
		s, err := in.Wait(t.Context(), workflow.Ask{})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Signer().Policy; got != c.want {
			t.Errorf("got %+v, want %+v", got, c.want)
		}
		s.Close()
	}
}
