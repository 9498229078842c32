package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// adoptionBlocks say what an adoption means for the app: what it may get at most,
// as long as nobody has looked at it, and then exactly what it gets and keeps.
func adoptionBlocks(r *workflow.Request) []slack.Block {
	d, known := r.Difference()
	if !known {
		return []slack.Block{block(line(bold("An app that was not made here. "),
			"After the sign-in the bot looks at it, checks that the requester is one of its owners, and adds what it lacks of the "+
				"following. Nothing is removed from it or overwritten."))}
	}
	var blocks []slack.Block
	for _, part := range []struct {
		title   string
		changes []workflow.Change
	}{
		{"Added to the app", d.Added},
		{"It had this already", d.There},
		{"Stays as it is, beside that", d.Stays},
	} {
		g := &growing{title: part.title}
		for _, c := range part.changes {
			g.lines = append(g.lines, line(bold(c.What+": "), clip(c.Name, 600)))
		}
		if g.lines != nil {
			blocks = append(blocks, g)
		}
	}
	return blocks
}
