package link

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/seal"
)

const (
	contoso  = "72aa0d83-624a-4ebf-a683-1b9b45548610"
	fabrikam = "0f1e2d3c-4b5a-4968-8776-655443322110"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// A desk is an operator's directory: a configuration, a store and its key.
type desk struct {
	*testing.T
	dir  string
	kept *store.Bolt // as a bot has it open; nil once it is stopped
}

func newDesk(t *testing.T, tenants ...string) *desk {
	t.Helper()
	d := &desk{t, t.TempDir(), nil}
	raw := make([]byte, seal.KeySize)
	raw[0] = 1
	key, err := seal.NewKey(raw)
	if err != nil {
		t.Fatal(err)
	}
	yaml := fmt.Sprintf("store: %[1]s/entra-app.db\nkey_file: %[1]s/entra-app.key\npolicy: {link_lifetime: 24h}\ntenants:\n", d.dir)
	for i, id := range tenants {
		yaml += fmt.Sprintf("  - {name: tenant%d, tenant_id: %s}\n", i+1, id)
	}
	for name, text := range map[string]string{"entra-app.yaml": yaml, "entra-app.key": base64.StdEncoding.EncodeToString(raw)} {
		if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if d.kept, err = store.Open(filepath.Join(d.dir, "entra-app.db"), key); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.stops)
	return d
}

func (d *desk) stops() {
	if d.kept != nil {
		d.kept.Close()
		d.kept = nil
	}
}

func (d *desk) links(slack, tenantID string, at time.Time) {
	d.Helper()
	err := d.kept.PutLink(d.Context(), identity.Link{Slack: slack, TenantID: tenantID, ObjectID: "object-of-" + slack, At: at,
		How: identity.ByDeviceCode})
	if err != nil {
		d.Fatal(err)
	}
}

// runs runs a command, and returns what it printed.
func (d *desk) runs(want int, args ...string) string {
	d.Helper()
	var out bytes.Buffer
	code := Run(context.Background(), Process{Args: append(args, "--config", filepath.Join(d.dir, "entra-app.yaml")), Stdout: &out,
		Stderr: &out,
		Env:    func(string) (string, bool) { return "", false }, Now: noon})
	if code != want {
		d.Errorf("%v: exit code %d, want %d: %s", args, code, want, out.String())
	}
	return out.String()
}

func (d *desk) says(got string, want ...string) {
	d.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			d.Errorf("%q is missing in:\n%s", w, got)
		}
	}
}

func TestAnOperatorListsLinksWhileTheBotRuns(t *testing.T) {
	d := newDesk(t, contoso)
	d.links("U0ADA", contoso, noon.Add(-25*time.Hour))
	d.links("U0BEA", contoso, noon)
	d.links("U0BEA", fabrikam, noon)
	out := d.runs(exitOK, "list")
	d.says(out, "U0ADA", "2026-12-01 11:00, over: it has to be renewed", "tenant1", "object-of-U0BEA", "2026-12-02 12:00", fabrikam)
	if n := strings.Count(out, "\n"); n != 4 {
		t.Errorf("%d lines:\n%s", n, out)
	}
	d.stops()
	if again := d.runs(exitOK, "list"); again != out {
		t.Errorf("without the bot:\n%s", again)
	}
}

func TestAnOperatorRemovesALinkWithTheBotStopped(t *testing.T) {
	d := newDesk(t, contoso)
	d.links("U0ADA", contoso, noon)
	d.links("U0BEA", contoso, noon)
	d.says(d.runs(exitUsage, "remove", "U0BEA"), "in use", "nothing was removed", "stop the bot, remove the link and start it again")
	d.stops()
	d.says(d.runs(exitOK, "remove", "U0BEA"), "U0BEA is no longer linked in tenant1")
	d.says(d.runs(exitFailed, "remove", "U0BEA", "TENANT1"), "U0BEA is not linked in tenant1, and nothing was removed")
	out := d.runs(exitOK, "list")
	d.says(out, "U0ADA")
	if strings.Contains(out, "U0BEA") {
		t.Errorf("it is still there:\n%s", out)
	}
	d.says(d.runs(exitUsage, "remove"), "takes the Slack ID")
	d.says(d.runs(exitUsage, "remove", "a", "b", "c"), "takes the Slack ID")
}

func TestAnOperatorNamesTheTenantWhereThereAreSeveral(t *testing.T) {
	d := newDesk(t, contoso, fabrikam)
	d.links("U0BEA", contoso, noon)
	d.links("U0BEA", fabrikam, noon)
	d.stops()
	d.says(d.runs(exitUsage, "remove", "U0BEA"), "there are several tenants")
	d.says(d.runs(exitOK, "remove", "U0BEA", "tenant2"), "no longer linked in tenant2")
	d.says(d.runs(exitOK, "remove", "U0BEA", strings.ToUpper(contoso)), "no longer linked in tenant1")
}

func TestTheCommandLineOfLinksSaysWhatIsWrong(t *testing.T) {
	d := newDesk(t, contoso)
	d.says(d.runs(exitUsage, "lits"), `there is no command "lits"`, "entra-app link list")
	d.says(d.runs(exitUsage, "list", "U0BEA"), `was given "U0BEA"`)
	d.says(d.runs(exitUsage, "list", "--nope"), "flag provided but not defined")
	d.says(d.runs(exitOK, "help"), "A link says which account")
	d.stops()
	if err := os.Remove(filepath.Join(d.dir, "entra-app.key")); err != nil {
		t.Fatal(err)
	}
	d.says(d.runs(exitUsage, "list"), "the key can't be read")
	if err := os.WriteFile(filepath.Join(d.dir, "entra-app.yaml"), []byte("policy: {link_lifetime: 7d}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.says(d.runs(exitUsage, "list"), "policy.link_lifetime", "days are written as hours")
}
