package serve

import (
	"log/slog"
	"testing"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A server without an account is there for checks, and nothing is connected to it.
func TestAServerWithoutAnAccountIsThereForChecks(t *testing.T) {
	c := config.Config{Veeam: []config.Veeam{
		{Name: "with", URL: "https://127.0.0.1:1", Username: "svc", Password: seal.New("x")},
		{Name: "without", URL: "https://127.0.0.1:2"},
	}}
	connect, look, err := backupServers(c, slog.New(slog.DiscardHandler))
	if err != nil || len(connect) != 1 || connect[0].Name() != "with" || len(look) != 1 || look[0].Name() != "without" {
		t.Errorf("%v, %v, %v", connect, look, err)
	}
}
