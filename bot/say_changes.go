package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Lists of what a request changes.

// leftBlocks show what goes in Azure when an app is retired or recreated, beside what
// the plan names.
func leftBlocks(r *workflow.Request) []slack.Block {
	return changeList("What else goes in Azure", " (an update that was given up may have left it)", r.GoesInAzure())
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

// actionBlocks list what the plan's custom roles in Azure allow, each action.
func actionBlocks(p plan.Plan) []slack.Block {
	var blocks []slack.Block
	for _, r := range p.AzureRoles {
		for _, of := range []struct {
			kind    string
			actions []string
		}{{"action", r.Actions}, {"data action", r.DataActions}} {
			g := &growing{title: r.Name + ": its " + text.Count(len(of.actions), of.kind) + " in Azure"}
			for _, a := range of.actions {
				g.lines = append(g.lines, line(code(a)))
			}
			if g.lines != nil {
				blocks = append(blocks, g)
			}
		}
	}
	return blocks
}
