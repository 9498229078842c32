package bot

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

func TestADigestIsLookedForBeforeItIsSent(t *testing.T) {
	there :=
		`{"ok":true,"messages":[{"type":"message","user":"UBOT","ts":"7.7","metadata":{"event_type":"entra_app_post","event_payload":{"digest":%q,"tenant":%q}}}],"has_more":false}`
	for _, c := range []struct {
		name, history string
		first         bool
		sent          int
		again         bool // it has to be tried again
	}{
		{"it is there", fmt.Sprintf(there, "2026-11-21", "contoso"), false, 0, false},
		{"it is there, though nobody can have sent it", fmt.Sprintf(there, "2026-11-21", "contoso"), true, 0, false},
		{"yesterday's is there", fmt.Sprintf(there, "2026-11-20", "contoso"), false, 1, false},
		{"another tenant's is there", fmt.Sprintf(there, "2026-11-21", "fabrikam"), false, 1, false},
		{"somebody else's is there", strings.Replace(fmt.Sprintf(there, "2026-11-21", "contoso"), "UBOT", "UEVE", 1), false, 1, false},
		{"the channel is empty", `{"ok":true,"messages":[],"has_more":false}`, false, 1, false},
		{"Slack is busy", `{"ok":false,"error":"internal_error"}`, true, 0, true},
		{"we may not look, and nobody can have sent it", `{"ok":false,"error":"missing_scope"}`, true, 1, false},
		{"we may not look", `{"ok":false,"error":"missing_scope"}`, false, 0, false},
	} {
		w := newWorld(t)
		w.answers["conversations.history"] = c.history
		g := w.theDigest(t, 1, "payroll")
		g.First = c.first
		err := w.bot.Digest(t.Context(), g)
		if _, again := errors.AsType[workflow.Temporary](err); again != c.again || !c.again && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		posts := w.of("chat.postMessage")
		if len(posts) != c.sent {
			t.Errorf("%s: sent %d times", c.name, len(posts))
		}
		if c.sent == 1 && len(posts) == 1 && !strings.Contains(posts[0].Get("metadata"), `"digest":"2026-11-21"`) {
			t.Errorf("%s: it is marked %s", c.name, posts[0].Get("metadata"))
		}
	}
}
