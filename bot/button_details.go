package bot

import (
	"context"
)

// details shows the whole plan, with every word of every permission, every action of a
// custom role, and the whole history: in as many pages as it takes.
func (b *Bot) details(ctx context.Context, i interaction, id string, page int) {
	r, err := b.visible(ctx, i.User.ID, id, i.channel())
	if err != nil {
		b.refuse(ctx, i, err)
		return
	}
	view := b.say().details(r, page)
	view.PrivateMetadata = i.channel()
	if i.View.CallbackID == detailsView {
		b.show(ctx, i.View.ID, view)
		return
	}
	b.open(ctx, i, view)
}
