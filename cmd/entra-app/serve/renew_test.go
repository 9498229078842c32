package serve

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// life opens the form of a verb, and chooses a kind of credential in it if one is
// given.
func (w *world) life(command, kind string) string {
	w.t.Helper()
	for _, v := range w.bea.Views() {
		w.bea.CloseView(w.t.Context(), v.ID, true)
	}
	if _, err := w.bea.Slash(w.t.Context(), team, "/entra-app "+command); err != nil {
		w.t.Fatal(err)
	}
	w.until("the form is open", func() bool { return len(w.bea.Views()) == 1 })
	v := w.bea.Views()[0]
	if kind != "" {
		if err := w.bea.Choose(w.t.Context(), v.ID, "Credential", kind); err != nil {
			w.t.Fatal(err)
		}
		w.until("the form is redrawn", func() bool { return len(w.bea.Views()) == 1 && w.bea.Views()[0].Hash != v.Hash })
	}
	return v.ID
}

// done has an app with that certificate.
func (w *world) done(id, name, file string) {
	w.t.Helper()
	w.sends("vb365-backup", nil, map[string]any{"App name": name, "Reason": "nightly backup", "Certificate": string(ofOpenSSL(w.t, file))})
	w.approves("register the app "+name, "Approve")
	w.sees(w.ada, in(approval), id+": "+name+" · Done")
}

func TestEveryRefusalOfARenewedCertificate(t *testing.T) {
	t.Parallel()
	w := intake(t)
	w.done("EA-1", "payroll-backup", "rsa.pem")
	w.done("EA-2", "payroll-restore", "leaf.pem")
	view := w.life("renew payroll-backup", "")
	read := func(name string) []byte { return ofOpenSSL(t, name) }
	renewal := func(paste string, file any) map[string]any {
		return map[string]any{"Reason": "it ends soon", inPaste: paste, inFile: file}
	}
	const same, others = "The app has this certificate already. Make a new key", "EA-2 already uses this certificate"
	for _, c := range []struct {
		what, field, says string
		fill              map[string]any
	}{
		{"its own", inPaste, same, renewal(string(read("rsa.pem")), nil)},
		{"its own in another form", inFile, same, renewal("", w.bea.AddFile("new.cer", read("rsa-utf16le.pem")))},
		{"another app's", inPaste, others, renewal(string(read("leaf.pem")), nil)},
		{"another app's in a chain", inFile, others, renewal("", w.bea.AddFile("new.p7b", read("leaf.p7b")))},
		{"one that has expired", inPaste, "until 1 January 2025", renewal(string(read("cert-expired.pem")), nil)},
		{"its key", inFile, "contains a private key", renewal("", w.bea.AddFile("new.pem", read("private-rsa-pkcs8.pem")))},
		{"a PFX", inFile, "PFX", renewal("", w.bea.AddFile("new.cer", read("pfx-modern.pfx")))},
		{"two", inFile, "two certificates", renewal(string(read("rsa.pem")), w.bea.AddFile("new.cer", read("leaf.pem")))},
		{"none", inPaste, "Paste the public certificate", renewal("", nil)},
	} {
		t.Run(c.what, func(t *testing.T) { w.refused(view, c.fill, c.field, c.says) })
	}
	w.saidNothing(read("private-rsa-pkcs8.pem"), read("pfx-modern.pfx"))
	if m, ok := newest(w.ada, approval, "EA-3"); ok {
		t.Errorf("there is a request: %s", m.Plain())
	}
	if errs, err := w.bea.Submit(t.Context(), view, renewal("", w.bea.AddFile("new.pem", read("another.pem")))); err != nil ||
		len(errs) > 0 {
		t.Fatalf("corrected: %q, %v", errs, err)
	}
	w.approves("renew the credential of payroll-backup", "Approve")
	w.sees(w.bea, w.bea.DM, "The new one works")
	if a := w.app(w.appIDOf("payroll-backup")); len(a.Certificates) != 2 {
		t.Errorf("while both are in use the app has %+v", a.Certificates)
	}
}

