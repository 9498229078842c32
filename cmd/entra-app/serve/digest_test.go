package serve

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
)

func TestTheDailyDigestIsInTheChannelOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.slack.AddUser(slacktest.User{ID: "U0GONE0001", Name: "gone", RealName: "Gone", Email: "gone@contoso.com", Deleted: true})
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "register the app payroll-backup?")
	w.stop()

	w.cfg.Policy.DigestAt = 0 // of today, whenever that is: it fell due while the bot was down
	w.slack.Fail("chat.postMessage", slacktest.After, "500", 1)
	w.start()
	w.sees(w.ada, in(approval), "Today in contoso")
	w.stop()
	looked := make(chan struct{}, 100)
	w.slack.OnCall(func(method string, after bool) {
		if method == "conversations.history" && after {
			looked <- struct{}{}
		}
	})
	w.start()
	select {
	case <-looked:
	case <-time.After(time.Minute):
		t.Fatal("the digest was not looked for")
	}
	w.stop() // lets what is under way end
	var digests int
	for _, m := range w.ada.Messages(approval) {
		if strings.Contains(m.Plain(), "Today in contoso") {
			digests++
			if !strings.Contains(m.Plain(), "Waiting for an approver: 1") {
				t.Errorf("it says %s", m.Plain())
			}
		}
	}
	if digests != 1 {
		t.Errorf("%d digests", digests)
	}
}

func TestOneReminderListsAllThatWaits(t *testing.T) {
	t.Parallel()
	w, clock := newWorldWithClock(t)
	w.start()
	w.asks("payroll-backup")
	w.sees(w.ada, in(approval), "register the app payroll-backup?")
	w.asks("archive-backup")
	w.sees(w.ada, in(approval), "register the app archive-backup?")
	w.stop()
	clock.pass(49 * time.Hour)
	w.slack.Fail("chat.postMessage", slacktest.After, "500", 1)
	w.start()
	m := w.sees(w.ada, in(approval), "Waiting in contoso")
	text := m.Plain()
	first, second := strings.Index(text, "payroll-backup"), strings.Index(text, "archive-backup")
	if first < 0 || second < first || !strings.Contains(text, "Waiting for an approver: 2") || !strings.Contains(text, "Approvers: ") {
		t.Errorf("it does not list both, the oldest first, for the approvers: %s", text)
	}
	w.stop()
	w.start()
	w.asks("third-backup")
	w.sees(w.ada, in(approval), "register the app third-backup?")
	w.stop()
	reminders := 0
	for _, m := range w.ada.Messages(approval) {
		if strings.Contains(m.Plain(), "Waiting in contoso") || strings.Contains(m.Plain(), "still waits for a decision") {
			reminders++
		}
	}
	if reminders != 1 {
		t.Errorf("%d reminders", reminders)
	}
}
