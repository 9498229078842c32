package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
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
		for i := range workflow.RedirectsMax {
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
	if n := strings.Count(whole, `"added: "`) + strings.Count(whole, `"removed: "`); n != 2*workflow.RedirectsMax ||
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
