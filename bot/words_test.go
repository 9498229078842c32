package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

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

func TestAStepThatWaitsSaysSoOnce(t *testing.T) {
	r := &workflow.Request{Steps: []workflow.Step{
		{Name: workflow.StepRemoveCredentials, Status: workflow.StepWaiting, Note: "waiting for Entra"},
		{Name: workflow.StepConsent, Status: workflow.StepDone, Note: "2 application, 1 delegated"},
	}}
	b, err := json.Marshal(stepBlock(r))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(b); strings.Count(text, "waiting for Entra") != 1 || !strings.Contains(text, "2 application, 1 delegated") {
		t.Errorf("the steps are %s", text)
	}
}
