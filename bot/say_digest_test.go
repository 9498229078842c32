package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// theDigest has n of everything, with names as bad and as long as they get.
func (w *world) theDigest(t *testing.T, n int, name string) workflow.Digest {
	tenant := w.desk.Tenants()[0]
	g := workflow.Digest{Tenant: tenant, Day: "2026-11-21", Due: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC), Unasked: true}
	now := time.Unix(1790000000, 0).UTC()
	w.bot.now = func() time.Time { return now }
	for i := range n {
		of := func(s workflow.State) *workflow.Request {
			r := w.request(t, fmt.Sprintf("%s %s %d", clip(name, 100), s, i), "x", inState(s))
			r.Created = now.Add(-time.Duration(n-i) * 24 * time.Hour)
			return r
		}
		g.Waiting = append(g.Waiting, of(workflow.StatePending))
		g.Failed = append(g.Failed, of(workflow.StateFailed))
		g.Unopened = append(g.Unopened, of(workflow.StateReady))
		g.Leftover = append(g.Leftover, of(workflow.StateLeftover))
		ending := of(workflow.StateDone)
		ending.Made.KeyExpires = now.Add(time.Duration(i+1) * 36 * time.Hour)
		g.Ending = append(g.Ending, ending)
		g.Departed = append(g.Departed, workflow.Departed{Person: people.Person{ID: fmt.Sprint("U", i), Name: clip(name, 80)},
			Apps: []*workflow.Request{ending, ending, ending, ending}})
	}
	return g
}

func TestTheDigestIsWhatSlackTakesHoweverMuchWaits(t *testing.T) {
	for _, n := range []int{1, 22} {
		for _, name := range []string{"payroll", nasty, strings.Repeat("ü", 120)} {
			w := newWorld(t)
			g := w.theDigest(t, n, name)
			text, blocks := w.bot.say().digest(g)
			got, err := json.MarshalIndent(blocks, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range slacktest.ValidateMessage(got) {
				t.Errorf("%d of %q: %s", n, name, m)
			}
			if len(blocks) > 50 || len(text) > 3000 {
				t.Errorf("%d of %q: %d blocks, a text of %d", n, name, len(blocks), len(text))
			}
			var all any
			json.Unmarshal(got, &all)
			if found := mrkdwn(all); len(found) > 0 {
				t.Errorf("what somebody typed is markup: %q", found)
			}
			for _, block := range blocks {
				b, _ := json.Marshal(block)
				if size := shown(b); size > 3000 {
					t.Errorf("a block of %d characters: %s", size, b)
				}
			}
			if more := strings.Contains(string(got), " more: /entra-app status pending"); more != (n == 22) {
				t.Errorf("of %d, that there are more is said: %v", n, more)
			}
			if n == 1 && name == "payroll" {
				golden(t, "digest.json", got)
			}
		}
	}
}

// shown counts the characters of the texts in a block.
func shown(b []byte) (n int) {
	var v any
	json.Unmarshal(b, &v)
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if s, ok := v["text"].(string); ok {
				n += len([]rune(s))
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	return n
}
