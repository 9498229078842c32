package serve

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// ends waits until a request is in this state, and fails as soon as it has failed.
func (w *world) ends(what, state string) {
	w.t.Helper()
	var m slacktest.Message
	failed := false
	w.until(what+" is "+state, func() bool {
		if m, failed = newest(w.ada, approval, what+" · Failed"); failed {
			return true
		}
		_, ok := newest(w.ada, approval, what+" · "+state)
		return ok
	})
	if failed {
		w.t.Fatalf("%s", m.Plain())
	}
}

// readies waits until the requester can open the new secret.
func (w *world) readies(what string) (m slacktest.Message) {
	w.t.Helper()
	w.until(what+" is ready", func() bool {
		found, ok := lasting(w.bea, w.bea.DM(), what)
		m = found
		return ok && strings.Contains(m.Plain(), "Reveal secret")
	})
	return m
}

// renews changes the credential of an app, and has the old one removed.
func (w *world) renews(id, name string, fill map[string]any) {
	w.t.Helper()
	w.types("renew "+name, fill)
	w.approves(id+": renew the credential of "+name, "Approve")
	if fill["Certificate"] == nil {
		w.reveals(w.readies(id + ": " + name))
	}
	var both slacktest.Message
	w.until("both are in use", func() bool {
		m, ok := lasting(w.bea, w.bea.DM(), id+": "+name)
		both = m
		return ok && strings.Contains(m.Plain(), "The new one works")
	})
	w.press(w.bea, both, "The new one works")
	w.approves("Remove the old one", "Remove the old one")
	w.ends(id+": "+name, "Done")
}

// only checks the app that is there, and what it has.
func (w *world) only(when string, secrets, certificates, roles int) entratest.Application {
	w.t.Helper()
	apps := w.made()
	if len(apps) != 1 {
		w.t.Fatalf("%s there are %d apps: %+v", when, len(apps), apps)
	}
	if a := apps[0]; len(a.Passwords) != secrets || len(a.Certificates) != certificates || len(a.Roles) != roles {
		w.t.Errorf("%s it has %d secrets, %d certificates and %d roles, want %d, %d and %d: %+v", when, len(a.Passwords),
			len(a.Certificates), len(a.Roles), secrets, certificates, roles, a)
	}
	return apps[0]
}

// A life is what happens to an app after it was registered, with the tenant at its
// worst from a moment on.
type life struct {
	name string
	live func(w *world, worst func())
}

