package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
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

func TestAFieldThatIsNotInTheFormIsNotAnEmptyOne(t *testing.T) {
	if d := (state{}).draft(); d.RedirectURIs != nil || d.Scopes != nil || d.Permissions != nil {
		t.Errorf("of no field: %v, %v, %v", d.RedirectURIs, d.Scopes, d.Permissions)
	}
	s := state{}
	for _, f := range []form.Field{form.FieldRedirectURIs, form.FieldScopes, form.FieldPermissions} {
		s[string(f)] = map[string]input{string(f): {}}
	}
	if d := s.draft(); d.RedirectURIs == nil || d.Scopes == nil || d.Permissions == nil {
		t.Errorf("of empty fields: %v, %v, %v", d.RedirectURIs, d.Scopes, d.Permissions)
	}
}

func TestTheFieldForRedirectURIsIsMarkedWhereOneIsRequired(t *testing.T) {
	w := newWorld(t)
	optional := func(p pack.Product, existing bool) bool {
		for _, b := range templateInputs(p, meta{Existing: existing}) {
			if in, ok := b.(*slack.InputBlock); ok && strings.HasPrefix(in.BlockID, string(form.FieldRedirectURIs)) {
				if again := strings.Contains(in.Hint.Text, "even if the app has it already"); again != (existing && p.RedirectRequired) {
					t.Errorf("%s, existing %v: the hint is %s", p.Name, existing, in.Hint.Text)
				}
				return in.Optional
			}
		}
		t.Fatalf("%s has no such field", p.Name)
		return false
	}
	for name, required := range map[string]bool{"vb365-restore-portal": true, "vbo365": false} {
		p, _ := w.desk.Product(name)
		if optional(p, false) == required || optional(p, true) == required {
			t.Errorf("%s: the field may be left empty: %v", name, !required)
		}
		for _, had := range []int{0, 1} {
			has := plan.Plan{RedirectURIs: []string{"https://a.example"}[:had], SPARedirectURIs: []string{"https://b.example"}[:had]}
			for _, b := range redirectInputs(p, has) {
				if in := b.(*slack.InputBlock); in.BlockID == string(form.FieldRedirectURIs) && in.Optional == (required && had > 0) {
					t.Errorf("an update of %s that has %d: the field may be left empty: %v", name, had, in.Optional)
				}
			}
		}
	}
}
