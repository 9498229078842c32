package serve

import (
	"bytes"
	"crypto/tls"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow/seal"
)

const veeamPassword = "c0rrect horse battery"

// withVeeam puts a backup server into the world, and into the configuration.
func (w *world) withVeeam() *veeamtest.Server {
	w.t.Helper()
	v := veeamtest.New(veeamtest.Config{Entra: w.entra})
	v.AddAccount(`VB365\svc`, veeamPassword)
	server := httptest.NewUnstartedServer(v)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{v.Certificate()}}
	server.StartTLS()
	w.t.Cleanup(server.Close)
	w.cfg.Veeam = []config.Veeam{{Name: "vb365-prod", URL: server.URL, TLS: "sha256:" + v.Fingerprint(), Username: `VB365\svc`,
		Password: seal.New(veeamPassword)}}
	client := w.tenant.AddPublicClient(entratest.Client{Name: "entra-app bot for Veeam", PublicClientFlows: true,
		Scopes: []string{"User.Read", "User.ReadBasic.All", "Directory.Read.All", "Application.ReadWrite.All",
			"AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "RoleManagement.ReadWrite.Directory"},
		Azure: true})
	w.cfg.Tenants[0].ClientID = client.AppID
	return v
}

func TestAnAppIsConnectedToABackupServerAndNobodyIsHandedItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.withVeeam()
	before := len(w.made())
	w.start()
	w.sends("vb365-backup", [][2]string{{"Backup server", "vb365-prod"}},
		map[string]any{"App name": "payroll-backup", "Reason": "nightly backup"})
	card := w.sees(w.ada, in(approval), "Connects contoso on vb365-prod (Exchange, SharePoint, Teams) with it; nobody is handed the "+
		"credential")
	w.press(w.ada, card, "Approve")
	w.signsIn("ada@contoso.com")
	done := w.sees(w.bea, w.bea.DM, "vb365-prod is connected: contoso.com: Exchange, SharePoint, Teams")
	if strings.Contains(done.Plain(), "Reveal") {
		t.Errorf("there is something to open: %s", done.Plain())
	}
	has := v.Organizations()
	apps := slices.DeleteFunc(w.made(), func(a entratest.Application) bool { return a.DisplayName != "payroll-backup" })
	if len(has) != 1 || len(apps) != 1 || len(apps[0].Certificates) != 1 || len(w.made()) != before+1 {
		t.Fatalf("the server has %+v, the tenant %+v", has, apps)
	}

	w.press(w.bea, done, "Check the connection")
	code := w.checkCode()
	if err := w.entra.SignIn(code, "bea@contoso.com"); err != nil {
		t.Fatal(err)
	}
	said := w.sees(w.bea, w.bea.DM, "Connected: contoso.com, Exchange, SharePoint, Teams")
	if v.Sessions() != 0 {
		t.Errorf("%d sessions are left on the server", v.Sessions())
	}
	if strings.Contains(said.Plain(), code) {
		t.Errorf("the code is still there: %s", said.Plain())
	}
	w.until("the history has it", func() bool {
		_, ok := thread(w.ada, "checked the connection. Connected: contoso.com")
		return ok
	})
	w.stop()

	db, err := os.ReadFile(w.cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	for place, b := range map[string][]byte{"the log": []byte(w.log.String()), "the store": db} {
		for _, s := range slices.Concat(w.entra.Secrets(), v.Secrets(), []string{veeamPassword, code}) {
			if s != "" && bytes.Contains(b, []byte(s)) {
				t.Errorf("%s has a secret", place)
			}
		}
	}
	for _, e := range w.slack.Journal() {
		for _, s := range v.Secrets() {
			if s != "" && strings.Contains(e.Body+e.Answer, s) {
				t.Errorf("%s %s has a secret of the server's", e.Direction, e.Method)
			}
		}
	}
}

