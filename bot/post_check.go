package bot

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// Tell shows a check of a connection to the person who asked for it. See
// [workflow.Messenger].
func (b *Bot) Tell(ctx context.Context, c workflow.Checking) (channel, ts string, err error) {
	text, blocks := checkMessage(c)
	return b.inDM(ctx, c.To, c.Channel, c.TS, messageOptions(text, blocks))
}

// inDM makes sure that a message is in a person's DM, and returns where: it changes the one that
// is there, and sends it where there is none.
func (b *Bot) inDM(ctx context.Context, to people.Person, channel, ts string, content []slack.MsgOption) (string, string, error) {
	if ts != "" {
		_, _, _, err := b.api.UpdateMessageContext(ctx, channel, ts, content...)
		if err == nil {
			return channel, ts, nil
		}
		if !gone(err) {
			return "", "", slackError(err)
		}
	}
	if reads, err := b.reads(ctx, to.ID); err == nil && !reads {
		return "", "", &workflow.ServiceError{Code: "user_disabled", Text: firstOf(to.Name, to.ID) + " has left, and is sent nothing."}
	}
	channel, err := b.dm(ctx, to.ID)
	if err != nil {
		return "", "", slackError(err)
	}
	channel, ts, err = b.api.PostMessageContext(ctx, channel, content...)
	if err != nil {
		return "", "", slackError(err)
	}
	return channel, ts, nil
}
