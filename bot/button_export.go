package bot

import (
	"context"
	"strings"
)

// What an admin gets who prefers to do it by hand: the application's JSON, and
// scripts that do exactly what the plan says. None of it is secret.

// actExport begins the action IDs of the window's buttons. The format follows.
const actExport = "export:"

// The windows that an export takes the place of.
const (
	exportCallback = "export"
	detailsView    = "details"
)

// asJSON is the format that is shown first.
const asJSON = "json"

// export opens the window, or shows another format in it, or another page.
func (b *Bot) export(ctx context.Context, i interaction, format, value string) {
	id, page := fromValue(value)
	format, _, _ = strings.Cut(format, ":")
	r, err := b.visible(ctx, i.User.ID, id, i.channel())
	if err != nil {
		b.refuse(ctx, i, err)
		return
	}
	view := exportView(b.say().in(r), r, format, page)
	if format == asEWS {
		view = ewsView(b.say().in(r), r)
	}
	view.PrivateMetadata = i.channel()
	if at := i.View.CallbackID; at == exportCallback || at == detailsView {
		b.show(ctx, i.View.ID, view)
		return
	}
	b.open(ctx, i, view)
}
