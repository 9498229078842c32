package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Source: services.md, section 9: Veeam can make the Restore Portal's certificate itself later.
func TestTheUpdateOfAnAppWithoutACredentialAsksForItsFirstCertificate(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "portal", "restores", inState(workflow.StateDone))
	for kind, asks := range map[plan.CredentialKind]bool{plan.CredentialNone: true, plan.CredentialCertificate: false} {
		r.Product, r.Plan.Credential = "vb365-restore-portal", plan.Credential{Kind: kind}
		b, _ := json.Marshal(w.bot.say().lifeForm(workflow.KindUpdate, r, pack.Choice{}))
		for _, m := range slacktest.ValidateView(b, false) {
			t.Error(m)
		}
		if got := strings.Contains(string(b), "its first certificate now") &&
			strings.Contains(string(b), `"`+string(form.FieldCertificateFile)+`"`); got != asks {
			t.Errorf("with %s it asks: %v", kind, got)
		}
	}
}
