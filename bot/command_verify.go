package bot

import (
	"context"
	"fmt"
	"strings"
)

// verifyCommand takes what somebody has made by hand for a request's own.
func (b *Bot) verifyCommand(ctx context.Context, c command, rest, _ string) Reply {
	typed, appID, _ := strings.Cut(oneLine(rest), " ")
	id, ok := requestID(unquoted(typed))
	if !ok {
		return private(fmt.Sprintf("Type %s verify EA-7, and the App ID of what was made by hand for that request where several apps "+
			"have its name.", Command))
	}
	by, err := b.person(ctx, c.UserID)
	if err != nil {
		return private(b.sentence(err))
	}
	if _, err := b.desk.Verify(ctx, id, by, strings.Trim(unquoted(strings.TrimSpace(appID)), "`")); err != nil {
		return private(b.sentence(about(id, err)))
	}
	return private(id + ": a sign-in code comes in a DM. With it the bot reads what the app has, compares it with the plan, and changes " +
		"nothing.")
}
