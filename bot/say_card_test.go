package bot

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

func TestTheCardSaysThatTheRequesterIsGone(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", inState(workflow.StatePending))
	r.Away = "this account is deactivated"
	_, blocks := w.bot.card(r)
	if text := asText(t, blocks); !strings.Contains(text, "Bea is gone: this account is deactivated.") ||
		!strings.Contains(text, "can't be approved") {
		t.Errorf("the card says %s", text)
	}
}
