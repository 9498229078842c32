package bot

import (
	"context"
	"fmt"

	"github.com/entra-app/entra-app/workflow"
)

func (b *Bot) cancelCommand(ctx context.Context, c command, rest, _ string) Reply {
	id, ok := requestID(rest)
	if !ok {
		return private(fmt.Sprintf("Which request? Type %s cancel followed by its ID, as in %s cancel EA-7. %s status lists yours.",
			Command, Command, Command))
	}
	by, err := b.person(ctx, c.UserID)
	if err != nil {
		return private(b.sentence(err))
	}
	r, err := b.desk.Cancel(ctx, id, by)
	if err != nil {
		return private(b.sentence(about(id, err)))
	}
	if r.State == workflow.StatePending {
		return private(r.ID + ": your sign-in is cancelled. The request waits for an approver again.")
	}
	if r.State != workflow.StateCancelled {
		return private(fmt.Sprintf("%s: your sign-in is cancelled. The request %s.", r.ID, r.Standing()))
	}
	return private(fmt.Sprintf("%s (%s) is cancelled. Nothing was changed in the tenant.", r.ID, r.AppName()))
}
