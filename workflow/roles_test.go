package workflow

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
)

func TestTheRolesOfASignInAreForWhatItDoes(t *testing.T) {
	ours := Target{Request: "EA-1"}
	for _, c := range []struct {
		kind   Kind
		task   Task
		target Target
		want   []string
	}{
		{Register, Provision, Target{}, []string{"(to register applications)", "(to consent to Microsoft Graph application permissions)"}},
		{Register, Undo, Target{}, []string{"(to change applications)"}},
		{Recreate, Provision, ours, []string{"(to register applications)"}},
		{Update, Provision, ours, []string{"(to change applications)", "(to consent to Microsoft Graph application permissions)"}},
		{Retire, Provision, ours, []string{"(to change applications)", "(to revoke consent to Microsoft Graph application permissions)"}},
		{Renew, RemoveOld, ours, []string{"(to change applications)"}},
		{Adopt, Provision, Target{}, []string{"(to change applications)"}},
	} {
		r := &Request{Kind: c.kind, Task: c.task, Target: c.target,
			Plan: Plan{Permissions: []Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application, Name: "Mail.Send"}}}}
		words := r.RolesWords()
		for _, want := range c.want {
			if !strings.Contains(words, want) {
				t.Errorf("a %s, to %s: %s", c.kind, c.task, words)
			}
		}
	}
}

func TestTheSameRolesAreNamedOnce(t *testing.T) {
	r := &Request{Kind: Register, Task: Provision, Plan: Plan{
		Permissions:    []Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application, Name: "Mail.Send"}},
		DirectoryRoles: []DirectoryRole{{Name: "Global Reader"}},
	}}
	const want = "Application Administrator, Cloud Application Administrator or Global Administrator (to register applications), " +
		"and Privileged Role Administrator or Global Administrator (to consent to Microsoft Graph application permissions, and to give the app a directory role)"
	if got := r.RolesWords(); got != want {
		t.Errorf("%s", got)
	}
}
