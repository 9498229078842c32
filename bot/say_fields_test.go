package bot

import (
	"encoding/json"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// notOnACard are the fields that a card leaves out, and what it shows for them.
var notOnACard = map[string]string{
	"Owners.Name": "the person, by Slack ID", "Owners.Email": "the person, by Slack ID", "Owners.Outside": "the person, by Slack ID",
	"Owners.Confirmed": "the person, by Slack ID", "Credential.Certificate.DER": "its fingerprints",
	"Permissions.Risk": "the catalogue's tier, where that is higher",
	"Chosen":           "titles of what was chosen", "Chosen+": "titles of what was chosen", "Chosen-": "titles of what was chosen",
}

func TestEachFieldOfAPlanIsSeenOnItsCard(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", inState(workflow.StatePending))
	for _, p := range workflowtest.FullPlans() {
		was := w.whole(t, r, p)
		workflowtest.EachField(p, func(path string, q plan.Plan) {
			if shows := notOnACard[path]; w.whole(t, r, q) == was && shows == "" {
				t.Errorf("%s: the card is the same", path)
			}
		})
	}
}

// whole is all that an approver can see of a request with that plan: the card, and the details.
func (w *world) whole(t *testing.T, r *workflow.Request, p plan.Plan) string {
	t.Helper()
	r = r.Clone()
	r.Plan = p
	_, blocks := w.bot.card(r)
	b, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var last string
	for page := 0; ; page++ {
		v, err := json.Marshal(w.bot.say().details(r, page))
		if err != nil {
			t.Fatal(err)
		}
		if string(v) == last {
			return string(b)
		}
		b, last = append(b, v...), string(v)
	}
}
