package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What a given-up update may have left in Azure goes with an app, or comes back with it
// and goes then. Whoever approves that sees it, with a title of its own; what is in the
// plan is not said twice.
func TestACardOfAnEndShowsWhatIsLeftInAzure(t *testing.T) {
	const planned, other = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
	contributor := plan.AzureRole{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c", Name: "Contributor", Why: "restores"}
	backup := plan.AzureRole{Name: nasty, Why: "backs up", Actions: []string{"Microsoft.Compute/disks/read"}}
	for kind, name := range map[workflow.Kind]string{workflow.KindRetire: "retire-left-card.json",
		workflow.KindRecreate: "recreate-left-card.json"} {
		for _, s := range []workflow.State{workflow.StatePending, workflow.StateFailed} {
			w := newWorld(t)
			r := w.request(t, "payroll", "nightly backup", func(r *workflow.Request) {
				r.Kind, r.Target = kind, workflow.Target{Request: "EA-1", UniqueName: "entra-app-" + r.ID}
				r.Plan.AzureRoles, r.Plan.Subscriptions = []plan.AzureRole{contributor}, []string{planned}
				r.Residue.Azure = []workflow.AzureShare{{Subscriptions: []string{planned, other},
					Roles: []plan.AzureRole{contributor}}, {Subscriptions: []string{other}, Roles: []plan.AzureRole{backup}}}
				inState(s)(r)
			})
			r.ID = "EA-7"
			_, blocks := w.bot.card(r)
			got, _ := json.MarshalIndent(blocks, "", "  ")
			for _, m := range slacktest.ValidateMessage(got) {
				t.Errorf("%s %s: %s", kind, s, m)
			}
			for want, times := range map[string]int{"What else is removed in Azure": 1, "removed: ": 2, "Contributor on " + other: 1,
				"Contributor on " + planned: 0, " (custom) on " + other: 1} {
				if n := strings.Count(string(got), want); n != times {
					t.Errorf("%s %s: the card says %q %d times, want %d: %s", kind, s, want, n, times, got)
				}
			}
			if s == workflow.StatePending {
				golden(t, name, got)
			}
			r.Residue.Azure = nil
			if _, blocks = w.bot.card(r); strings.Contains(asText(t, blocks), "goes in Azure") {
				t.Errorf("%s %s: nothing was left: %s", kind, s, asText(t, blocks))
			}
		}
	}
}
