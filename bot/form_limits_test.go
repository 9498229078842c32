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
)

// manyOf is an app that was adopted with more of everything than fits into fields.
func (w *world) manyOf(t *testing.T, uris, permissions int) *workflow.Request {
	return w.request(t, fmt.Sprintf("payroll %d %d", uris, permissions), "backup", func(r *workflow.Request) {
		r.State, r.Product = workflow.StateDone, "custom"
		r.Plan.RedirectURIs, r.Plan.SPARedirectURIs, r.Plan.Permissions = nil, []string{"https://spa.contoso.com"}, nil
		for i := range uris {
			r.Plan.RedirectURIs = append(r.Plan.RedirectURIs, fmt.Sprintf("https://number%d.contoso.com/%s", i, strings.Repeat("a", 90)))
		}
		for _, p := range catalog.All()[:permissions] {
			known, _ := plan.Known(p.ResourceAppID, p.Type, p.Name)
			r.Plan.Permissions = append(r.Plan.Permissions, known)
		}
	})
}

func TestTheFormOfAnAppThatHasMuchLeavesOutWhatSlackHasNoRoomFor(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		uris, permissions int
		says              string
	}{
		{20, 71, ""},
		{40, 71, "The app has 40 redirect URIs of the platform web: more than fit into a Slack field. They stay as they are."},
		{250, 71, "The app has 250 redirect URIs of the platform web: "},
		{20, 130, "The app has 130 permissions: more than fit"},
	} {
		r := w.manyOf(t, c.uris, c.permissions)
		v, _ := json.Marshal(w.bot.say().lifeForm(workflow.KindUpdate, r, asItIs(r)))
		for _, m := range slacktest.ValidateView(v, false) {
			t.Errorf("%d and %d: %s", c.uris, c.permissions, m)
		}
		text := string(v)
		if !strings.Contains(text, c.says) || c.says == "" && strings.Contains(text, "The app has ") {
			t.Errorf("%d and %d: %s", c.uris, c.permissions, text)
		}
		if asks := strings.Contains(text, `"action_id":"Redirect URIs"`); asks != (c.uris == 20) {
			t.Errorf("%d URIs: there is a field for them: %v", c.uris, asks)
		}
		if asks := strings.Contains(text, `"action_id":"Permissions"`); asks != (c.permissions == 71) {
			t.Errorf("%d permissions: there is a field for them: %v", c.permissions, asks)
		}
		if !strings.Contains(text, `"initial_value":"https://spa.contoso.com"`) {
			t.Errorf("the other platform is not asked about: %s", text)
		}
	}
}

func TestScopesThatDoNotFitIntoTheirFieldStay(t *testing.T) {
	var scopes []plan.Scope
	for i := range 30 {
		scopes = append(scopes, plan.Scope{Name: fmt.Sprint("scope", i), Title: strings.Repeat("t", 100)})
	}
	for n, says := range map[int]string{3: `"initial_value":"scope0`, 30: "30 exposed scopes"} {
		if b, _ := json.Marshal(scopesInput(scopes[:n])); !strings.Contains(string(b), says) {
			t.Errorf("%d scopes: %s", n, b)
		}
	}
}
