package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
)

// auditView is the window with what the log says about a request.
const auditView = "audit"

// auditCommand opens it. Who may not see the request is told what status tells them.
func (b *Bot) auditCommand(ctx context.Context, c command, rest, _ string) Reply {
	id, ok := requestID(rest)
	if !ok {
		return private(fmt.Sprintf("Which request? Type %s audit followed by its ID, as in %s audit EA-7. %s status lists yours.",
			Command, Command, Command))
	}
	view, err := b.audited(ctx, c.UserID, id, c.ChannelID, 0)
	if err != nil {
		return private(b.sentence(err))
	}
	b.later(ctx, func(ctx context.Context) {
		if _, err := b.openView(ctx, c.TriggerID, view); err != nil {
			b.log.Warn("the log of a request did not open", "user", c.UserID, "err", err)
			b.tell(ctx, c.ResponseURL, c.ChannelID, c.UserID, private("Slack did not open the window. Type the command again."))
		}
	})
	return nil
}

// auditPage turns its pages.
func (b *Bot) auditPage(ctx context.Context, i interaction, id string, page int) {
	view, err := b.audited(ctx, i.User.ID, id, i.channel(), page)
	if err != nil {
		b.refuse(ctx, i, err)
		return
	}
	b.show(ctx, i.View.ID, view)
}

// audited is a page of the window, for somebody who may see it.
func (b *Bot) audited(ctx context.Context, user, id, channel string, page int) (v slack.ModalViewRequest, err error) {
	by, err := b.insider(ctx, user)
	if err != nil {
		return v, err
	}
	entries, unread, err := readableEntries(b.desk.Audited(ctx, id, by, channel))
	if err != nil {
		return v, about(id, err)
	}
	v = auditWindow(id, entries, unread, page)
	v.PrivateMetadata = channel
	return v, nil
}

// readableEntries are those that can be read, and how many can't.
func readableEntries(found []audit.Entry, err error) ([]audit.Entry, int, error) {
	bad, ok := err.(*workflow.UnreadableError)
	if ok && found != nil {
		return found, len(bad.Records), nil
	}
	return found, 0, err
}
