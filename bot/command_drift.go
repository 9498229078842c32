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
	return private(fmt.Sprintf("A sign-in code comes in a direct message. With it the bot compares %s with what was approved, and changes "+
		"nothing.", what))
}
