package bot

import (
	"context"

	"github.com/entra-app/entra-app/workflow"
)

// ShowLink shows a person how far it is with their link. See [workflow.Messenger].
func (b *Bot) ShowLink(ctx context.Context, l workflow.Linking) (channel, ts string, err error) {
	text, blocks := linkMessage(l)
	return b.inDM(ctx, l.To, l.Channel, l.TS, messageOptions(text, blocks))
}
