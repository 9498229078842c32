package veeam

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

const subscription = "5a5a5a5a-0000-4000-8000-000000000001"

// azure is an account of the world's app, which has a role on one subscription.
func (w *world) azure() workflow.AzureAccount {
	w.Helper()
	w.tenant.AddSubscription(entratest.Subscription{ID: subscription, Name: "Archive"})
	sp := w.field(w.graph("GET", "/servicePrincipals(appId='"+w.app+"')", nil), "id")
	if !w.tenant.GrantAzureRole(sp, subscription, "Contributor") {
		w.Fatal("no role")
	}
	k := keyed()
	return workflow.AzureAccount{Name: "archiver", Description: "EA-7", AppID: w.app, TenantID: w.tenant.ID, Environment: "Global",
		Subscriptions: []string{subscription},
		PFX:           seal.New(base64.StdEncoding.EncodeToString(k.pfx)), Password: seal.New(k.password),
		Thumbprint: thumbprint(k.cert.Raw)}
}

func (w *world) connectAzure(s *Server, a workflow.AzureAccount) (workflow.Connected, error) {
	w.Helper()
	c, err := s.ConnectAzure(w.Context(), a)
	return c, w.saw(err)
}

func (w *world) onlyAzure() veeamtest.AzureAccount {
	w.Helper()
	all := w.veeam.AzureAccounts()
	if len(all) != 1 {
		w.Fatalf("the server has %d accounts: %+v", len(all), all)
	}
	return all[0]
}

func TestAnAzureServiceAccountIsAddedAndEdited(t *testing.T) {
	for version := 6; version <= 8; version++ {
		w := newWorldWith(t, veeamtest.Config{Version: version})
		s, a := w.server(nil), w.azure()
		got, err := w.connectAzure(s, a)
		has := w.onlyAzure()
		if err != nil || got.ID != has.ID || got.Name != "archiver" || has.AppID != w.app ||
			!strings.EqualFold(has.Thumbprint, a.Thumbprint) || has.Description != "EA-7" ||
			!slices.Equal(has.Subscriptions, a.Subscriptions) {
			t.Fatalf("version %d: connected %+v, %v, and the server has %+v", version, got, err, has)
		}
		again, err := w.connectAzure(s, a)
		if err != nil || again.ID != got.ID || w.onlyAzure().ID != has.ID {
			t.Errorf("version %d: again %+v, %v", version, again, err)
		}
	}
}

func TestWhatSomebodyWroteOnAnAccountStays(t *testing.T) {
	w := newWorld(t)
	a := w.azure()
	id := w.veeam.PutAzureAccount(veeamtest.AzureAccount{Name: "by hand", Description: "Ask Tom first", AppID: strings.ToUpper(w.app),
		TenantID: w.tenant.ID})
	w.veeam.PutAzureAccount(veeamtest.AzureAccount{Name: "another", AppID: w.client.AppID, TenantID: w.tenant.ID})
	got, err := w.connectAzure(w.server(nil), a)
	if has := w.veeam.AzureAccounts(); err != nil || got.ID != id || len(has) != 2 || has[0].Description != "Ask Tom first" ||
		has[0].Name != "by hand" || has[0].Thumbprint == "" {
		t.Errorf("connected %+v, %v, and the server has %+v", got, err, has)
	}
}

func TestAnAzureServiceAccountWithASecret(t *testing.T) {
	w := newWorld(t)
	a := w.azure()
	app := w.field(w.graph("GET", "/applications(appId='"+w.app+"')", nil), "id")
	a.PFX, a.Password, a.Thumbprint = seal.Secret{}, seal.Secret{}, ""
	a.Secret = seal.New(w.secretOf(app))
	if got, err := w.connectAzure(w.server(nil), a); err != nil || got.ID != w.onlyAzure().ID || w.onlyAzure().Thumbprint != "" {
		t.Errorf("connected %+v, %v, and the server has %+v", got, err, w.onlyAzure())
	}
}

