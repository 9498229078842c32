package bot

import (
	"maps"
	"slices"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

func TestEachKindOfCredentialHasARow(t *testing.T) {
	if got, want := slices.Sorted(maps.Keys(credentialKinds)), plan.CredentialKinds(); !slices.Equal(got, want) {
		t.Errorf("the rows are %q, want %q", got, want)
	}
}

func TestAFormThatIsNotThisBotsIsClosed(t *testing.T) {
	w := newWorld(t)
	for _, metadata := range []string{"", "{}", `{"k":"register","r":"EA-1"}`, `{"k":"adopt"}`, `{"k":"sell"}`, "null", "["} {
		i := interaction{}
		i.View.PrivateMetadata = metadata
		if reply := w.bot.submitLife(t.Context(), i); reply != nil {
			t.Errorf("%q is answered with %+v", metadata, reply)
		}
		w.bot.rebuildLife(t.Context(), i)
	}
}
