package bot

import (
	"context"
	"errors"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// Digest sends a tenant's digest, unless it is in the channel already. See
// [workflow.Messenger].
func (b *Bot) Digest(ctx context.Context, g workflow.Digest) error {
	want := map[string]any{"digest": g.Day, "tenant": g.Tenant.Name}
	ts, err := b.search(ctx, g.Tenant.Channel, "", g.Due, want, digestPages)
	switch _, busy := errors.AsType[workflow.Temporary](err); {
	case ts != "":
		return nil
	case busy:
		return err
	case err != nil && !g.First:
		b.log.Warn("whether the digest was sent can't be looked up, so it is not sent", "tenant", g.Tenant.Name, "day", g.Day, "err", err)
		return nil
	}
	text, blocks := b.say().digest(g)
	_, _, err = b.api.PostMessageContext(ctx, g.Tenant.Channel, append(messageOptions(text, blocks),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventType, EventPayload: want}))...)
	return slackError(err)
}
