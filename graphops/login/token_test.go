package login

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"

func TestTheRolesInATokenAreRead(t *testing.T) {
	with := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".x"
	}
	for token, want := range map[string]int{ // -1: not known
		with(`{"wids":["b79fbf4d-3ef9-4689-8143-76b194e85509"]}`):                                        0,
		with(`{"wids":["62e90394-69f5-4237-9190-012177145e10","B79FBF4D-3EF9-4689-8143-76B194E85509"]}`): 1,
		with(`{"wids":[]}`): 0, with(`{"wids":"none"}`): -1, with(`{}`): -1, "opaque": -1, "a.%.b": -1,
	} {
		got, known := rolesIn(token)
		if known != (want >= 0) || known && len(got) != want {
			t.Errorf("%s: %q, known %v", token, got, known)
		}
	}
}

func TestRolesOfATokenAreTheSameInAnyCase(t *testing.T) {
	token := "x." + base64.RawURLEncoding.EncodeToString([]byte(`{"wids":["`+strings.ToUpper(everyMember)+`","`+
		strings.ToUpper(globalAdministrator)+`"]}`)) + ".x"
	if got, _ := rolesIn(token); !slices.Equal(got, []string{globalAdministrator}) {
		t.Errorf("got %q", got)
	}
}
