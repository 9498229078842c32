package bot

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestWhatAnUndoLeavesIsSaid(t *testing.T) {
	exchange := plan.Plan{Permissions: []plan.Permission{{Resource: "Microsoft Graph", ResourceAppID: catalog.MicrosoftGraph},
		{Resource: "Office 365 Exchange Online", ResourceAppID: "00000002-0000-0ff1-ce00-000000000000"}}}
	owner := []workflow.Step{{Name: workflow.StepUnassign, Note: "1 on 2 subscriptions; stays: nothing, as far as this text is believed"},
		{Name: workflow.StepUndoAdoption, Stays: []string{"Tom, who is its only owner now"}}}
	for _, c := range []struct {
		name string
		r    workflow.Request
		says string
		not  string
	}{
		{"all of an adoption", workflow.Request{Kind: workflow.KindAdopt, Steps: owner[:1]}, "The app has what it had before.",
			"stays"},
		{"most of an adoption", workflow.Request{Kind: workflow.KindAdopt, Steps: owner},
			"except for what stays: Tom, who is its only owner now.", "had before"},
		{"a new app", workflow.Request{Kind: workflow.KindRegister}, "What was made was deleted again.", "stays"},
		{"a new app for Exchange", workflow.Request{Kind: workflow.KindRegister, Plan: exchange},
			"If the tenant had no service principal of Office 365 Exchange Online before, the one that was made stays", "Graph"},
		{"an adoption for Exchange", workflow.Request{Kind: workflow.KindAdopt, Plan: exchange},
			"If the tenant had no service principal of Office 365 Exchange Online before, the one that was made stays", "Graph"},
	} {
		c.r.State = workflow.StateUndone
		if got := outcomeText(&c.r); !strings.Contains(got, c.says) || strings.Contains(got, c.not) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestWhatRunsIsSaidInItsOwnWords(t *testing.T) {
	for _, c := range []struct {
		kind workflow.Kind
		task workflow.Task
		want string
	}{
		{workflow.KindRegister, workflow.TaskProvision, "The bot is making it."},
		{workflow.KindRegister, workflow.TaskUndo, "The bot has begun to delete the app payroll."},
		{workflow.KindUpdate, workflow.TaskProvision, "The bot has begun to update the app payroll."},
		{workflow.KindRetire, workflow.TaskProvision, "The bot has begun to delete the app payroll."},
		{workflow.KindRenew, workflow.TaskProvision, "The bot has begun to renew the credential of payroll."},
		{workflow.KindRenew, workflow.TaskRemoveOld, "The bot has begun to remove the old credential of payroll."},
		{workflow.KindAdopt, workflow.TaskUndo, "The bot has begun to remove what was added to payroll."},
	} {
		r := &workflow.Request{Kind: c.kind, Task: c.task, State: workflow.StateProvisioning, Plan: plan.Plan{AppName: "payroll"}}
		if got := outcomeText(r); got != c.want {
			t.Errorf("a %s, to %s: %s", c.kind, c.task, got)
		}
	}
}
