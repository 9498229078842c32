package bot

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/cloud"
)

// atBlocked is a day on which Exchange Online blocks Exchange Web Services, and has not ended them.
func atBlocked() time.Time { return catalog.EWS().Blocked.Add(60 * 24 * time.Hour) }

// allText is all that people read of blocks.
func allText(blocks []slack.Block) string {
	b, _ := json.Marshal(blocks)
	return string(b)
}

// Source: services.md, section 8.
func TestWhatUsesExchangeWebServicesSaysThatItHasToBeListed(t *testing.T) {
	w := newPfxWorld(t)
	r := w.made(t, "mail-backup", workflow.StateDone, nil)
	r.EWS.Reminders = 1
	for at, says := range map[time.Time]string{
		catalog.EWS().Blocked.Add(-time.Hour): "From 1 October 2026 on, Exchange Online blocks Exchange Web Services (EWS) for every app",
		atBlocked():                           "This app is blocked there until it is listed, which can take 24 hours to take effect",
		catalog.EWS().Ends:                    "Exchange Online ended Exchange Web Services on 1 April 2027",
	} {
		w.bot.now = func() time.Time { return at }
		ended := at.Equal(catalog.EWS().Ends)
		for _, name := range []workflow.PostName{workflow.PostCard, "outcome:1", "ews:1"} {
			_, blocks := w.bot.say().message(workflow.Drawing{Request: r, Name: name})
			text := allText(blocks)
			if !strings.Contains(text, says) {
				t.Errorf("%s: the %s says %s", at, name, text)
			}
			for _, m := range slacktest.ValidateMessage([]byte(text)) {
				t.Errorf("%s: %s", name, m)
			}
			if has := strings.Contains(text, `"It is on the list"`) && strings.Contains(text, `"export:ews"`); has == ended {
				t.Errorf("%s: the %s has its buttons: %v", at, name, has)
			}
		}
	}
	w.bot.now = atBlocked
	if text, from := allText(w.bot.say().planBlocks(r, inDetails)), "As of 2026-09, from "; !strings.Contains(text, from) ||
		!strings.Contains(text, catalog.EWS().Sources[0]) {
		t.Errorf("Details does not say from where it is: %s", text)
	}
	for _, e := range w.bot.say().ewsButtons(r) { // the one to press first is the one that stands out
		b := e.(*slack.ButtonBlockElement)
		if first := b.ActionID == actExport+asEWS; first != (b.Style == slack.StylePrimary) {
			t.Errorf("%s has the style %q", b.Text.Text, b.Style)
		}
	}
	r.EWS = workflow.EWSListing{AppID: r.Made.AppID, At: atBlocked(), By: "UADA", Reminders: 1}
	text, blocks := w.bot.say().message(workflow.Drawing{Request: r, Name: "ews:1"})
	if got := allText(blocks); !strings.Contains(text, "is on Exchange's list") || !strings.Contains(got, "UADA") ||
		strings.Contains(got, "export:ews") {
		t.Errorf("%s: %s", text, got)
	}
	r.EWS = workflow.EWSListing{AppID: "0ddba110-0000-4000-8000-000000000009", At: atBlocked(), By: "UADA"}
	if _, blocks := w.bot.say().message(workflow.Drawing{Request: r, Name: "outcome:1"}); !strings.Contains(allText(blocks),
		"0ddba110-0000-4000-8000-000000000009") {
		t.Errorf("it does not name the old App ID: %s", allText(blocks))
	}
	script, err := ewsScript(cloud.Public, r)
	if err != nil || !strings.Contains(script, "$add = @('"+r.Made.AppID+"')") ||
		!strings.Contains(script, "$remove = @('0ddba110-0000-4000-8000-000000000009')") {
		t.Errorf("%v: %s", err, script)
	}
	r.Kind = workflow.KindRetire
	if script, err := ewsScript(cloud.Public, r); err != nil || !strings.Contains(script, "$add = @()") ||
		!strings.Contains(script, "$remove = @('"+r.Made.AppID+"')") {
		t.Errorf("%v: %s", err, script)
	}
}
