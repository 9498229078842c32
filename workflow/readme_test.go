package workflow_test

import (
	"os"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

func TestTheReadmeHasARowForEveryStateAndKind(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, states, _ := strings.Cut(string(readme), "\n## States\n")
	for _, s := range workflow.States {
		_, after, ok := strings.Cut(states, "\n| "+string(s)+" | ")
		if !ok {
			t.Fatalf("README.md has no row for the state %s, or not in the order of workflow.States", s)
		}
		states = "\n" + after
	}
	for _, k := range []workflow.Kind{workflow.KindRegister, workflow.KindRenew, workflow.KindUpdate, workflow.KindAdopt,
		workflow.KindRetire, workflow.KindRecreate} {
		if !strings.Contains(string(readme), "\n| ["+string(k)+"](") {
			t.Errorf("README.md has no row for the kind %s", k)
		}
	}
}
