package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/drift"
	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// A terminal is what an operator sees, who signs in with the code that is printed there.
type terminal struct {
	mu   sync.Mutex
	b    bytes.Buffer
	said func(code string)
}

var printedCode = regexp.MustCompile(`enter the code ([A-Z0-9]+) `)

func (t *terminal) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m := printedCode.FindSubmatch(b); m != nil {
		t.said(string(m[1]))
	}
	return t.b.Write(b)
}

// drifts runs entra-app drift as an operator does, while the bot runs.
func (w *world) drifts(upn string, args ...string) (code int, out, said string) {
	w.t.Helper()
	c := w.cfg.Tenants[0]
	file := filepath.Join(w.t.TempDir(), "entra-app.yaml")
	text := fmt.Sprintf(`store: %s
key_file: %s
tenants:
  - {name: %s, tenant_id: %s, client_id: %s, channel: %s, authority_url: %q, graph_url: %q, arm_url: %q,
     approvers: [{slack: U0ADA00001, entra: ada@contoso.com}]}
`, w.cfg.Store, w.cfg.KeyFile, c.Name, c.ID, c.ClientID, c.Channel, c.AuthorityURL, c.GraphURL, c.ARMURL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	var stdout bytes.Buffer
	stderr := &terminal{said: func(code string) {
		if err := w.entra.SignIn(code, upn); err != nil {
			w.t.Error(err)
		}
	}}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	code = drift.Run(ctx, drift.Process{Args: append([]string{"--config", file}, args...), Stdout: &stdout, Stderr: stderr,
		Env: os.LookupEnv, HTTP: w.client, Now: w.now, Tenants: Directories})
	return code, stdout.String(), stderr.b.String()
}

func TestDriftFindsWhatNoRequestHereHasMade(t *testing.T) {
	t.Parallel()
	w, clock := newWorldWithClock(t)
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done")
	app := w.made()[0]
	clock.pass(time.Hour) // it is known everywhere
	if code, out, said := w.drifts("ada@contoso.com"); code != 0 || !strings.Contains(out, "EA-1: payroll-backup") ||
		!strings.Contains(out, "As approved.") {
		t.Fatalf("drift said %d: %s%s", code, out, said)
	}
	before := len(w.entra.Journal())

	w.tenant.Give(app.AppID, entratest.GlobalAdministrator, "")
	w.tenant.Own(app.AppID, "tom@contoso.com", true)
	w.tenant.AssignRole(app.AppID, catalog.MicrosoftGraph, "Mail.ReadWrite")
	foreign := `{"keyId":"0dd00000-0000-4000-8000-00000000abcd","type":"AsymmetricX509Cert","usage":"Verify",` +
		`"customKeyIdentifier":"q83vAQIDBAUGBwgJCgsMDQ4PEBE=","startDateTime":"2026-01-04T05:06:01Z","endDateTime":"2030-03-04T05:06:01Z"}`
	if err := w.tenant.SeedKey(app.AppID, true, []byte(foreign)); err != nil {
		t.Fatal(err)
	}
	code, out, said := w.drifts("ada@contoso.com")
	last := -1
	for _, says := range []string{"Foreign credentials, which no request here has made: certificate ABCDEF01",
		"owner tom@contoso.com of its", "Microsoft Graph/Mail.ReadWrite", "directory role Global Administrator"} {
		at := strings.Index(out, says)
		if at < last || at < 0 {
			t.Errorf("it does not say %q in its place: %s%s", says, out, said)
		}
		last = at
	}
	if code != 1 {
		t.Errorf("it ends with %d", code)
	}
	for _, e := range w.entra.Journal()[before:] {
		if e.Method != "GET" && e.Op != "batch" && e.Op != "token" && e.Op != "devicecode" {
			t.Errorf("drift did %s %s", e.Method, e.Op)
		}
	}

	code, out, _ = w.drifts("ada@contoso.com", "--json")
	var all []struct {
		Request, AppID string
		Foreign, More  []string
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil || code != 1 || len(all) != 1 || all[0].AppID != app.AppID ||
		len(all[0].Foreign) != 1 || len(all[0].More) != 3 {
		t.Errorf("as JSON it says %d, %s: %v", code, out, err)
	}
}

// What a reader may not see is named, and the app is not said to be as approved.
func TestDriftNamesWhatTheReaderMayNotSee(t *testing.T) {
	t.Parallel()
	w, clock := newWorldWithClock(t)
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done")
	clock.pass(time.Hour)
	code, out, said := w.drifts("lesser@contoso.com") // who may not see who is eligible
	if code != 1 || strings.Contains(out, "As approved.") ||
		!strings.Contains(out, "Not read: the directory roles that it is eligible for.") {
		t.Errorf("drift said %d: %s%s", code, out, said)
	}
	if code, _, said := w.drifts("ada@contoso.com", "--tenant", "fabrikam"); code != 2 || !strings.Contains(said, "fabrikam") {
		t.Errorf("of another tenant it said %d: %s", code, said)
	}
}

// An approver gets the same in Slack, alone, and with their own account.
func TestAnApproverIsShownAForeignCredential(t *testing.T) {
	t.Parallel()
	w, clock := newWorldWithClock(t)
	w.start()
	w.asks("payroll-backup")
	w.approves("register the app payroll-backup", "Approve")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
	w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done")
	app := w.made()[0]
	clock.pass(time.Hour)
	foreign := `{"keyId":"0dd00000-0000-4000-8000-00000000abcd","type":"AsymmetricX509Cert","usage":"Verify",` +
		`"customKeyIdentifier":"q83vAQIDBAUGBwgJCgsMDQ4PEBE=","startDateTime":"2026-01-04T05:06:01Z","endDateTime":"2030-03-04T05:06:01Z"}`
	if err := w.tenant.SeedKey(app.AppID, false, []byte(foreign)); err != nil {
		t.Fatal(err)
	}
	w.bea.Slash(t.Context(), team, "/entra-app drift")
	w.sees(w.bea, in(team), "Only approvers of its tenant")
	w.ada.Slash(t.Context(), approval, "/entra-app drift payroll-backup")
	shown := w.sees(w.ada, w.ada.DM, "Sign in to compare payroll-backup with what was approved").Plain()
	code := codePattern.FindStringSubmatch(shown)
	if code == nil || !strings.Contains(shown, "changes nothing") {
		t.Fatalf("she is shown %s", shown)
	}
	if err := w.entra.SignIn(code[1], "ada@contoso.com"); err != nil {
		t.Fatal(err)
	}
	said := w.sees(w.ada, w.ada.DM, "1 app compared").Plain()
	for _, says := range []string{"0 as approved, 1 not", "a credential that no request here has made", "certificate ABCDEF01",
		"EA-1: payroll-backup (" + app.AppID} {
		if !strings.Contains(said, says) {
			t.Errorf("it does not say %q: %s", says, said)
		}
	}
	if strings.Contains(said, code[1]) {
		t.Errorf("the code is still shown: %s", said)
	}
}