func TestAnArchiverGoesToABackupServerAndItsCredentialToNobody(t *testing.T) {
	t.Parallel()
	for _, credential := range []string{"", "Client secret (vb365-prod gets it)"} {
		t.Run(credential, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			v := w.withVeeam()
			sub := w.tenant.AddSubscription(entratest.Subscription{Name: "Archive"})
			w.tenant.GrantAzureRole("ada@contoso.com", sub.ID, entratest.AzureOwner)
			w.start()
			choices := [][2]string{{"Backup server", "vb365-prod"}}
			if credential != "" {
				choices = append(choices, [2]string{"Credential", credential})
			}
			w.sends("vb365-archiver", choices, map[string]any{"App name": "archiver-prod", "Reason": "archive tier",
				"Subscriptions": sub.ID})
			w.press(w.ada, w.sees(w.ada, in(approval),
				"Gives vb365-prod the app as its Azure service account for contoso; nobody is handed the credential"), "Approve")
			w.signsIn("ada@contoso.com")
			done := w.sees(w.bea, w.bea.DM, "vb365-prod is connected: Azure service account archiver-prod")
			has := v.AzureAccounts()
			if len(has) != 1 || (credential == "") != (has[0].Thumbprint != "") ||
				!slices.Equal(has[0].Subscriptions, []string{sub.ID}) || v.Sessions() != 0 {
				t.Errorf("%q: the server has %+v", credential, has)
			}
			if text := done.Plain(); strings.Contains(text, "Reveal") || strings.Contains(text, "Check the connection") {
				t.Errorf("%q: Bea was sent %s", credential, text)
			}
			w.stop()
			db, err := os.ReadFile(w.cfg.Store)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range v.Secrets() {
				if strings.Contains(w.log.String(), s) || bytes.Contains(db, []byte(s)) {
					t.Errorf("%q: a secret of the server's is in the log or the store", credential)
				}
			}
		})
	}
}

// The restore app is Bea's own, the organization was added on the server by hand, and the
// server takes assertions of that app only, under the organization's name.
func TestAPersonChecksAnOrganizationThatSomebodyAddedByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.withVeeam()
	w.start()
	w.sends("vb365-restore", nil, map[string]any{"App name": "restore-prod", "Reason": "restores"})
	w.press(w.ada, w.sees(w.ada, in(approval), "register the app"), "Approve")
	w.signsIn("ada@contoso.com")
	w.sees(w.bea, w.bea.DM, "the app restore-prod is ready")
	slash := func(text string) {
		if _, err := w.bea.Slash(w.t.Context(), team, "/entra-app check "+text); err != nil {
			t.Fatal(err)
		}
	}
	slash("restore-prod")
	w.sees(w.bea, w.bea.DM, "vb365-prod has no organization of contoso, by its name, its tenant or this app.")
	apps := slices.DeleteFunc(w.made(), func(a entratest.Application) bool { return a.DisplayName != "restore-prod" })
	v.PutOrganization(veeamtest.Organization{Office: "contoso.com", AppID: apps[0].AppID, Services: []string{"Exchange"}})
	v.Change(func(k *veeamtest.Knobs) { k.OwnApp, k.ClientID = true, []veeamtest.ClientID{veeamtest.ByOrganization} })
	slash("restore-prod")
	w.sees(w.bea, w.bea.DM, "App: restore-prod, which you sign in to directly")
	if err := w.entra.SignIn(w.checkCode(), "bea@contoso.com"); err != nil {
		t.Fatal(err)
	}
	w.sees(w.bea, w.bea.DM, "Connected: contoso.com, Exchange")
}

func TestTheWordsOfABackupServerAreShownAndRetryConnectsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.withVeeam()
	v.Fail("addOrganization", entratest.Before, veeamtest.Failure{Status: 400, Code: "ParameterValidationFailure",
		Message: "The license does not cover this organization."}, 1)
	w.start()
	w.sends("vb365-backup", [][2]string{{"Backup server", "vb365-prod"}},
		map[string]any{"App name": "payroll-backup", "Reason": "nightly backup"})
	w.press(w.ada, w.sees(w.ada, in(approval), "register the app"), "Approve")
	w.signsIn("ada@contoso.com")
	const says = "vb365-prod refused to add the organization. It says: “The license does not cover this organization.”"
	w.sees(w.bea, w.bea.DM, says)
	card := w.sees(w.ada, in(approval), says)
	if strings.Contains(card.Plain(), "Hand it over instead") {
		t.Errorf("without public_url it could not be handed over: %s", card.Plain())
	}
	w.press(w.ada, card, "Retry")
	w.signsIn("ada@contoso.com")
	w.sees(w.bea, w.bea.DM, "vb365-prod is connected: contoso.com: Exchange, SharePoint, Teams")
	if has := v.Organizations(); len(has) != 1 {
		t.Errorf("the server has %+v", has)
	}
}

// checkCode waits for the code of a check in Bea's DM.
func (w *world) checkCode() (code string) {
	w.t.Helper()
	w.until("there is a code", func() bool {
		if m, ok := newest(w.bea, w.bea.DM(), "You asked for this by pressing Check the connection"); ok {
			if found := codePattern.FindStringSubmatch(m.Plain()); found != nil {
				code = found[1]
			}
		}
		return code != ""
	})
	return code
}

// thread is a reply under a card.
func thread(p *slacktest.Person, text string) (slacktest.Message, bool) {
	for _, m := range p.Messages(approval) {
		if m.ThreadTS != "" && strings.Contains(m.Plain(), text) {
			return m, true
		}
	}
	return slacktest.Message{}, false
}
