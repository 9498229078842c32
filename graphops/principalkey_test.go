package graphops

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// onPrincipal gives a service principal a secret and a certificate of its own, as somebody
// may by hand.
func (w *world) onPrincipal(s *session, sp string) (secret string) {
	w.Helper()
	add := s.get("/servicePrincipals/{id}/addPassword", "id", sp)
	add.Method = kiota.POST
	add.SetStreamContentAndContentType([]byte("{}"), "application/json")
	got, err := s.send(w.Context(), opAddKey, add, models.CreatePasswordCredentialFromDiscriminatorValue)
	if w.saw(err) != nil {
		w.Fatal(err)
	}
	key := object{}
	key.set("type", "AsymmetricX509Cert")
	key.set("usage", "Verify")
	key.set("key", base64.StdEncoding.EncodeToString(w.certificate("by hand").DER))
	body := object{}
	body.set("keyCredentials", []object{key})
	set := s.get("/servicePrincipals/{id}", "id", sp)
	set.Method = kiota.PATCH
	set.SetStreamContentAndContentType(encode(body), "application/json")
	if _, err := s.send(w.Context(), opSetCerts, set, nil); w.saw(err) != nil {
		w.Fatal(err)
	}
	return value(got.(models.PasswordCredentialable).GetSecretText())
}

// signsIn reports whether an app gets a token with a secret.
func (w *world) signsIn(appID, secret string) bool {
	w.Helper()
	resp, err := w.http.PostForm(w.url+"/"+w.t.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"},
		"client_id": {appID}, "client_secret": {secret}, "scope": {w.url + "/.default"}})
	if err != nil {
		w.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// services.md, section 2: credentials live on the service principal too. After a
// retirement none of them signs in, whoever restores the app.
func TestWhatIsRetiredHasNoCredentialOnItsServicePrincipal(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	obj, appID, sp := w.made(s, app("payroll"))
	m := workflow.Made{ObjectID: obj, AppID: appID, ServicePrincipal: sp}
	secret := w.onPrincipal(s, sp)
	if has, err := inspected(s, t.Context(), m, plan.Plan{}); err != nil || has.OnPrincipal != 2 || !w.signsIn(appID, secret) {
		t.Fatalf("%+v, %v; it signs in: %v", has, err, w.signsIn(appID, secret))
	}
	for range 2 { // the second time there is none
		if err := s.RemoveCredentials(t.Context(), obj, plan.Plan{}); w.saw(err) != nil {
			t.Fatal(err)
		}
	}
	if err := s.DeleteApplication(t.Context(), "entra-app-payroll", obj); err != nil {
		t.Fatal(err)
	}
	if there, err := s.RestoreApplication(t.Context(), appID, sp); err != nil || !there {
		t.Fatalf("it is restored: %v, %v", there, err)
	}
	if has, err := inspected(s, t.Context(), m, plan.Plan{}); w.saw(err) != nil || has.OnPrincipal != 0 || w.signsIn(appID, secret) {
		t.Errorf("%+v, %v; it signs in: %v", has, err, w.signsIn(appID, secret))
	}
}

// An app that was deleted by hand comes back with what its service principal has.
func TestWhatIsRestoredLosesTheCredentialsOfItsServicePrincipal(t *testing.T) {
	for _, named := range []bool{false, true} {
		w := newWorld(t)
		s := w.session("ada").(*session)
		obj, appID, sp := w.made(s, app("payroll"))
		secret := w.onPrincipal(s, sp)
		if err := s.DeleteApplication(t.Context(), "entra-app-payroll", obj); err != nil {
			t.Fatal(err)
		}
		var err error
		if named { // somebody registers an app of the same unique name
			_, _, err = s.EnsureApplication(t.Context(), app("payroll"))
		} else if _, err = s.RestoreApplication(t.Context(), appID, sp); err == nil {
			err = s.RemoveCredentials(t.Context(), obj, plan.Plan{})
		}
		if has, readErr := inspected(s, t.Context(), workflow.Made{ObjectID: obj, AppID: appID, ServicePrincipal: sp},
			plan.Plan{}); w.saw(err) != nil || readErr != nil || has.OnPrincipal != 0 || w.signsIn(appID, secret) {
			t.Errorf("by name %v: %+v, %v, %v; it signs in: %v", named, has, err, readErr, w.signsIn(appID, secret))
		}
	}
}

// One that Entra does not let go is told, and keeps none of the others.
func TestACredentialOfTheServicePrincipalThatStaysIsTold(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	obj, appID, sp := w.made(s, app("payroll"))
	secret := w.onPrincipal(s, sp)
	w.s.Fail("removeServicePrincipalPassword", entratest.Before, http.StatusForbidden, 1)
	if no := trouble(w.saw(s.RemoveCredentials(t.Context(), obj, plan.Plan{}))); no == nil || !w.signsIn(appID, secret) {
		t.Errorf("it says %v", no)
	}
	if has, err := inspected(s, t.Context(), workflow.Made{ObjectID: obj, AppID: appID, ServicePrincipal: sp},
		plan.Plan{}); err != nil || has.OnPrincipal != 1 {
		t.Errorf("%+v, %v", has, err)
	}
	if err := s.RemoveCredentials(t.Context(), obj, plan.Plan{}); w.saw(err) != nil || w.signsIn(appID, secret) {
		t.Errorf("again: %v", err)
	}
}

// What is not there has no credentials, unless it may only be unknown yet.
func TestAnAppWithoutAServicePrincipalHasNoCredentialsOnIt(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	obj, _, err := s.EnsureApplication(t.Context(), app("payroll"))
	if err != nil {
		t.Fatal(err)
	}
	w.later(2 * memory.Replication)
	if err := w.saw(s.RemoveCredentials(t.Context(), obj, plan.Plan{})); err != nil {
		t.Error(err)
	}
}

// services.md, section 2: what an app that is adopted has on its service principal is seen.
func TestALookSeesTheCredentialsOfTheServicePrincipal(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	obj, appID, sp := w.made(s, app("payroll"))
	m := workflow.Made{ObjectID: obj, AppID: appID}
	if _, found, _, err := s.ReadApplication(t.Context(), m, plan.Plan{}); w.saw(err) != nil || found.PrincipalSecrets != 0 ||
		len(found.PrincipalThumbprints) != 0 {
		t.Errorf("without any: %+v, %v", found, err)
	}
	w.onPrincipal(s, sp)
	_, found, id, err := s.ReadApplication(t.Context(), m, plan.Plan{})
	if w.saw(err) != nil || id != sp || found.PrincipalSecrets != 1 || len(found.PrincipalThumbprints) != 1 ||
		len(found.PrincipalThumbprints[0]) != 40 ||
		found.Secrets != 0 || len(found.Thumbprints) != 0 {
		t.Errorf("%+v of %s, %v", found, id, err)
	}
}