func TestALostAnswerMakesNoSecondAzureServiceAccount(t *testing.T) {
	for _, op := range []string{"token", "listAzureAccounts", "addAzureAccount", "getAzureAccount"} {
		w := newWorld(t)
		s, a := w.server(nil), w.azure()
		n := 1
		if strings.HasPrefix(op, "list") || strings.HasPrefix(op, "get") {
			n = 2 // net/http reads once more by itself
		}
		w.veeam.Fail(op, entratest.After, veeamtest.Failure{}, n)
		if _, err := w.connectAzure(s, a); !isTemporary(err) {
			t.Errorf("%s: %v is not temporary", op, err)
		}
		if got, err := w.connectAzure(s, a); err != nil || w.onlyAzure().ID != got.ID {
			t.Errorf("%s: connected %+v, %v", op, got, err)
		}
	}
}

func TestAnAzureServiceAccountThatCameLateIsEdited(t *testing.T) {
	w := newWorld(t)
	a, late := w.azure(), ""
	w.veeam.OnCall(func(op string, _ *http.Request) {
		if op == "addAzureAccount" && late == "" {
			late = w.veeam.PutAzureAccount(veeamtest.AzureAccount{Name: "archiver", AppID: w.app, TenantID: w.tenant.ID})
			w.veeam.Fail(op, entratest.Before, veeamtest.Failure{Status: 400, Code: "ParameterValidationFailure",
				Message: "It has been added already."}, 1)
		}
	})
	if got, err := w.connectAzure(w.server(nil), a); err != nil || got.ID != late || w.onlyAzure().Thumbprint == "" {
		t.Errorf("connected %+v, %v, and the server has %+v", got, err, w.onlyAzure())
	}
}

func TestAnAzureServiceAccountThatTheServerDoesNotTake(t *testing.T) {
	for name, c := range map[string]struct {
		version int
		edit    func(*world, *workflow.AzureAccount)
		code    string
		says    string
	}{
		"without a role": {8, func(w *world, a *workflow.AzureAccount) {
			a.AppID = w.register(keyed().cert)
		}, "ParameterValidationFailure", "has no access to the subscription '" + subscription + "'"},
		"a certificate not there": {8, func(w *world, a *workflow.AzureAccount) {
			a.AppID = w.client.AppID
		}, "ParameterValidationFailure", "AADSTS700027"},
		"a wrong password": {7, func(_ *world, a *workflow.AzureAccount) {
			a.Password = seal.New("not this one")
		}, "HTTP 400", "network password"},
		"another app": {8, func(w *world, _ *workflow.AzureAccount) {
			w.veeam.Change(func(k *veeamtest.Knobs) { k.SaysApp = w.client.AppID })
		}, "ReadBack", "uses another app"},
		"an old server": {5, func(*world, *workflow.AzureAccount) {}, "TooOld", "has no Azure service accounts. Nothing was sent."},
		"two of them": {8, func(w *world, _ *workflow.AzureAccount) {
			for range 2 {
				w.veeam.PutAzureAccount(veeamtest.AzureAccount{Name: "x", AppID: w.app, TenantID: w.tenant.ID})
			}
		}, "Ambiguous", "has 2 Azure service accounts with the app"},
	} {
		w := newWorldWith(t, veeamtest.Config{Version: c.version})
		a := w.azure()
		c.edit(w, &a)
		before := len(w.veeam.AzureAccounts())
		_, err := w.connectAzure(w.server(nil), a)
		w.refused(err, c.code, c.says)
		if n := len(w.veeam.AzureAccounts()); n != before && c.code != "ReadBack" {
			t.Errorf("%s: the server has %d accounts", name, n)
		}
	}
	w := newWorld(t)
	for _, edit := range []func(*workflow.AzureAccount){
		func(a *workflow.AzureAccount) {
			a.Name = ""
		}, func(a *workflow.AzureAccount) { a.TenantID = "" }, func(a *workflow.AzureAccount) { a.PFX = seal.Secret{} },
		func(a *workflow.AzureAccount) { a.Secret = seal.New("s") },
	} {
		a := workflow.AzureAccount{Name: "a", AppID: "b", TenantID: "c", Environment: "Global", PFX: seal.New("x")}
		edit(&a)
		if _, err := w.connectAzure(w.server(nil), a); err == nil || isTemporary(err) {
			t.Errorf("%+v: %v", a, err)
		}
	}
	if len(w.ops()) != 0 {
		t.Errorf("calls %q", w.ops())
	}
}
