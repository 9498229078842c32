package serve

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/manifest"
	"github.com/entra-app/entra-app/workflow/plan"
)

// byHand makes an application as an admin would, without the bot.
func (w *world) byHand(permissions ...plan.Permission) (appID string) {
	w.t.Helper()
	_, appID = w.byHandWith(nil, permissions...)
	return appID
}

// byHandWith is the same with a certificate.
func (w *world) byHandWith(cert []byte, permissions ...plan.Permission) (objectID, appID string) {
	w.t.Helper()
	must := func(err error) {
		if err != nil {
			w.t.Helper()
			w.t.Fatal(err)
		}
	}
	d, err := graphops.New(graphops.Config{Tenants: Directories(w.cfg), HTTP: w.client, Now: w.now})
	must(err)
	plan := plan.Plan{Permissions: permissions}
	in, err := d.SignIn(context.Background(), "contoso", plan.SignInScopes())
	must(err)
	must(w.entra.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"))
	s, err := in.Wait(context.Background(), workflow.Ask{Email: "bea@contoso.com"})
	must(err)
	defer s.Close()
	name := "payroll-backup" // what is asked for
	if cert != nil {
		name = "by hand"
	}
	objectID, appID, err = s.EnsureApplication(context.Background(),
		workflow.App{UniqueName: "by-hand", DisplayName: name, Audience: "AzureADMyOrg", RedirectURIs: []string{"https://localhost"},
			Permissions: permissions})
	must(err)
	_, err = s.EnsureOwners(context.Background(), workflow.Made{ObjectID: objectID}, []string{s.Signer().Requesters[0].ObjectID}, nil, nil)
	must(err)
	if cert == nil {
		_, _, err = s.AddPassword(context.Background(), objectID, "by hand", time.Now().Add(30*24*time.Hour))
		must(err)
	}
	sp, err := s.EnsureServicePrincipal(context.Background(), workflow.ServicePrincipal{AppID: appID})
	must(err)
	must(s.EnsureConsent(context.Background(), sp, permissions))
	if cert != nil {
		c, err := certificate.Parse(cert)
		must(err)
		must(certified(s.EnsureCertificate(context.Background(), objectID, "by hand", c)))
	}
	w.tenant.Age(appID, 24*time.Hour)
	return objectID, appID
}

func TestWhatIsMadeByHandIsCheckedAgainstThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "register the app payroll-backup?")
	var approved []plan.Permission
	for _, p := range []struct {
		kind catalog.Type
		name string
	}{{catalog.Application, "Directory.Read.All"}, {catalog.Application, "Group.Read.All"}, {catalog.Delegated, "User.Read"}} {
		known, _ := plan.Known(catalog.MicrosoftGraph, p.kind, p.name)
		approved = append(approved, known)
	}
	more, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "User.Read.All")
	verify := func(appID string) {
		old := w.code()
		if _, err := w.ada.Slash(t.Context(), approval, "/entra-app verify EA-1 "+appID); err != nil {
			t.Fatal(err)
		}
		w.until("there is a code", func() bool { return w.code() != "" && w.code() != old })
		if err := w.entra.SignIn(w.code(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
	}
	wide := w.byHand(append(approved, more)...)
	verify(wide)
	card := w.sees(w.ada, in(approval), "What was made by hand does not match the plan")
	if !strings.Contains(card.Plain(), "User.Read.All") || !strings.Contains(card.Plain(), "Approve") {
		t.Errorf("the card says %s", card.Plain())
	}
	if a, ok := w.tenant.Application(wide); !ok || len(a.Roles) != 3 {
		t.Errorf("the app was changed: %+v", a)
	}
}

func TestAnAppThatWasMadeByHandAsThePlanSaysIsDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "register the app payroll-backup?")
	read, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All")
	groups, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Group.Read.All")
	user, _ := plan.Known(catalog.MicrosoftGraph, catalog.Delegated, "User.Read")
	w.tenant.AddApplication(entratest.Legacy{Name: "payroll backup"}) // another one
	appID := w.byHand(read, groups, user)
	w.ada.Slash(t.Context(), approval, "/entra-app verify EA-1") // it has the name that was asked for
	w.signsIn("ada@contoso.com")
	done := w.sees(w.bea, w.bea.DM, "Next steps")
	if !strings.Contains(done.Plain(), appID) || strings.Contains(done.Plain(), "Reveal secret") {
		t.Errorf("the requester reads %s", done.Plain())
	}
	// services.md, section 2: who owns the service principal can add credentials to it.
	card := w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done").Plain()
	if !strings.Contains(card, "ada@contoso.com owns its service principal") {
		t.Errorf("the card says %s", card)
	}
}

