package manifest

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
