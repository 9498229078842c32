package serve

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

// damage changes one byte of the oldest stored request, with the bot stopped.
func (w *world) damage() {
	w.t.Helper()
	db, err := bolt.Open(w.cfg.Store, 0o600, &bolt.Options{Timeout: time.Second})
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	err = db.Update(func(tx *bolt.Tx) error {
		requests := tx.Bucket([]byte("requests"))
		key, value := requests.Cursor().Last() // the oldest
		broken := bytes.Clone(value)
		broken[len(broken)/2] ^= 0x04
		return requests.Put(bytes.Clone(key), broken)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestADamagedRequestIsNamedEverywhereAndTheNextOneIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "payroll-backup")
	w.stop()
	w.damage()
	w.start()

	for _, command := range []string{"status EA-1", "status", "status all", "apps", "cancel EA-1"} {
		if _, err := w.bea.Slash(context.Background(), team, "/entra-app "+command); err != nil {
			t.Fatal(err)
		}
		w.sees(w.bea, in(team), "EA-1 can't be read from the store")
	}
	w.asks("ledger-backup")
	w.approves("ledger-backup", "Approve")
	w.reveals(w.readies("EA-2: ledger-backup"))

	resp, err := http.Get("http://" + w.addr + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "EA-1 can't be read from the store") {
		t.Errorf("/readyz: %s %s", resp.Status, body)
	}
	if !strings.Contains(w.log.String(), "EA-1 can't be read from the store") {
		t.Errorf("the log does not name it:\n%s", w.log)
	}
}
