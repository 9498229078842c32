package bot

import (
	"context"

	"github.com/entra-app/entra-app/workflow"
)

// Tell shows a check of a connection to the person who asked for it. See
// [workflow.Messenger].
func (b *Bot) Tell(ctx context.Context, c workflow.Checking) (channel, ts string, err error) {
	content := messageOptions(checkMessage(c))
	if c.TS != "" {
		_, _, _, err = b.api.UpdateMessageContext(ctx, c.Channel, c.TS, content...)
		if err == nil {
			return c.Channel, c.TS, nil
		}
		if !gone(err) {
			return "", "", slackError(err)
		}
	}
	if reads, err := b.reads(ctx, c.To.ID); err == nil && !reads {
		return "", "", &workflow.ServiceError{Code: "user_disabled", Text: c.To.Name + " has left, and is sent nothing."}
	}
	if channel, err = b.dm(ctx, c.To.ID); err != nil {
		return "", "", slackError(err)
	}
	channel, ts, err = b.api.PostMessageContext(ctx, channel, content...)
	if err != nil {
		return "", "", slackError(err)
	}
	return channel, ts, nil
}
