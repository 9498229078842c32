package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
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
