package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

// checkCommand has the connection of an app checked.
func (b *Bot) checkCommand(ctx context.Context, c command, app, _ string) Reply {
	app = strings.Trim(app, "`")
	if app == "" {
		return private(fmt.Sprintf("Which app? Type %s check followed by its name, its App ID or its request, as in %s check EA-7. %s "+
			"apps lists yours.", Command, Command, Command))
	}
	if id, ok := requestID(app); ok {
		app = id
	}
	by, err := b.person(ctx, c.UserID)
	var r *workflow.Request
	if err == nil {
		r, err = b.desk.App(ctx, app)
	}
	if err == nil {
		r, err = b.desk.CheckConnection(ctx, r.ID, by)
	}
	if err != nil {
		return private(b.sentence(err))
	}
	return private(fmt.Sprintf("%s: the check of the connection of %s continues in your direct messages with this bot.", r.ID, r.AppName()))
}
