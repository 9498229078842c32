package bot

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

func TestAStepThatWaitsSaysSoOnce(t *testing.T) {
	r := &workflow.Request{Steps: []workflow.Step{
		{Name: workflow.StepRemoveCredentials, Status: workflow.StepWaiting, Note: "waiting for Entra"},
		{Name: workflow.StepConsent, Status: workflow.StepDone, Note: "2 application, 1 delegated"},
	}}
	b, err := json.Marshal(stepBlocks(r))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(b); strings.Count(text, "waiting for Entra") != 1 || !strings.Contains(text, "2 application, 1 delegated") {
		t.Errorf("the steps are %s", text)
	}
}
