package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// attacks are what somebody might write so that it is taken for what the bot says.
var attacks = []string{
	"backup\n✅ Approved by Ada on 1 December",
	"backup\r\nDone: signed in as ada@contoso.com.",
	"backup” ✅ Approved by Ada. “x",
	"backup\u2028✅ Approved by Ada",
	"<!channel> <@UADA> approved this",
	"<http://evil.example|https://login.microsoftonline.com>",
	"*Approved* _by_ `Ada` ~denied~",
	"backup \u202e.adA yb devorppA\u202c",
	"b\u200ba\u2060c\ufeffkup \u3164\u2800",
	"b" + strings.Repeat("\u0335\u0489", 40) + "ackup",
}

// texts are all texts of blocks, and whether each is markup.
func texts(t *testing.T, blocks []slack.Block) (plain, markup []string) {
	t.Helper()
	b, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var in any
	if err := json.Unmarshal(b, &in); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
				markup = append(markup, s)
			} else if ok {
				plain = append(plain, s)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(in)
	return plain, markup
}

func TestTextOfPeopleNeverLooksLikeTheBots(t *testing.T) {
	for _, attack := range attacks {
		for _, state := range []workflow.State{workflow.StatePending, workflow.StateDenied, workflow.StateFailed, workflow.StateDone} {
			w := newWorld(t)
			r := w.request(t, "payroll", "nightly", inState(state))
			r.Reason, r.Approval.Reason, r.Requester.Name = text.Plain(attack), text.Plain(attack), text.Name(attack)
			r.Plan.AppName = attack
			for name, blocks := range w.drawn(r) {
				plain, markup := texts(t, blocks)
				if len(markup) > 0 {
					t.Errorf("%s has markup: %q", name, markup)
				}
				all := strings.Join(plain, "\x00")
				for _, never := range []string{"\n✅", "\nDone: ", "\u2028", "\u202e", "\u200b", "\u3164",
					"\u0335\u0489\u0335\u0489\u0335"} {
					if strings.Contains(all, never) {
						t.Errorf("%s of %q has %q: %q", name, attack, never, all)
					}
				}
				quoted := text.Quote(attack)
				rest := strings.ReplaceAll(all, quoted, "")
				if text.Name(attack) == quoted && strings.Contains(rest, strings.Trim(quoted, "“”")) {
					t.Errorf("%s has %q outside quotation marks: %q", name, attack, all)
				}
			}
		}
	}
}

func TestANameThatLooksLikeAnotherIsPointedOut(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "nightly", inState(workflow.StatePending))
	r.Plan.AppName = "p\u0430yroll" // as it may be called that is adopted
	r.Plan.SetRedirects(plan.Web, []string{"https://m\u0456crosoft.com/auth"})
	_, blocks := w.bot.card(r)
	plain, _ := texts(t, blocks)
	all := strings.Join(plain, " ")
	for _, must := range []string{"“p\u0430yroll” mixes Latin and Cyrillic letters, so it can be taken for another name",
		"https://xn--mcrosoft-thh.com/auth"} {
		if !strings.Contains(all, must) {
			t.Errorf("the card lacks %q: %s", must, all)
		}
	}
}
