package workflow_test

import (
	"os"
	"path/filepath"
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

func TestTheMapOfFilesNamesEachOnce(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]int{}
	_, list, _ := strings.Cut(string(doc), "# Where to look")
	for line := range strings.Lines(list) {
		if row, ok := strings.CutPrefix(line, "//\t"); ok {
			named[strings.Fields(row)[0]]++
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if n := named[f]; n != 1 && f != "doc.go" && !strings.HasSuffix(f, "_test.go") {
			t.Errorf("the comment of the package names %s %d times", f, n)
		}
		delete(named, f)
	}
	for f := range named {
		t.Errorf("the comment of the package names %s, and there is none", f)
	}
}
