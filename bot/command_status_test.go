package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
)

func (w *world) says(text string) string { return w.saysTo("UBEA", text) }

// saysTo is what a person is answered to a command.
func (w *world) saysTo(user, text string) string {
	reply := w.bot.Dispatch(context.Background(), Envelope{CommandKind, commandForm(map[string][]string{
		"text": {text}, "user_id": {user}, "team_id": {"T1"}, "channel_id": {"CTEAM"}, "trigger_id": {"1.2.3"}})})
	b, _ := json.Marshal(reply)
	return string(b)
}

var bea = people.Person{ID: "UBEA", Name: "Bea"}

func TestStatusComesInPages(t *testing.T) {
	w := newWorld(t)
	for i := range 2*pageSize + 1 {
		w.request(t, "app-"+string(rune('a'+i)), "x", nil)
	}
	page := w.bot.page(t.Context(), bea, "CTEAM", listing{Requester: "UBEA"})
	seen := 0
	for pages := 0; ; pages++ {
		var older *slack.ButtonBlockElement
		for _, b := range page.Blocks.BlockSet {
			if a, ok := b.(*slack.ActionBlock); ok {
				for _, e := range a.Elements.ElementSet {
					if btn := e.(*slack.ButtonBlockElement); btn.ActionID == "page:older" {
						older = btn
					}
				}
			}
			if _, ok := b.(*slack.RichTextBlock); ok {
				seen++
			}
		}
		if older == nil {
			break
		}
		var l listing
		json.Unmarshal([]byte(older.Value), &l)
		page = w.bot.page(t.Context(), bea, "CTEAM", l)
	}
	if seen != 2*pageSize+1 {
		t.Errorf("%d rows on all pages", seen)
	}
}

func FuzzInteraction(f *testing.F) {
	f.Add([]byte(`{"type":"view_submission","view":{"callback_id":"request","state":{"values":{"a":{"b":{"value":"x"}}}}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var i interaction
		json.Unmarshal(b, &i)
		i.channel()
		i.View.State.conversation("Team")
	})
}

func FuzzCommand(f *testing.F) {
	f.Add("status <@U1|bea>")
	f.Add("request “vbo365”")
	f.Fuzz(func(t *testing.T, s string) {
		verb, rest := split(s)
		requestID(rest)
		ask(rest, command{UserID: "U1"})
		if len(didYouMean(verb, []string{"request", "status"})) > 60 {
			t.Error("a long guess")
		}
	})
}

func TestListsComeInPagesThatSlackTakes(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for i := range 40 {
		r := w.request(t, fmt.Sprintf("%s %d", wide(form.AppNameMax-4), i), "x", inState(workflow.StateDone))
		ids = append(ids, r.ID)
	}
	for _, first := range []listing{{Requester: "UBEA", Team: "CTEAM"}, {Text: "名前é"}, {Apps: true, Requester: "UBEA", Team: "CTEAM"}} {
		seen := ""
		pages := 0
		for l, more := first, true; more; pages++ {
			page := w.bot.page(t.Context(), bea, "CTEAM", l)
			b, _ := json.Marshal(page.Blocks.BlockSet)
			for _, m := range slacktest.ValidateMessage(b) {
				t.Errorf("%+v: %s", first, m)
			}
			if n := size(page.Blocks.BlockSet); n > inMessage.letters {
				t.Errorf("%+v: a page of %d characters", first, n)
			}
			seen += string(b)
			more = false
			for _, block := range page.Blocks.BlockSet {
				if a, ok := block.(*slack.ActionBlock); ok {
					for _, e := range a.Elements.ElementSet {
						if e, ok := e.(*slack.ButtonBlockElement); ok && e.ActionID == "page:older" {
							l, more = listing{}, true
							json.Unmarshal([]byte(e.Value), &l)
						}
					}
				}
			}
			if pages > 40 {
				t.Fatalf("%+v: there is always another page", first)
			}
		}
		for _, id := range ids {
			if !strings.Contains(seen, `"text":"`+id) && !strings.Contains(seen, id+`"`) {
				t.Errorf("%+v: %s is on no page", first, id)
			}
		}
		if pages < 4 {
			t.Errorf("%+v: %d pages", first, pages)
		}
	}
}
