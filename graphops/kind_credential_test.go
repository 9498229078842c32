package graphops

import (
	"maps"
	"slices"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

func TestEachKindOfCredentialIsKeptSomewhere(t *testing.T) {
	want := slices.DeleteFunc(plan.CredentialKinds(), func(k plan.CredentialKind) bool { return k == plan.CredentialNone })
	if got := slices.Sorted(maps.Keys(keptCredentials)); !slices.Equal(got, want) {
		t.Errorf("the rows are %q, want %q", got, want)
	}
}
