package bot

import (
	"os"
	"strings"
	"testing"
)

func TestTheReadmeHasARowForEveryCommand(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range verbs {
		if row := "\n| `" + Command + " " + c.usage + "` | "; !strings.Contains(string(readme), row) {
			t.Errorf("README.md has no row for %s %s", Command, c.usage)
		}
	}
}