// An App ID is something that people are told. Whose app it is has to be seen.
func TestAnAppOfSomebodyElsesIsNotVerified(t *testing.T) {
	t.Parallel()
	w, clock := newWorldWithClock(t)
	w.start()
	w.asks("payroll-backup") // EA-1
	w.asks("wages-backup")   // EA-2
	w.sees(w.ada, in(approval), "register the app wages-backup?")
	w.approves("register the app payroll-backup", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	ours := w.made()[0].AppID
	if _, err := w.ada.Slash(t.Context(), approval, "/entra-app verify EA-2 "+ours); err != nil {
		t.Fatal(err)
	}
	w.sees(w.ada, in(approval), "EA-1 already manages the app "+ours)

	for what, c := range map[string]struct {
		app  entratest.Legacy
		says string
	}{
		"not the requester's": {entratest.Legacy{Name: "hr", Owner: "tom@contoso.com",
			RedirectURIs: []string{"https://localhost"}, Roles: []string{"Directory.Read.All", "Group.Read.All"}},
			"bea@contoso.com does not own"},
		"the requester's, with a foreign address": {entratest.Legacy{Name: "own", Owner: "bea@contoso.com",
			RedirectURIs: []string{"https://localhost", "https://evil.example"}, Roles: []string{"Directory.Read.All", "Group.Read.All"}},
			"redirect URI https://evil.example (web)"},
	} {
		app := w.tenant.AddApplication(c.app)
		w.tenant.Age(app.AppID, 24*time.Hour)
		old := w.code()
		if _, err := w.ada.Slash(t.Context(), approval, "/entra-app verify EA-2 "+app.AppID); err != nil {
			t.Fatal(err)
		}
		w.until("there is a code", func() bool { return w.code() != "" && w.code() != old })
		if err := w.entra.SignIn(w.code(), "ada@contoso.com"); err != nil {
			t.Fatal(err)
		}
		w.sees(w.ada, in(approval), "for 20 seconds at most") // it is looked at again
		clock.pass(20 * time.Second)
		card := w.sees(w.ada, in(approval), "What was made by hand does not match the plan").Plain()
		if !strings.Contains(card, c.says) {
			t.Errorf("%s: the card says %s", what, card)
		}
	}
}

func TestAManifestBecomesAPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	read, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Mail.Read")
	j, err := manifest.Export(plan.Plan{AppName: "x", Audience: "AzureADMyOrg",
		RedirectURIs: []string{"https://backup.contoso.com/callback"}, Permissions: []plan.Permission{read}})
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	json.Unmarshal(j, &m)
	m["tags"] = []string{"mine"}
	j, _ = json.Marshal(m)
	w.sends("custom", nil, map[string]any{"App name": "payroll-mail", "Reason": "nightly backup", "Manifest": string(j)})
	if form := w.bea.Views()[0]; !strings.Contains(form.Plain(), "tags: this bot does not set it") {
		t.Errorf("the form says %s", form.Plain())
	}
	w.submits(w.bea.Views()[0].ID, nil)
	card := w.sees(w.ada, in(approval), "register the app payroll-mail?")
	for _, text := range []string{"Mail.Read", "https://backup.contoso.com/callback"} {
		if !strings.Contains(card.Plain(), text) {
			t.Errorf("the card does not say %q: %s", text, card.Plain())
		}
	}
	w.until("what was ignored is told", func() bool {
		for _, m := range w.ada.Messages(approval) {
			if strings.Contains(m.Plain(), "tags") {
				return true
			}
		}
		return false
	})
}

func TestAManifestIsExported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "register the app payroll-backup?")
	w.ada.Slash(t.Context(), approval, "/entra-app status EA-1")
	w.press(w.ada, w.sees(w.ada, in(approval), "Export manifest"), "Export manifest")
	shows := func(text string) {
		t.Helper()
		w.until("the window shows "+text, func() bool { v := w.ada.Views(); return len(v) == 1 && strings.Contains(v[0].Plain(), text) })
	}
	shows("requiredResourceAccess")
	w.ada.PressView(t.Context(), w.ada.Views()[0].ID, "Azure CLI")
	shows("set -euo pipefail")
	w.ada.PressView(t.Context(), w.ada.Views()[0].ID, "PowerShell")
	shows("$ErrorActionPreference")
}

// certified is the error of EnsureCertificate alone.
func certified(_ string, err error) error { return err }
