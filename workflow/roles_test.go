package workflow_test

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestTheRolesOfASignInAreForWhatItDoes(t *testing.T) {
	ours := workflow.Target{Request: "EA-1"}
	for _, c := range []struct {
		kind   workflow.Kind
		task   workflow.Task
		target workflow.Target
		want   []string
	}{
		{workflow.KindRegister, workflow.TaskProvision, workflow.Target{}, []string{"(to register applications)",
			"(to consent to Microsoft Graph application permissions)"}},
		{workflow.KindRegister, workflow.TaskUndo, workflow.Target{}, []string{"(to change applications)"}},
		{workflow.KindRecreate, workflow.TaskProvision, ours, []string{"(to register applications)"}},
		{workflow.KindUpdate, workflow.TaskProvision, ours, []string{"(to change applications)",
			"(to consent to Microsoft Graph application permissions)"}},
		{workflow.KindRetire, workflow.TaskProvision, ours, []string{"(to change applications)",
			"(to revoke consent to Microsoft Graph application permissions)"}},
		{workflow.KindRenew, workflow.TaskRemoveOld, ours, []string{"(to change applications)"}},
		{workflow.KindAdopt, workflow.TaskProvision, workflow.Target{}, []string{"(to change applications)"}},
	} {
		r := &workflow.Request{Kind: c.kind, Task: c.task, Target: c.target,
			Plan: plan.Plan{Permissions: []plan.Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application,
				Name: "Mail.Send"}}}}
		words := r.RolesWords()
		for _, want := range c.want {
			if !strings.Contains(words, want) {
				t.Errorf("a %s, to %s: %s", c.kind, c.task, words)
			}
		}
	}
}

func TestTheSameRolesAreNamedOnce(t *testing.T) {
	r := &workflow.Request{Kind: workflow.KindRegister, Task: workflow.TaskProvision, Plan: plan.Plan{
		Permissions:    []plan.Permission{{ResourceAppID: catalog.MicrosoftGraph, Type: catalog.Application, Name: "Mail.Send"}},
		DirectoryRoles: []plan.DirectoryRole{{Name: "Global Reader"}},
	}}
	const want = "Application Administrator, Cloud Application Administrator or Global Administrator (to register applications), " +
		"and Privileged Role Administrator or Global Administrator (to consent to Microsoft Graph application permissions, and to give " +
		"the app a directory role)"
	if got := r.RolesWords(); got != want {
		t.Errorf("%s", got)
	}
}
