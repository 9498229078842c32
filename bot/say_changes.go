package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// leftBlocks show what goes in Azure when an app is retired or recreated, beside what
// the plan names.
func leftBlocks(r *workflow.Request) []slack.Block {
	return changeList("What else is removed in Azure", " (an update that was given up may have left it)", r.GoesInAzure())
}

// changeList names what is added and removed.
func changeList(title, words string, changes []plan.Change) []slack.Block {
	if len(changes) == 0 {
		return nil
	}
	g := &growing{title: title, words: words}
	for _, c := range changes {
		word := "removed: "
		if c.Added {
			word = "added: "
		}
		g.lines = append(g.lines, line(bold(word), c.What, " ", clip(c.Name, 600)))
	}
	return []slack.Block{g}
}
