package bot

import (
	"encoding/json"
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

func TestWithoutAPageNothingIsHandedOverInstead(t *testing.T) {
	w := newServerWorld(t, "")
	r := w.connected(t, "payroll", workflow.StateFailed)
	_, blocks := w.bot.card(r)
	if b, _ := json.Marshal(blocks); strings.Contains(string(b), actHandOver) {
		t.Errorf("the card is %s", b)
	}
}
