package graphops

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// wantYoung checks that an error is of something young, and what people are told of it
// should it last.
func (w *world) wantYoung(err error, code string) {
	w.Helper()
	lag, ok := errors.AsType[workflow.Spreading](w.saw(err))
	if !ok {
		w.Errorf("%s is not waited for: %v", code, err)
		return
	}
	if no := lag.(workflow.Describer).Describe(); no == nil || no.Code != code || no.Text == "" {
		w.Errorf("should it last, people are told %+v, want %s", no, code)
	}
}

// services.md, section 1, the token endpoint: 700027 is a certificate that it has not heard of.
func TestCode700027OfANewCertificateIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	obj, appID, _ := w.made(s, app("payroll"))
	c, keyed := w.make("payroll")
	prove := func() error {
		return last(w.dir.Prove(t.Context(), "contoso", appID, workflow.Proof{Keyed: keyed}, nil))
	}
	w.wantYoung(prove(), "AADSTS700027")
	if err := certified(s.EnsureCertificate(t.Context(), obj, "EA-1", c)); w.saw(err) != nil {
		t.Fatal(err)
	}
	if err := w.saw(prove()); err != nil {
		t.Errorf("once it is known: %v", err)
	}
}

// services.md, section 1, the token endpoint: 7000229 is an app whose service principal it has
// not heard of, and 700016 one that it has not heard of at all.
func TestCode7000229OfANewServicePrincipalIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	obj, appID, err := s.EnsureApplication(t.Context(), app("payroll"))
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	_, secret, err := s.AddPassword(t.Context(), obj, "EA-1", w.now().Add(time.Hour))
	if w.saw(err) != nil {
		t.Fatal(err)
	}
	prove := func(id string) error {
		return last(w.dir.Prove(t.Context(), "contoso", id, workflow.Proof{Secret: secret}, nil))
	}
	w.wantYoung(prove(appID), "AADSTS7000229")
	w.wantYoung(prove("99999999-9999-4999-8999-999999999999"), "AADSTS700016")
	if _, err := s.EnsureServicePrincipal(t.Context(), principalFor(appID)); w.saw(err) != nil {
		t.Fatal(err)
	}
	if err := w.saw(prove(appID)); err != nil {
		t.Errorf("once it is known: %v", err)
	}
}

// services.md, section 1, ARM: a repeated PUT of a definition meets a replica that has not
// heard of it, and is answered with 409 RoleDefinitionWithSameNameExists.
func TestRoleDefinitionWithSameNameExistsIsWaitedFor(t *testing.T) {
	w, given := inAzure(t, entratest.AzureUserAccessAdministrator, "Microsoft.Authorization/roleAssignments/write")
	s := given.(*session)
	w.t.Replicate(entratest.Replication{Delay: func(*rand.Rand) time.Duration { return 5 * time.Minute }})
	custom := azureRoles[1]
	put := func() error {
		return s.arm.DefineRole(t.Context(), custom.DefinitionID("entra-app-payroll"), "entra-app-payroll", []string{production}, custom)
	}
	if err := w.saw(put()); err != nil {
		t.Fatal(err)
	}
	met := 0
	for range 40 {
		if err := put(); err != nil {
			w.wantYoung(err, "RoleDefinitionWithSameNameExists")
			met++
		}
	}
	if met == 0 {
		t.Error("no replica has answered that there is one")
	}
	w.later(6 * time.Minute)
	if err := w.saw(put()); err != nil {
		t.Errorf("once it is known: %v", err)
	}
	if _, d := w.ofApp(); d != 1 {
		t.Errorf("%d custom roles", d)
	}
}

// services.md, section 1: a replica that has not heard that an app role is disabled refuses to
// remove it, as with a scope.
func TestACodeOfARoleWhoseEndIsYoungIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada", all...)
	a := app("payroll")
	a.AppRoles = []plan.AppRole{{Name: "Run", Title: "Run", Words: "Runs it.", Apps: true}}
	id, appID, _ := w.made(s, a)
	if err := s.ExposeScopes(t.Context(), id, appID, a); w.saw(err) != nil {
		t.Fatal(err)
	}
	const code = "CannotDeleteOrUpdateEnabledEntitlement"
	w.wire = func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(peek(r), `"appRoles":[]`) {
			return nil, nil
		}
		return answering(400, graphError(code)), nil
	}
	a.ObjectID, a.AppID, a.AppRoles, a.Drops.AppRoles = id, appID, nil, a.AppRoles
	w.wantYoung(s.ExposeScopes(t.Context(), id, appID, a), code)
	w.wire = nil
	if err := w.saw(s.ExposeScopes(t.Context(), id, appID, a)); err != nil {
		t.Errorf("once it is known: %v", err)
	}
	if has, _, _, err := s.ReadApplication(t.Context(), workflow.Made{ObjectID: id, AppID: appID}, plan.Plan{}); err != nil ||
		len(has.AppRoles) != 0 {
		t.Errorf("it has %+v, %v", has.AppRoles, err)
	}
}
