package bot

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// mostChanges is how many lines of one kind a card shows of what an adoption
// means. A list has room for about three thousand characters.
const mostChanges = 20

// adoptionBlocks say what an adoption means for the app: what it may get at most,
// as long as nobody has looked at it, and then exactly what it gets and keeps.
func adoptionBlocks(r *workflow.Request) []slack.Block {
	d, known := r.Difference()
	if !known {
		return []slack.Block{block(line(bold("An app that was not made here. "),
			"After the sign-in the bot looks at it, sees that the requester is one of its owners, and adds what it lacks of the following. Nothing is taken away from it or written over."))}
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
		var lines []*slack.RichTextSection
		for _, c := range part.changes[:min(len(part.changes), mostChanges)] {
			lines = append(lines, line(bold(c.What+": "), clip(c.Name, 200)))
		}
		if more := len(part.changes) - mostChanges; more > 0 {
			lines = append(lines, line(fmt.Sprintf("and %d more", more)))
		}
		if lines != nil {
			blocks = append(blocks, block(line(bold(part.title)), list(lines...)))
		}
	}
	return blocks
}
