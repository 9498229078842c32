package bot

import (
	"context"

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
	view := b.say().details(r, page)
	if i.View.CallbackID == detailsView {
		b.show(ctx, i.View.ID, view)
		return
	}
	b.open(ctx, i, view)
}
