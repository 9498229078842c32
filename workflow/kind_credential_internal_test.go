package workflow

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

func TestEachKindOfCredentialHasARow(t *testing.T) {
	if got, want := slices.Sorted(maps.Keys(credentialKinds)), plan.CredentialKinds(); !slices.Equal(got, want) {
		t.Errorf("the rows are %q, want %q", got, want)
	}
	for k, row := range credentialKinds {
		if len(row.steps) == 0 || k.Expires() && (row.ensure == nil || row.check == nil || row.remove == nil) {
			t.Errorf("%s lacks a step, or what makes, checks or removes it", k)
		}
	}
}

// A newer version may have kept it, before an operator went back to this one.
func TestAnUnknownKindOfCredentialIsNotMadeAndIsRemoved(t *testing.T) {
	r := &Request{Plan: plan.Plan{Credential: plan.Credential{Kind: "passkey"}}, Made: Made{KeyID: "k"}}
	row := credentialOf(r)
	_, err := row.ensure(nil, t.Context(), r, nil)
	if no, ok := errors.AsType[*ServiceError](err); !ok || no.Code != "UnknownCredential" {
		t.Errorf("it is made: %v", err)
	}
	if !row.given(r) || row.remove == nil {
		t.Error("what may have been made stays")
	}
}
