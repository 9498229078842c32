package bot

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// services.md, section 1: a first sign-in with a good credential may fail for minutes.
func TestWhoeverHasANewCredentialOfTheirOwnIsToldOfTheFirstSignIn(t *testing.T) {
	for _, kind := range []plan.CredentialKind{plan.CredentialCertificate, plan.CredentialFederated} {
		w := newWorld(t)
		r := w.request(t, "payroll", "backup", inState(workflow.StateDone))
		r.Handover = workflow.Handover{}
		r.Plan.Credential.Kind = kind
		_, blocks := w.bot.say().outcome(r)
		if text := asText(t, blocks); !strings.Contains(text, firstSignIn) {
			t.Errorf("%s: %s", kind, text)
		}
		r.Kind, r.Previous = workflow.KindUpdate, r.Plan
		if _, blocks = w.bot.say().outcome(r); strings.Contains(asText(t, blocks), firstSignIn) {
			t.Errorf("%s: an update has no new credential", kind)
		}
	}
}
