package graphops

import (
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// services.md, section 1: a service principal that the bot has just added is as young as the
// app that it was added for, in the next session as well.
func TestAServiceThatIsNotSeenIsMissingOnlyWhereNothingIsYoung(t *testing.T) {
	for name, c := range map[string]struct {
		changed time.Duration // ago
		waits   bool
	}{
		"a minute ago":    {time.Minute, true},
		"half an hour":    {30 * time.Minute, false},
		"nothing changed": {0, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := w.session("ada", all...)
			objectID, appID, sp := w.made(first, app("mail", fullAccess))
			if err := first.EnsureConsent(t.Context(), sp, []plan.Permission{fullAccess}); w.saw(err) != nil {
				t.Fatal(err)
			}
			w.t.RemoveResource(catalog.ExchangeOnline) // as a replica that is behind has it
			ask := workflow.Ask{Resources: all}
			if c.changed > 0 {
				ask.Born, ask.Changed = w.now().Add(-c.changed), w.now().Add(-c.changed)
			}
			s := w.asking("ada", ask)
			plan := plan.Plan{Permissions: []plan.Permission{fullAccess}}
			made := workflow.Made{ObjectID: objectID, AppID: appID, ServicePrincipal: sp}
			_, err := inspected(s, t.Context(), made, plan)
			if got := isTemporary(err); got != c.waits || err != nil && !got {
				t.Errorf("reading what the app has: %v", err)
			}
			if err := s.RemoveConsent(t.Context(), sp, plan); isTemporary(err) != c.waits || err != nil && !c.waits {
				t.Errorf("withdrawing it: %v", err)
			}
		})
	}
}
