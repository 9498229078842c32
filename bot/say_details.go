package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// details is the window with the whole plan: every word of every permission, every action
// of a custom role, and the whole history, in as many pages as it takes.
func (s say) details(r *workflow.Request, page int) slack.ModalViewRequest {
	blocks := append([]slack.Block{block(line(bold("State: "), r.State.Title(), ", ", waitsFor(r)))},
		s.planBlocks(r, inDetails)...)
	blocks = append(blocks, stepBlocks(r)...)
	blocks = append(blocks, actionBlocks(r.Plan)...)
	blocks = append(blocks, historyBlocks(r, len(r.History))...)
	blocks, buttons := pageOf(blocks, page, actDetailsPage, r.ID)
	buttons = append(buttons, button(actExport+asJSON, "Export manifest", r.ID, "Export the manifest of "+r.ID))
	return window(detailsView, r.ID+" in detail", append(blocks, slack.NewActionBlock("", buttons...))...)
}
