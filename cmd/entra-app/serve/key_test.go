package serve

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestTheKey(t *testing.T) {
	right := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, seal.KeySize)) + "\n"
	for _, c := range []struct {
		name  string
		file  string // what is in the key file; empty is no file
		store bool
		key   string // slack.key itself

		wrong  string // what the error says; empty is none
		logged string
	}{
		{name: "is made on first start", logged: "made a new key"},
		{name: "is used where it is", file: right},
		{name: "is used where it is, with a store", file: right, store: true},
		{name: "is not made beside a store that another one has sealed", store: true, wrong: "is missing, but the store"},
		{name: "that is too short is refused", file: "c2hvcnQ=", wrong: "has 5 bytes, not 32"},
		{name: "that is no base64 is refused", file: "?", wrong: "is not base64"},
		{name: "may be in the configuration", key: right, store: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			conf := config.Config{Key: seal.New(c.key), KeyFile: filepath.Join(dir, "key"), Store: filepath.Join(dir, "db")}
			if c.file != "" {
				if err := os.WriteFile(conf.KeyFile, []byte(c.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.store {
				if err := os.WriteFile(conf.Store, []byte("a store"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var logged bytes.Buffer
			log := slog.New(slog.NewJSONHandler(&logged, nil))
			key, err := openKey(conf, log)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) || !strings.Contains(err.Error(), "\nhint: ") {
					t.Fatalf("error %v, want %q with a hint", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(logged.String(), c.logged) || c.logged == "" && logged.Len() > 0 {
				t.Errorf("logged %s, want %q", &logged, c.logged)
			}
			if c.key == "" {
				again, err := openKey(conf, log)
				if err != nil {
					t.Fatal(err)
				}
				if s, err := again.Open("canary", key.Canary("canary")); err != nil || s.Reveal() != "canary" {
					t.Errorf("the second start has another key: %v", err)
				}
				if info, err := os.Stat(conf.KeyFile); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("the key file: %v, %v", info.Mode(), err)
				}
			}
			if text, err := os.ReadFile(conf.KeyFile); err == nil && strings.Contains(logged.String(), strings.TrimSpace(string(text))) {
				t.Error("the key is in the log")
			}
		})
	}
}
