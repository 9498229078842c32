package bot

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
)

// TestADigestWithAHeadIsWhatVerifyReads copies the head out of the message as it stands there.
func TestADigestWithAHeadIsWhatVerifyReads(t *testing.T) {
	w := newWorld(t)
	note := "entra-app.cafe0123\n12\nBKt0WLqHcwWySfmr7Y8Wr0c+7EUvJ1yMTpVcEZQ4vjI=\n\n— entra-app.cafe0123 AAAAAAAA+bbbb/cccc=\n"
	words, blocks := w.bot.say().digest(workflow.Digest{Tenant: workflow.Tenant{Name: "contoso"}, Day: "2026-12-01",
		Head: audit.Head{Size: 12, Hash: "x", Note: note}})
	got, _ := json.Marshal(blocks)
	for _, m := range slacktest.ValidateMessage(got) {
		t.Error(m)
	}
	if want := "Today in contoso. Entries of the log: 12."; words != want {
		t.Errorf("%q, want %q", words, want)
	}
	var shown []struct {
		Elements []struct {
			Type     string
			Elements []struct{ Text string }
		}
	}
	json.Unmarshal(regexp.MustCompile(`(?s)^\[.*\]$`).Find(got), &shown)
	for _, b := range shown {
		for _, e := range b.Elements {
			if e.Type == "rich_text_preformatted" && len(e.Elements) == 1 && e.Elements[0].Text == note {
				return
			}
		}
	}
	t.Errorf("the head is not there as it is: %s", got)
}
