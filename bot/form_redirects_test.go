package bot

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

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
