package bot

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// details shows the whole plan, with every word of every permission, every action of a
// custom role, and the whole history: in as many pages as it takes.
func (b *Bot) details(ctx context.Context, i interaction, id string, page int) {
	by, err := b.presser(ctx, i)
	if err == nil {
		err = outsider(by)
	}
	var r *workflow.Request
	if err == nil {
		r, err = b.desk.Get(ctx, id)
	}
	if err != nil {
		b.refuse(ctx, i, about(id, err))
		return
	}
	blocks := append([]slack.Block{block(line(bold("State: "), r.State.Title(), ", ", waitsFor(r)))},
		b.planBlocks(r, workflow.PermissionsMax+1)...)
	if steps := stepBlock(r); steps != nil {
		blocks = append(blocks, steps)
	}
	blocks = append(blocks, actionBlocks(r.Plan)...)
	blocks = append(blocks, historyBlocks(r, len(r.History))...)
	blocks, buttons := pageOf(blocks, page, actDetailsPage, r.ID)
	buttons = append(buttons, button(actExport+asJSON, "Export manifest", r.ID, "Export the manifest of "+r.ID))
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: detailsView, Title: plain(clip(r.ID+" in detail", 24)), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: append(blocks, slack.NewActionBlock("", buttons...))},
	}
	if i.View.CallbackID == detailsView {
		b.show(ctx, i.View.ID, view)
		return
	}
	b.open(ctx, i, view)
}
