package bot

import (
	"context"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

func TestSlacksRefusalsSayWhenToComeBackOrWhatToDo(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.answers["chat.postMessage"] = `{"ok":false,"error":"not_in_channel"}`
	_, _, err := w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard})
	if no, ok := err.(*workflow.ServiceError); !ok || !strings.Contains(no.Text, "/invite") {
		t.Errorf("got %v", err)
	}
	w.answers["chat.postMessage"] = `{"ok":false,"error":"ratelimited"}`
	if _, _, err = w.bot.Draw(context.Background(), workflow.Drawing{Request: r, Name: workflow.PostCard}); err == nil {
		t.Error("no error")
	} else if _, ok := err.(workflow.Temporary); !ok {
		t.Errorf("got %T", err)
	}
}
