package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

func TestTheFormIsWhatSlackTakes(t *testing.T) {
	w := newWorld(t)
	for _, p := range w.desk.Products() {
		v, _ := json.MarshalIndent(w.bot.say().form(p, p.Choice(), meta{Channel: "CTEAM"}), "", "  ")
		for _, m := range slacktest.ValidateView(v, false) {
			t.Errorf("%s: %s", p.Name, m)
		}
		golden(t, "form-"+p.Name+".json", v)
	}
	options, _ := json.Marshal(suggestions("read"))
	var o struct{ Options []json.RawMessage }
	json.Unmarshal(options, &o)
	if len(o.Options) < 50 || len(o.Options) > 100 || len(options) >= 20480 { // larger ones Slack drops in Socket Mode
		t.Errorf("%d suggestions for read, %d bytes", len(o.Options), len(options))
	}
	for _, p := range catalog.All() {
		if len(p.Key()) > 75 {
			t.Errorf("%s is too long for an option", p.Key())
		}
	}
}

func TestTheFormForAnExistingAppIsWhatSlackTakes(t *testing.T) {
	w := newWorld(t)
	p, _ := w.desk.Product("vbo365")
	v, _ := json.MarshalIndent(w.bot.say().form(p, p.Choice(), meta{Channel: "CTEAM", Existing: true, App: "HR Portal"}), "", "  ")
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	golden(t, "form-existing.json", v)

	r := w.adopted(t, workflow.StateDone)
	view := w.bot.say().lifeForm(workflow.KindUpdate, r, asItIs(r))
	v, _ = json.Marshal(view)
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	if text := string(v); !strings.Contains(text, "https://hr.contoso.com") || !strings.Contains(text, "Mail.Read") {
		t.Errorf("the form to update it does not show what it has: %s", text)
	}
}
