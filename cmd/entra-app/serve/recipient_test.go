package serve

import (
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
)

// The case “requester's Slack account deactivated while the request waits”: the card says
// so before an approval, and nothing is sent to it again, whether Slack would take it or not.
func TestARequesterWhoIsDeactivatedWhileTheRequestWaits(t *testing.T) {
	t.Parallel()
	for name, refuses := range map[string]bool{"Slack takes messages to them": false, "Slack refuses messages to them": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorldOf(t, slacktest.Config{RefuseDeactivated: refuses})
			w.start()
			w.asks("payroll-backup")
			card := w.sees(w.ada, in(approval), "register the app payroll-backup")
			w.sees(w.bea, w.bea.DM, "You asked for this app")
			w.slack.AddUser(slacktest.User{ID: "U0BEA00001", Name: "bea", RealName: "Bea", Email: "bea@contoso.com", Deleted: true})
			before := len(w.bea.Messages(w.bea.DM()))
			w.press(w.ada, card, "Approve")
			w.sees(w.ada, in(approval), "Nobody could be given the secret of EA-1")
			w.sees(w.ada, in(approval), "Bea is gone: this account is deactivated.")
			if codes := w.entra.UserCodes(); len(codes) > 0 || len(w.made()) > 0 {
				t.Errorf("codes %v, apps %v", codes, w.made())
			}
			w.press(w.ada, w.sees(w.ada, in(approval), "Bea is gone"), "Deny")
			w.until("the reason is asked for", func() bool { return len(w.ada.Views()) == 1 })
			if errs, err := w.ada.Submit(t.Context(), w.ada.Views()[0].ID, map[string]any{"Reason": "she has left"}); err != nil ||
				len(errs) > 0 {
				t.Fatal(errs, err)
			}
			w.sees(w.ada, in(approval), "Denied")
			if after := w.bea.Messages(w.bea.DM()); len(after) != before {
				t.Errorf("sent %v", after[before:])
			}
		})
	}
}
