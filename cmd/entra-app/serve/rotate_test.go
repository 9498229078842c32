package serve

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
)

var dan = people.Person{ID: "UDAN", Name: "Dan"}

// keptSecrets makes a store with a secret whose key is in the ring, and one from before there were rings.
func keptSecrets(t *testing.T) config.Config {
	t.Helper()
	dir := t.TempDir()
	c := config.Config{Store: filepath.Join(dir, "entra-app.db"), KeyFile: filepath.Join(dir, "entra-app.key"),
		Policy: workflow.DefaultPolicy, Tenants: []config.Tenant{{Name: "contoso",
			ID: "11111111-1111-1111-1111-111111111111", ClientID: "22222222-2222-2222-2222-222222222222",
			AuthorityURL: "https://login.test", GraphURL: "https://graph.test", ARMURL: "https://azure.test",
			Approvers: []workflow.Approver{{Slack: "UADA", Entra: "ada@contoso.com"}, {Slack: "UZOE", Entra: "zoe@contoso.com"}}}}}
	key, err := openKey(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(c.Store, key)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	ring, err := kept.Ring()
	if err != nil {
		t.Fatal(err)
	}
	for n, key := range []*seal.Key{key.On(ring), key} {
		r, err := kept.Create(t.Context(), &workflow.Request{Kind: workflow.KindRegister, State: workflow.StateProvisioning,
			Requester: dan, Tenant: "contoso", Plan: plan.Plan{AppName: fmt.Sprint("app", n)}, Posts: workflow.Posts{}})
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := key.Seal(r.ID, seal.New("secret of "+r.ID))
		if err != nil {
			t.Fatal(err)
		}
		_, err = kept.Update(t.Context(), r.ID, func(r *workflow.Request) error {
			r.State, r.Entered = workflow.StateReady, time.Now()
			r.Handover = workflow.Handover{Status: workflow.HandoverKept, Sealed: sealed}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// secretsOpen fails unless the store goes with the key in key_file and both secrets open.
func secretsOpen(t *testing.T, c config.Config) {
	t.Helper()
	if err := unrotated(c); err != nil {
		t.Fatal(err)
	}
	key, err := openKey(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(c.Store, key)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if kept.Repaired() != nil || kept.LogFault() != nil {
		t.Errorf("it was repaired: %v, %v", kept.Repaired(), kept.LogFault())
	}
	ring, err := kept.Ring()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"EA-1", "EA-2"} {
		r, err := kept.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := key.On(ring).Open(id, r.Handover.Sealed); err != nil || s.Reveal() != "secret of "+id {
			t.Errorf("%s opens with %q, %v", id, s.Reveal(), err)
		}
	}
}

func TestARotatedKeyOpensAllAndTheOldOneNothing(t *testing.T) {
	c := keptSecrets(t)
	old, err := readKey(c.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	was, _ := os.ReadFile(c.KeyFile)
	for range 2 {
		if err := RotateKey(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		secretsOpen(t, c)
	}
	if is, _ := os.ReadFile(c.KeyFile); bytes.Equal(is, was) {
		t.Error("the key is the same")
	}
	if kept, err := store.Open(c.Store, old); err == nil {
		kept.Close()
		t.Error("the store goes with the old key, too")
	}
	if info, err := os.Stat(c.KeyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v", info.Mode(), err)
	}
}

// What a crash leaves, at each point: the new key alone, some keys of the ring, all but the store, all but the name.
func TestARotationGoesOnAfterACrashAtAnyPoint(t *testing.T) {
	for _, crash := range []string{"after the new key", "among the secrets' keys", "before the new name"} {
		t.Run(crash, func(t *testing.T) {
			c := keptSecrets(t)
			from, err := readKey(c.KeyFile)
			if err != nil {
				t.Fatal(err)
			}
			to, err := nextKey(c.KeyFile + nextSuffix)
			if err != nil {
				t.Fatal(err)
			}
			switch crash {
			case "among the secrets' keys":
				kept, err := store.Open(c.Store, from)
				if err != nil {
					t.Fatal(err)
				}
				ring, err := kept.Ring()
				if err != nil {
					t.Fatal(err)
				}
				if err := from.On(ring).Rewrap(to); err != nil {
					t.Fatal(err)
				}
				kept.Close()
			case "before the new name":
				if err := store.Rekey(t.Context(), c.Store, from, to); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := New(c, Options{}); err == nil || !strings.Contains(err.Error(), "finish it with entra-app key rotate") {
				t.Fatalf("the bot starts in between: %v", err)
			}
			if err := RotateKey(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			secretsOpen(t, c)
		})
	}
}

func TestAKeyIsNotRotatedUnderARunningBot(t *testing.T) {
	c := keptSecrets(t)
	key, err := readKey(c.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(c.Store, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := RotateKey(t.Context(), c); err == nil || !strings.Contains(err.Error(), "stop the bot first") {
		t.Errorf("with the bot running: %v", err)
	}
	kept.Close()
	if err := RotateKey(t.Context(), c); err != nil {
		t.Errorf("once it is stopped: %v", err)
	}
	secretsOpen(t, c)
	c.Key = seal.New("inline")
	if err := RotateKey(t.Context(), c); err == nil || !strings.Contains(err.Error(), "give that as key_file") {
		t.Errorf("a key in the configuration: %v", err)
	}
}
