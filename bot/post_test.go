package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// Services, section 6: posting to a deactivated person can even succeed, so `deleted` is
// looked at first.
func TestNothingIsSentToWhoeverIsGone(t *testing.T) {
	for name, gone := range map[string]string{"deactivated": deactivated, "unknown to Slack": `{"ok":false,"error":"user_not_found"}`,
		"not visible any more": `{"ok":false,"error":"user_not_visible"}`} {
		w := newWorld(t)
		r := w.request(t, "payroll", "backup", inState(workflow.StateReady))
		r.Approval.By.ID = "UBEA"
		w.answers["users.info"] = gone
		for _, name := range []workflow.PostName{workflow.PostFollow, "outcome:1", "signin:1", "expiry:1:UBEA"} {
			for _, at := range []workflow.Post{{}, {Channel: "DUBEA", TS: "4.4"}, {Begun: time.Now()}} {
				if _, ts, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: name, Post: at}); ts != "none" || err != nil {
					t.Errorf("%s at %+v: %q, %v", name, at, ts, err)
				}
			}
		}
		for _, method := range []string{"chat.postMessage", "chat.update", "conversations.open"} {
			if n := len(w.of(method)); n > 0 {
				t.Errorf("%s: %d of %s", name, n, method)
			}
		}
		if _, ts, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: workflow.PostCard}); ts == "none" || err != nil {
			t.Errorf("%s: the card is at %q, %v", name, ts, err)
		}
	}
}

func TestWhereSlackIsBusyAMessageWaits(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", nil)
	w.answers["users.info"] = `{"ok":false,"error":"internal_error"}`
	_, _, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: workflow.PostFollow})
	if _, later := err.(workflow.Temporary); !later || len(w.of("chat.postMessage")) > 0 {
		t.Errorf("drawn all the same: %v", err)
	}
}

// Who was deactivated a minute ago is sent nothing that announces a credential.
func TestACredentialIsNotAnnouncedToWhoeverHasJustLeft(t *testing.T) {
	w := newWorld(t)
	if _, err := w.bot.person(t.Context(), "UBEA"); err != nil {
		t.Fatal(err)
	}
	w.answers["users.info"] = deactivated
	r := w.request(t, "payroll", "backup", inState(workflow.StateReady))
	if _, ts, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: workflow.PostOutcome + "1"}); err != nil || ts != "none" {
		t.Errorf("it was sent: %q, %v", ts, err)
	}
}

func TestAnOwnerWhoHasLeftIsNotWarnedForEver(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", inState(workflow.StateDone))
	w.answers["conversations.open"] = `{"ok":false,"error":"user_disabled"}`
	if _, ts, err := w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: "expiry:1:UTOM"}); ts != "none" || err != nil {
		t.Errorf("%q, %v", ts, err)
	}
}

func TestAMessageThatSlackFindsTooLongAllTheSameIsSentShorter(t *testing.T) {
	w := newWorld(t)
	r := w.manyOf(t, 20, 390)
	r.State = workflow.StatePending
	for method, at := range map[string]workflow.Post{"chat.postMessage": {}, "chat.update": {Channel: "CAPPROVE", TS: "4.4"}} {
		w.answers[method] = `{"ok":false,"error":"msg_blocks_too_long"}`
		w.bot.Draw(t.Context(), workflow.Drawing{Request: r, Name: workflow.PostCard, Post: at})
		tried := w.of(method)
		if len(tried) != 2 {
			t.Fatalf("%s was tried %d times", method, len(tried))
		}
		first, second := tried[0].Get("blocks"), tried[1].Get("blocks")
		if len(second) > len(first)*6/10 || !strings.Contains(second, `"approve"`) || !strings.Contains(second, `"details"`) {
			t.Errorf("%s: after %d characters, %d: %s", method, len(first), len(second), second)
		}
	}
}
