package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/plan"
)

// adopted is an adoption, as far as a state.
func (w *world) adopted(t *testing.T, s workflow.State) *workflow.Request {
	r := w.request(t, "HR Portal "+string(s), "nightly backup", inState(s))
	r.ID, r.Kind = "EA-7", workflow.KindAdopt
	if s == workflow.StatePending {
		return r
	}
	mail, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Mail.Read")
	r.Previous = plan.Plan{AppName: "HR Portal", Audience: "AzureADMultipleOrgs",
		RedirectURIs: append([]string{"https://hr.contoso.com"}, r.Plan.RedirectURIs...),
		Permissions:  append([]plan.Permission{mail}, r.Plan.Permissions[0])}
	r.Discovered = workflow.Discovery{AppID: r.Made.AppID, Name: "HR Portal", Read: true, Thumbprints: []string{"AB12"}, Secrets: 2,
		PrincipalThumbprints: []string{"CD34"}, PrincipalSecrets: 1}
	return r
}

func TestTheCardOfAnAdoptionShowsWhatIsAddedAndWhatStays(t *testing.T) {
	w := newWorld(t)
	for _, s := range []workflow.State{workflow.StatePending, workflow.StateProvisioning, workflow.StateFailed, workflow.StateUndone} {
		for name, blocks := range w.drawn(w.adopted(t, s)) {
			got, _ := json.MarshalIndent(blocks, "", "  ")
			for _, m := range slacktest.ValidateMessage(got) {
				t.Errorf("%s %s: %s", s, name, m)
			}
			if name == workflow.PostCard {
				golden(t, "adopt-"+string(s)+"-card.json", got)
			}
		}
	}
	r := w.adopted(t, workflow.StateSignIn)
	for range 200 {
		r.Previous.RedirectURIs = append(r.Previous.RedirectURIs, "https://example.com/"+strings.Repeat("x", 230))
	}
	_, blocks := w.bot.card(r)
	b, _ := json.Marshal(blocks)
	for _, m := range slacktest.ValidateMessage(b) {
		t.Error(m)
	}
}

func TestTheFormForAnExistingAppIsWhatSlackTakes(t *testing.T) {
	w := newWorld(t)
	p, _ := w.desk.Product("vbo365")
	v, _ := json.MarshalIndent(w.bot.form(p, p.Choice(), meta{Channel: "CTEAM", Existing: true, App: "HR Portal"}), "", "  ")
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	golden(t, "form-existing.json", v)

	r := w.adopted(t, workflow.StateDone)
	view := w.bot.lifeForm(workflow.KindUpdate, r, asItIs(r))
	v, _ = json.Marshal(view)
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	if text := string(v); !strings.Contains(text, "https://hr.contoso.com") || !strings.Contains(text, "Mail.Read") {
		t.Errorf("the form to update it does not show what it has: %s", text)
	}
}

func TestAnAdoptionIsExportedWithoutAScript(t *testing.T) {
	w := newWorld(t)
	v, _ := json.Marshal(exportView(cloud.Public, w.adopted(t, workflow.StateDone), "bash", 0))
	for _, m := range slacktest.ValidateView(v, false) {
		t.Error(m)
	}
	if text := string(v); strings.Contains(text, "verify") || strings.Contains(text, "Azure CLI") ||
		!strings.Contains(text, "requiredResourceAccess") {
		t.Errorf("it is exported as %s", text)
	}
}

func TestUpdateOfAnAppThatIsNotOursOpensTheFormForIt(t *testing.T) {
	w := newWorld(t)
	w.request(t, "payroll", "x", inState(workflow.StateDone))
	if got := w.says("update HR Portal"); got != "null" {
		t.Errorf("it is answered with %s", got)
	}
	w.bot.Wait()
	opened := w.of("views.open")
	if len(opened) != 1 || !strings.Contains(opened[0].Get("json"), `"initial_value":"HR Portal"`) ||
		!strings.Contains(opened[0].Get("json"), "one of its owners") {
		t.Fatalf("it opens %v", opened)
	}
	if got := w.says("update payrol"); !strings.Contains(got, "Did you mean “payroll”?") || !strings.Contains(got, "App ID") {
		t.Errorf("a slip is answered with %s", got)
	}
	if got := w.says("update EA-77"); !strings.Contains(got, "No app called EA-77 was registered or adopted here") {
		t.Errorf("a request that is none is answered with %s", got)
	}
	w.bot.Wait()
	if n := len(w.of("views.open")); n != 1 {
		t.Errorf("%d views were opened", n)
	}
}

func TestAnExistingAppIsAskedForWithTheForm(t *testing.T) {
	w := newWorld(t)
	values := filled("HR Portal")
	values["Application"] = map[string]any{"Application": map[string]any{"type": "radio_buttons",
		"selected_option": map[string]any{"value": existingApp}}}
	if reply := w.submission(formView, `{"p":"vbo365"}`, "V1", values); reply != nil {
		t.Fatalf("answered %v", reply)
	}
	r, err := w.desk.Get(t.Context(), "EA-1")
	if err != nil || r.Kind != workflow.KindAdopt || r.Plan.AppName != "HR Portal" {
		t.Errorf("it is %+v, %v", r, err)
	}
}
