package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
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

// The card of an app that was looked at has all of it, what was not read, and who vouches.
func TestTheCardOfALookShowsAllThatTheAppHas(t *testing.T) {
	for name, edit := range map[string]func(r *workflow.Request){
		"looked": func(*workflow.Request) {},
		"nobody": func(r *workflow.Request) { r.Look.NoOwner, r.Approvals = true, 2 },
		"huge": func(r *workflow.Request) {
			for n := range 3000 {
				r.Look.Items = append(r.Look.Items, whole.Item{Kind: whole.KindGrant, Key: fmt.Sprint(n), Name: strings.Repeat("W", 200),
					Risk: catalog.High})
			}
		},
	} {
		w := newWorld(t)
		r := w.adopted(t, workflow.StateSignIn)
		inState(workflow.StatePending)(r)
		r.Look = workflow.Look{Rev: r.Rev, Snapshot: whole.Snapshot{Digest: "d", Risk: catalog.Critical,
			Items: []whole.Item{{Kind: whole.KindCredential, Key: "c", Name: "client secret k until 1 Jan 2027", Risk: catalog.High},
				{Kind: whole.KindOwner, Key: "o", Name: "the account OBJ-EVE", Risk: catalog.Medium},
				{Kind: whole.KindRole, Key: catalog.MicrosoftGraph + "|m|", Name: "Microsoft Graph/Mail.Read", Risk: catalog.High}},
			Gaps: []whole.Gap{{Of: whole.KindGroup, What: "its groups", Why: "the bot's own client has no consent for that"}}}}
		edit(r)
		_, blocks := w.bot.card(r)
		got, _ := json.MarshalIndent(blocks, "", "  ")
		for _, m := range slacktest.ValidateMessage(got) {
			t.Errorf("%s: %s", name, m)
		}
		must := []string{"add to the existing app HR Portal", "of risk critical as a whole",
			"hand out a credential of an app that has Microsoft Graph",
			"client secret k", "OBJ-EVE", "its groups"}
		if name == "huge" {
			must = must[:3]
		} else {
			golden(t, "adopt-"+name+"-card.json", got)
		}
		for _, m := range must {
			if !strings.Contains(string(got), m) {
				t.Errorf("%s: the card lacks %q", name, m)
			}
		}
		if asks := strings.Contains(string(got), `"action_id": "vouch"`); asks != r.Look.NoOwner {
			t.Errorf("%s: it asks for words: %v", name, asks)
		}
	}
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
