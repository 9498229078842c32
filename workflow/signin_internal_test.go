package workflow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/seal"
)

func TestASecretPrintsNothing(t *testing.T) {
	s := seal.New("hunter2")
	sealed := seal.Sealed("hunter2")
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, s)
		fmt.Fprintf(&out, verb, struct{ S seal.Secret }{s})
		fmt.Fprintf(&out, verb, &s)
		fmt.Fprintf(&out, verb, sealed)
	}
	j, _ := json.Marshal(map[string]any{"a": s, "b": Prompt{Code: s}, "c": Handover{Sealed: sealed}})
	out.Write(j)
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("x", "secret", s, "prompt", Prompt{Code: s}, "sealed", sealed, "live", &live{prompt: &Prompt{Code: s}})
	}
	if strings.Contains(out.String(), "hunter2") || strings.Contains(out.String(), fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("printed: %s", out.String())
	}
}
