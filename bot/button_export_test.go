package bot

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Details offers the export to whoever decides, and gives it its window.
func TestTheExportTakesThePlaceOfDetails(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "nightly", nil)
	w.press("UADA", actDetails, buttonValue(r))
	if opened := w.of("views.open"); len(opened) != 1 || !strings.Contains(opened[0].Encode(), "Export+manifest") {
		t.Fatalf("Details is %v", opened)
	}
	payload, _ := json.Marshal(map[string]any{
		"type": "block_actions", "user": map[string]string{"id": "UADA", "team_id": "T1"}, "trigger_id": "1.2.3",
		"view":    map[string]string{"id": "V1", "callback_id": detailsView},
		"actions": []any{map[string]string{"type": "button", "action_id": actExport + asJSON, "value": r.ID}},
	})
	w.bot.Dispatch(context.Background(), Envelope{InteractionKind, payload})
	w.bot.Wait()
	if shown := w.of("views.update"); len(shown) != 1 || !strings.Contains(shown[0].Encode(), "requiredResourceAccess") ||
		len(w.of("views.open")) != 1 {
		t.Errorf("shown %v", shown)
	}
}

func TestAnExportThatIsLongComesInPages(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", func(r *workflow.Request) {
		r.Plan = enormous()
		r.Plan.Credential = plan.Credential{Kind: plan.CredentialCertificate,
			Certificate: certificate.Certificate{DER: make([]byte, 90000)}}
		for len(r.Plan.RedirectURIs) < 800 {
			r.Plan.RedirectURIs = append(r.Plan.RedirectURIs, r.Plan.SPARedirectURIs...)
		}
		r.Plan.RedirectURIs = append(r.Plan.RedirectURIs, "https://last.example")
	})
	w.press("UADA", actExport+asJSON, r.ID)
	all, count := "", 0
	for page := viewOf(t, w.of("views.open")[0]); page != ""; page = w.turned(t, page, exportCallback) {
		for _, m := range slacktest.ValidateView([]byte(page), false) {
			t.Errorf("a page: %s", m)
		}
		if len(page) > 250<<10 {
			t.Errorf("a page has %d bytes", len(page))
		}
		all, count = all+page, count+1
	}
	if count < 2 || !strings.Contains(all, "https://last.example") || !utf8.ValidString(all) {
		t.Errorf("%d pages, the last URI is there: %v", count, strings.Contains(all, "https://last.example"))
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
