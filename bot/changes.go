package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// Lists that can be longer than a card has room for.

// changesBlocks show what an update adds and takes away: all of it, or as much as
// one block of a card has room for.
func changesBlocks(r *workflow.Request, whole bool) []slack.Block {
	return changeList("What changes", " (all that the app will have follows)", r.Changes(), whole)
}

// leftBlocks show what goes in Azure when an app is retired or recreated, beside what
// the plan names.
func leftBlocks(r *workflow.Request, whole bool) []slack.Block {
	return changeList("What else goes in Azure", " (an update that was given up may have left it)", r.GoesInAzure(), whole)
}

// changeList names what is added and taken away.
func changeList(title, words string, changes []workflow.Change, whole bool) []slack.Block {
	var lines []*slack.RichTextSection
	for _, c := range changes {
		word := "removed: "
		if c.Added {
			word = "added: "
		}
		lines = append(lines, line(bold(word), c.What, " ", clip(c.Name, 600)))
	}
	blocks, rest := lists(title, words, lines, whole)
	if rest > 0 {
		blocks = append(blocks, note(fmt.Sprintf("and %d more in Details.", rest)))
	}
	return blocks
}

// actionBlocks list what the plan's custom roles in Azure allow, each action.
func actionBlocks(p workflow.Plan) []slack.Block {
	var blocks []slack.Block
	for _, r := range p.AzureRoles {
		for _, of := range []struct {
			kind    string
			actions []string
		}{{"action", r.Actions}, {"data action", r.DataActions}} {
			var lines []*slack.RichTextSection
			for _, a := range of.actions {
				lines = append(lines, line(code(a)))
			}
			more, _ := lists(r.Name+": its "+workflow.Count(len(of.actions), of.kind)+" in Azure", "", lines, true)
			blocks = append(blocks, more...)
		}
	}
	return blocks
}
