package serve

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// keysOf are the files with the keys of secrets that wait.
func (w *world) keysOf() []string {
	w.t.Helper()
	names, err := filepath.Glob(filepath.Join(store.RingPath(w.cfg.Store), "*", "*"))
	if err != nil {
		w.t.Fatal(err)
	}
	return names
}

func TestABackupFromBeforeTheRevealOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.press(w.ada, w.sees(w.ada, in(approval), "register the app payroll-backup"), "Approve")
	w.signsIn("ada@contoso.com")
	ready := w.sees(w.bea, w.bea.DM, "The secret can be opened")
	if got := w.keysOf(); len(got) != 1 {
		t.Fatalf("while the secret waits there are the keys %v", got)
	}
	w.stop()
	backup, err := os.ReadFile(w.cfg.Store)
	if err != nil {
		t.Fatal(err)
	}
	w.start()
	w.reveals(ready)
	w.sees(w.bea, w.bea.DM, "You opened the secret")
	w.until("the key is destroyed", func() bool { return len(w.keysOf()) == 0 })
	w.stop()

	if err := os.WriteFile(w.cfg.Store, backup, 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := openKey(w.cfg, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(w.cfg.Store, key)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := kept.Ring()
	if err != nil {
		t.Fatal(err)
	}
	desk := workflow.NewDesk(workflow.DeskConfig{Store: kept, Key: key.On(ring), Policy: w.cfg.Policy, Tenants: tenants(w.cfg)})
	_, given, err := desk.Claim(t.Context(), "EA-1", people.Person{ID: "U0BEA00001", Name: "Bea"})
	if err == nil || !given.IsZero() || !strings.Contains(err.Error(), "press Retry on the card to make a new one") {
		t.Errorf("from the backup Bea gets %q: %v", given.Reveal(), err)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}

	w.start() // and the way on
	w.press(w.ada, w.sees(w.ada, in(approval), "Revoked"), "Retry")
	w.signsIn("ada@contoso.com")
	w.reveals(w.sees(w.bea, w.bea.DM, "The secret can be opened"))
}