// A renewal may change from a secret to a certificate and back, where the product
// offers both. Nothing else of the app changes.
func TestARenewalMayChangeTheKindOfCredential(t *testing.T) {
	t.Parallel()
	w := intake(t)
	w.sends("custom", nil, map[string]any{"App name": "payroll-mail", "Reason": "nightly backup",
		"Permissions": []string{"graph:Application:User.Read.All"}})
	w.approves("register the app payroll-mail", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	w.sees(w.ada, in(approval), "EA-1: payroll-mail · Done")
	before := appearanceOf(w.made()[0])

	view := w.life("renew payroll-mail", "certificate")
	for _, kind := range []string{"federated", "none"} {
		if err := w.bea.Choose(t.Context(), view, "Credential", kind); err == nil {
			t.Errorf("the form offers %s, which does not expire", kind)
		}
	}
	if errs, err := w.bea.Submit(t.Context(), view, map[string]any{"Reason": "a secret is too easy to lose",
		inPaste: string(ofOpenSSL(t, "rsa.pem"))}); err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}
	w.changes("EA-2", false)
	app := appearanceOf(w.made()[0])
	if app.Secrets != 0 || app.Certificates != 1 || w.made()[0].Certificates[0].Thumbprint != thumbprint(t, "rsa.pem") {
		t.Errorf("after the first renewal the app has %+v", app)
	}

	if errs, err := w.bea.Submit(t.Context(), w.life("renew payroll-mail", "secret"),
		map[string]any{"Reason": "the product can't use it"}); err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}
	w.changes("EA-3", true)
	app = appearanceOf(w.made()[0])
	if app.Secrets != 1 || app.Certificates != 0 || strings.Join(app.Roles, " ") != strings.Join(before.Roles, " ") {
		t.Errorf("after the second renewal the app has %+v", app)
	}
}

// changes approves a renewal, opens the new secret if it is one, makes sure that
// the app has both, says that the new one works, and has the old one removed.
func (w *world) changes(id string, opens bool) {
	w.t.Helper()
	w.approves(id+": renew the credential of payroll-mail", "Approve")
	if opens {
		w.reveals(w.sees(w.bea, w.bea.DM, id+": payroll-mail · Ready"))
	}
	var both slacktest.Message
	w.until("both are in use", func() bool {
		m, ok := lasting(w.bea, w.bea.DM(), id+": payroll-mail")
		both = m
		return ok && strings.Contains(m.Plain(), "The new one works")
	})
	if a := w.made()[0]; len(a.Passwords) != 1 || len(a.Certificates) != 1 {
		w.t.Errorf("while both are in use the app has %+v and %+v", a.Passwords, a.Certificates)
	}
	w.press(w.bea, both, "The new one works")
	w.approves("Remove the old one", "Remove the old one")
	w.sees(w.ada, in(approval), id+": payroll-mail · Done")
}

// What never expires can't be renewed: that is said before anything is filled in.
func TestWhatNeverExpiresIsNotRenewed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, product string
		choose        [][2]string
		fill          map[string]any
		says          []string
	}{
		{"a federated credential", "custom", [][2]string{{"Credential", "federated"}},
			map[string]any{"Issuer": "https://token.actions.githubusercontent.com", "Subject": "repo:contoso/backup:ref:refs/heads/main",
				"Permissions": []string{"graph:Application:User.Read.All"}},
			[]string{"tokens of https://token.actions.githubusercontent.com", "never expires", "/entra-app request custom",
				"/entra-app retire"}},
		{"no credential", "vb365-restore", nil, nil, []string{"People sign in to payroll-app themselves",
			"/entra-app request vb365-restore"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			w := newWorldOf(t, slacktest.Config{Now: inJune()})
			w.start()
			fill := map[string]any{"App name": "payroll-app", "Reason": "nightly backup"}
			for name, v := range c.fill {
				fill[name] = v
			}
			w.sends(c.product, c.choose, fill)
			w.approves("register the app", "Approve")
			w.sees(w.ada, in(approval), "Done")
			if _, err := w.bea.Slash(t.Context(), team, "/entra-app renew payroll-app"); err != nil {
				t.Fatal(err)
			}
			m := w.sees(w.bea, in(team), "nothing to renew")
			for _, text := range c.says {
				if !strings.Contains(m.Plain(), text) {
					t.Errorf("it does not say %q: %s", text, m.Plain())
				}
			}
			if n := len(w.bea.Views()); n != 0 {
				t.Errorf("%d forms are open", n)
			}
			if _, err := w.bea.Slash(t.Context(), team, "/entra-app apps"); err != nil {
				t.Fatal(err)
			}
			list := w.sees(w.bea, in(team), "no credential that expires")
			if err := w.bea.Press(t.Context(), list.Channel, list.TS, "Renew"); err == nil {
				t.Error("the list has a button for it")
			}
			if err := w.bea.Press(t.Context(), list.Channel, list.TS, "Retire"); err != nil {
				t.Error(err)
			}
		})
	}
}
