package bot

import (
	"context"
	"fmt"
	"strings"
)

// driftCommand has apps compared with what was approved.
func (b *Bot) driftCommand(ctx context.Context, c command, rest, _ string) Reply {
	by, err := b.insider(ctx, c.UserID)
	if err != nil {
		return private(b.sentence(err))
	}
	app := strings.Trim(unquoted(oneLine(rest)), "`")
	if id, ok := requestID(app); ok {
		app = id
	}
	l, err := b.desk.Drift(ctx, app, by, c.ChannelID)
	if err != nil {
		return private(b.sentence(err))
	}
	what := "the apps of " + l.Tenant.Name
	if l.App != nil {
		what = l.App.AppName()
	}
	return private(fmt.Sprintf("What has become of %s since they were approved comes in your direct messages with this bot, after a sign-in "+
		"that can change nothing.", what))
}