func lives() []life {
	secret := func(w *world) entratest.Application {
		w.asks("payroll")
		w.approves("register the app payroll", "Approve")
		w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
		w.ends("EA-1: payroll", "Done")
		return w.only("at first", 1, 0, 2)
	}
	backup := func(w *world) entratest.Application {
		w.sends("vb365-backup", nil, map[string]any{"App name": "payroll", "Reason": "nightly backup", "Workloads": []string{"Exchange"},
			"Certificate": selfSigned(w.t)})
		w.approves("register the app payroll", "Approve")
		w.ends("EA-1: payroll", "Done")
		return w.only("at first", 0, 1, 8)
	}
	archiver := func(w *world) entratest.Application {
		w.sends("vb365-archiver", [][2]string{{"Workloads", "minimal"}},
			map[string]any{"App name": "payroll", "Reason": "archive", "Subscriptions": subscription})
		w.approves("register the app payroll", "Approve")
		w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
		w.ends("EA-1: payroll", "Done")
		return w.only("at first", 1, 0, 0)
	}
	retired := func(w *world) {
		w.types("retire payroll", map[string]any{"Reason": "no longer needed"})
		w.approves("delete the app payroll", "Approve")
		w.ends("EA-2: payroll", "Done")
		if gone := w.tenant.DeletedApplications(); len(w.made()) != 0 || len(gone) != 1 ||
			len(gone[0].Passwords)+len(gone[0].Certificates) != 0 {
			w.t.Errorf("after the end there are %+v, and deleted %+v", w.made(), gone)
		}
		if left := w.tenant.AzureAssignments(); len(left) != 1 || len(w.tenant.AzureRoleDefinitions()) != 0 { // one is Ada's
			w.t.Errorf("after the end Azure has %+v and %+v", left, w.tenant.AzureRoleDefinitions())
		}
	}
	return []life{
		{"update", func(w *world, worst func()) {
			backup(w)
			worst()
			w.types("update payroll", map[string]any{"Reason": "Teams only", "Workloads": []string{"Teams"},
				"Redirect URIs": "https://backup.contoso.com"})
			w.approves("update the app payroll?", "Approve")
			w.ends("EA-2: payroll", "Done")
			if a := w.only("after the update", 0, 1, 9); len(a.DirectoryRoles) != 0 || len(a.RedirectURIs) != 1 ||
				a.RedirectURIs[0] != "https://backup.contoso.com" {
				w.t.Errorf("after the update it is %+v", a)
			}
		}},
		{"other owners", func(w *world, worst func()) {
			secret(w)
			worst()
			w.types("update payroll", map[string]any{"Reason": "Tom helps", "Owners": []string{"U0TOM00001"}})
			w.approves("update the app payroll?", "Approve")
			w.ends("EA-2: payroll", "Done")
			if a := w.only("after the update", 1, 0, 2); len(a.Owners) != 2 {
				w.t.Errorf("its owners are %q", a.Owners)
			}
		}},
		{"a new secret", func(w *world, worst func()) {
			before := secret(w)
			worst()
			w.renews("EA-2", "payroll", map[string]any{"Reason": "it ends soon"})
			if a := w.only("after the renewal", 1, 0, 2); a.Passwords[0].KeyID == before.Passwords[0].KeyID {
				w.t.Error("after the renewal it has the old secret")
			}
		}},
		{"a new certificate", func(w *world, worst func()) {
			before := backup(w)
			worst()
			w.renews("EA-2", "payroll", map[string]any{"Reason": "it ends soon", "Certificate": selfSigned(w.t)})
			if a := w.only("after the renewal", 0, 1, 8); a.Certificates[0].Thumbprint == before.Certificates[0].Thumbprint {
				w.t.Error("after the renewal it has the old certificate")
			}
		}},
		{"the end, with a secret", func(w *world, worst func()) { secret(w); worst(); retired(w) }},
		{"the end, with a certificate", func(w *world, worst func()) { backup(w); worst(); retired(w) }},
		{"the end, in Azure", func(w *world, worst func()) { archiver(w); worst(); retired(w) }},
		{"restored with a secret", func(w *world, worst func()) {
			before := secret(w)
			retired(w)
			worst()
			w.types("recreate payroll", map[string]any{"Reason": "needed after all"})
			w.approves("recreate the app payroll", "Approve")
			w.reveals(w.readies("EA-3: payroll"))
			w.ends("EA-3: payroll", "Done")
			if a := w.only("restored", 1, 0, 2); a.AppID != before.AppID {
				w.t.Error("what was restored is another app")
			}
		}},
		{"restored with a certificate", func(w *world, worst func()) {
			before := backup(w)
			retired(w)
			worst()
			w.types("recreate payroll", map[string]any{"Reason": "needed after all", "Certificate": selfSigned(w.t)})
			w.approves("recreate the app payroll", "Approve")
			w.ends("EA-3: payroll", "Done")
			if a := w.only("restored", 0, 1, 8); a.AppID != before.AppID ||
				a.Certificates[0].Thumbprint == before.Certificates[0].Thumbprint {
				w.t.Errorf("restored it is %+v", a)
			}
		}},
		{"restored in Azure", func(w *world, worst func()) {
			archiver(w)
			retired(w)
			worst()
			w.types("recreate payroll", map[string]any{"Reason": "needed after all"})
			w.approves("recreate the app payroll", "Approve")
			w.reveals(w.readies("EA-3: payroll"))
			w.ends("EA-3: payroll", "Done")
			if a := w.only("restored", 1, 0, 0); len(a.AzureRoles) != 1 {
				w.t.Errorf("restored it has %+v", a.AzureRoles)
			}
		}},
		{"adopted", func(w *world, worst func()) {
			before := w.legacy("old", true)
			worst()
			w.sends("vb365-backup", [][2]string{{"Application", "An existing one"}},
				map[string]any{"App name": before.AppID, "Reason": "nightly backup", "Certificate": selfSigned(w.t)})
			w.approves("look at the app", "Approve")
			w.approves("add to the existing app", "Approve")
			w.ends("EA-1: old", "Done")
			after := w.app(before.AppID)
			kept(w.t, before, after)
			if len(after.Certificates) != 1 || len(after.Roles) != 15 || len(after.DirectoryRoles) != 1 {
				w.t.Errorf("it has %+v", after)
			}
		}},
		{"made by hand", func(w *world, worst func()) {
			w.asks("payroll")
			w.sees(w.ada, in(approval), "register the app payroll?")
			var approved []plan.Permission
			for name, kind := range map[string]catalog.Type{"Directory.Read.All": catalog.Application,
				"Group.Read.All": catalog.Application, "User.Read": catalog.Delegated} {
				p, _ := plan.Known(catalog.MicrosoftGraph, kind, name)
				approved = append(approved, p)
			}
			appID := w.byHand(approved...)
			worst()
			if _, err := w.ada.Slash(w.t.Context(), approval, "/entra-app verify EA-1 "+appID); err != nil {
				w.t.Fatal(err)
			}
			w.signsIn("ada@contoso.com")
			w.ends("EA-1: payroll", "Done")
			w.only("as it was made", 1, 0, 2)
		}},
	}
}

// hurries puts the clock on while a card says that Entra is waited for, until the function
// that it returns is called.
func (w *world) hurries(c *clock) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for tick := time.NewTicker(200 * time.Millisecond); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
			}
			if _, waits := newest(w.ada, approval, "nobody has to do anything"); waits {
				c.pass(10 * time.Second)
			}
		}
	})
	return func() { cancel(); done.Wait() }
}

// They wait most of the time, so that all run at once.
func TestTheLifeOfAnAppWithEveryAnswerLostOrThrottled(t *testing.T) {
	notShort(t, "half a minute of waiting")
	var runs sync.WaitGroup
	for how, knob := range map[string]func(*entratest.Knobs){
		"lost":      func(k *entratest.Knobs) { k.AnswerLost = true },
		"throttled": func(k *entratest.Knobs) { k.ThrottleEach = true },
	} {
		for _, l := range lives() {
			runs.Go(func() {
				t.Run(fmt.Sprintf("%s, every call %s once", l.name, how), func(t *testing.T) {
					w, clock := newWorldWithClock(t)
					w.start()
					defer w.hurries(clock)()
					l.live(w, func() { w.tenant.Change(knob) })
				})
			})
		}
	}
	runs.Wait()
}
