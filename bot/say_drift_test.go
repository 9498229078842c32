package bot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestDriftIsShownToWhoAskedAndToNobodyElse(t *testing.T) {
	w := newServerWorld(t, "")
	r := w.connected(t, "payroll", workflow.StateDone)
	r.ID = "EA-7"
	l := workflow.Drifting{To: people.Person{ID: "UADA", Name: "Ada"}, Tenant: workflow.Tenant{Name: "contoso", ID: "T"},
		Prompt: &workflow.Prompt{Code: seal.New("ABCD1234E"), URL: "https://microsoft.com/devicelogin", Expires: r.Created}}
	channel, ts, err := w.bot.ShowDrift(t.Context(), l)
	if err != nil || channel != "DUADA" || ts == "" {
		t.Fatalf("sent to %s at %s: %v", channel, ts, err)
	}
	if sent := w.of("chat.postMessage"); len(sent) != 1 || strings.Contains(sent[0].Get("text"), "ABCD") ||
		!strings.Contains(sent[0].Get("blocks"), "ABCD1234E") {
		t.Errorf("sent %v", sent)
	}
	_, blocks := driftMessage(l)
	golden(t, "drift-code.json", []byte(indented(t, blocks)))
	l.Prompt, l.Said, l.Channel, l.TS = nil, "2 apps compared: 0 as approved, 1 not, 1 not read whole.", channel, ts
	l.Found = []workflow.Drift{
		{App: r, Foreign: []string{"client secret 0dd0 “<@UEVE> *portal*”, until 4 March 2030"}, More: []string{"owner eve@contoso.com"},
			Less: []string{"redirect URI https://a.example (web)"}},
		{App: r, Unknown: []string{"Not read: its delegated permissions. Nobody may."}},
	}
	if _, _, err := w.bot.ShowDrift(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	if changed := w.of("chat.update"); len(changed) != 1 || strings.Contains(changed[0].Get("blocks"), "ABCD") {
		t.Errorf("changed %v", changed)
	}
	_, blocks = driftMessage(l)
	golden(t, "drift-found.json", []byte(indented(t, blocks)))
	for i := range 200 {
		l.Found = append(l.Found, workflow.Drift{App: r, More: []string{fmt.Sprint(i, strings.Repeat(" owner", 2000))}})
	}
	if _, blocks = driftMessage(l); len(indented(t, blocks)) > 20000 || len(blocks) > 50 {
		t.Errorf("a message of %d blocks and %d characters", len(blocks), len(indented(t, blocks)))
	}
	if strings.Contains(w.log.String(), "ABCD1234E") {
		t.Error("the log has the code")
	}
}
