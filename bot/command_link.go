package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
)

// linkCommand has whoever types it sign in, once for a tenant.
func (b *Bot) linkCommand(ctx context.Context, c command, rest, _ string) Reply {
	t, err := b.link(ctx, c.UserID, unquoted(oneLine(rest)))
	if err != nil {
		return private(b.sentence(err))
	}
	return private(fmt.Sprintf("A sign-in code for %s comes in a direct message, for you alone. Your Slack account is linked to the "+
		"account that you sign in with.", t.Name))
}

func (b *Bot) link(ctx context.Context, user, tenant string) (workflow.Tenant, error) {
	by, err := b.person(ctx, user)
	if err != nil {
		return workflow.Tenant{}, err
	}
	return b.desk.Link(ctx, tenant, by)
}

// pressLink is the Link button of any message.
func (b *Bot) pressLink(ctx context.Context, i interaction, tenant string) {
	if _, err := b.link(ctx, i.User.ID, tenant); err != nil {
		b.refuse(ctx, i, err)
	}
}

// unlinkCommand removes the link of whoever types it.
func (b *Bot) unlinkCommand(ctx context.Context, c command, rest, _ string) Reply {
	by, err := b.person(ctx, c.UserID)
	if err != nil {
		return private(b.sentence(err))
	}
	t, err := b.desk.Unlink(ctx, unquoted(oneLine(rest)), by)
	if err != nil {
		return private(b.sentence(err))
	}
	return private(fmt.Sprintf("Your Slack account is no longer linked to an account of %s. %s link links it again.", t.Name, Command))
}

// linkRows say who somebody is in each tenant, for their home tab.
func (b *Bot) linkRows(ctx context.Context, user string) []slack.Block {
	blocks := []slack.Block{block(line(bold("Your accounts")))}
	for _, t := range b.desk.Tenants() {
		text, again := b.linkLine(ctx, user, t)
		blocks = append(blocks, block(text))
		if again {
			blocks = append(blocks, slack.NewActionBlock("", linkButton(t)))
		}
	}
	return blocks
}

// linkLine says how a person's link in a tenant stands, and whether they are offered to link.
func (b *Bot) linkLine(ctx context.Context, user string, t workflow.Tenant) (text *slack.RichTextSection, again bool) {
	l, holds, err := b.desk.LinkOf(ctx, user, t.ID)
	life := b.desk.Policy().LinkLifetime
	switch _, damaged := errors.AsType[*identity.UnreadableError](err); {
	case errors.Is(err, workflow.ErrNotFound):
		return line(bold(t.Name), ": your Slack account is not linked to an account there. Renewing or changing an app takes that."), true
	case damaged:
		return line(bold(t.Name), ": your link can't be read from the store. Link again to replace it."), true
	case err != nil:
		return line(bold(t.Name), ": ", b.sentence(err)), false
	case !holds:
		return line(bold(t.Name), ": linked on ", l.At, ", and has to be renewed. Link again."), true
	case life > 0:
		return line(bold(t.Name), ": linked on ", l.At, ", until ", l.At.Add(life), ". ", Command+" unlink removes that."), false
	}
	return line(bold(t.Name), ": linked on ", l.At, ". ", Command+" unlink removes that."), false
}
