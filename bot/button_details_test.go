package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

// within checks that every block is one that Slack shows whole.
func within(t *testing.T, what string, blocks []byte) {
	t.Helper()
	var each []json.RawMessage
	if err := json.Unmarshal(blocks, &each); err != nil {
		t.Fatal(err)
	}
	for _, b := range each {
		if n := shown(b); n > 3000 {
			t.Errorf("%s: a block has %d characters", what, n)
		}
	}
}

func TestAnUpdateOfEverythingFitsOnItsCardAndIsWholeInDetails(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", func(r *workflow.Request) {
		r.Kind = workflow.KindUpdate
		r.Previous = r.Plan
		r.Previous.RedirectURIs, r.Plan.RedirectURIs = nil, nil
		for i := range form.RedirectsMax {
			r.Previous.RedirectURIs = append(r.Previous.RedirectURIs,
				fmt.Sprintf("https://old%d.contoso.com/%s", i, strings.Repeat("a", 200)))
			r.Plan.SPARedirectURIs = append(r.Plan.SPARedirectURIs,
				fmt.Sprintf("https://new%d.contoso.com/%s", i, strings.Repeat("ü", 200)))
		}
	})
	_, blocks := w.bot.card(r)
	got, _ := json.Marshal(blocks)
	for _, m := range slacktest.ValidateMessage(got) {
		t.Error(m)
	}
	within(t, "the card", got)
	if !strings.Contains(string(got), "more, see Details") {
		t.Errorf("that there are more is not said: %s", got)
	}
	whole := w.detailsOf(t, r)
	if n := strings.Count(whole, `"added: "`) + strings.Count(whole, `"removed: "`); n != 2*form.RedirectsMax ||
		strings.Contains(whole, "see Details") {
		t.Errorf("Details has %d changes", n)
	}
}

func TestDetailsNamesEveryActionOfACustomRole(t *testing.T) {
	for _, n := range []int{1, 300, 6000} {
		w := newWorld(t)
		r := w.request(t, "payroll", "backup", func(r *workflow.Request) {
			role := plan.AzureRole{Name: "Backup", Why: "backs up", DataActions: []string{"Microsoft.Storage/data/read"}}
			for i := range n {
				role.Actions = append(role.Actions, fmt.Sprintf("Microsoft.Compute/virtualMachines/number%d/read", i))
			}
			r.Plan.AzureRoles = []plan.AzureRole{role, {ID: "built-in", Name: "Contributor"}}
		})
		_, card := w.bot.card(r)
		got, _ := json.Marshal(card)
		if strings.Contains(string(got), "virtualMachines/number0/") || !strings.Contains(string(got), "Details names each action") {
			t.Errorf("of %d actions the card says %s", n, got)
		}
		text := w.detailsOf(t, r)
		if named := strings.Count(text, "virtualMachines/number"); named != n || !strings.Contains(text, "Microsoft.Storage/data/read") {
			t.Errorf("of %d actions Details names %d", n, named)
		}
	}
}

// Details has all of a list that the card has no room for.
func TestDetailsHasAllThatIsLeftInAzure(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "nightly backup", func(r *workflow.Request) {
		r.Kind = workflow.KindRetire
		for i := range 60 {
			r.Residue.Azure = append(r.Residue.Azure,
				workflow.AzureShare{Subscriptions: []string{fmt.Sprintf("%08d-2222-2222-2222-222222222222", i)},
					Roles: []plan.AzureRole{{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c", Name: "Contributor"}}})
		}
	})
	_, card := w.bot.card(r)
	if text := asText(t, card); !strings.Contains(text, "more, see Details") || strings.Contains(text, "00000059-2222") {
		t.Errorf("the card has %s", text)
	}
	if text := asText(t, w.bot.say().planBlocks(r, inDetails)); !strings.Contains(text, "00000059-2222") {
		t.Errorf("Details has %s", text)
	}
}

func TestDetailsHasAllThatACardHasNoRoomFor(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", func(r *workflow.Request) { r.Plan = enormous() })
	for i := range 200 {
		r.History = append(r.History, workflow.Event{At: r.Created, Kind: workflow.EventNewCode, Text: fmt.Sprintf("event number %d.", i)})
	}
	all := w.detailsOf(t, r)
	for _, p := range r.Plan.Permissions {
		if words, _ := json.Marshal(p.Words); !strings.Contains(all, p.Name) || !strings.Contains(all, strings.Trim(string(words), `"`)) {
			t.Errorf("Details lacks %s", p.Name)
		}
	}
	for i := range form.RedirectsMax {
		if n := strings.Count(all, fmt.Sprintf("https://host%d.contoso.com/", i)); n != 3 {
			t.Errorf("Details has the URI %d %d times", i, n)
		}
		if !strings.Contains(all, fmt.Sprintf("scope%d:", i)) {
			t.Errorf("Details lacks the scope %d", i)
		}
	}
	for i := range 10 {
		if n := strings.Count(all, fmt.Sprintf("Microsoft.Role%d/things/", i)); n != 300 {
			t.Errorf("Details has %d actions of the role %d", n, i)
		}
	}
	for i := range 200 {
		if !strings.Contains(all, fmt.Sprintf("event number %d.", i)) {
			t.Errorf("Details lacks the event %d", i)
		}
	}
	if strings.Contains(all, "see Details") {
		t.Error("Details refers to Details")
	}
}
