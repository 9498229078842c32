package bot

import (
	"context"
	"fmt"

	"github.com/entra-app/entra-app/workflow"
)

// checkCommand has the connection of an app checked.
func (b *Bot) checkCommand(ctx context.Context, c command, app, _ string) Reply {
	app, which := namedApp("check", app)
	if which != nil {
		return which
	}
	r, err := b.check(ctx, c, app)
	if err != nil {
		return private(b.sentence(err))
	}
	return private(fmt.Sprintf("%s: the connection check for %s continues in your direct messages with this bot.", r.ID, r.AppName()))
}

func (b *Bot) check(ctx context.Context, c command, app string) (*workflow.Request, error) {
	by, err := b.insider(ctx, c.UserID)
	if err != nil {
		return nil, err
	}
	r, err := b.desk.App(ctx, app, by, c.ChannelID)
	if err != nil {
		return nil, err
	}
	return b.desk.CheckConnection(ctx, r.ID, by)
}
