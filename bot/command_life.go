package bot

import (
	"context"
	"errors"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// What people ask for apps that they have: a verb or a button opens its form.

// lifeCommand opens the form for a verb and an app.
func (b *Bot) lifeCommand(ctx context.Context, c command, kind workflow.Kind, app string) Reply {
	app, which := namedApp(string(kind), app)
	if which != nil {
		return which
	}
	by, err := b.insider(ctx, c.UserID)
	if err != nil {
		return private(b.sentence(err))
	}
	r, err := b.appFor(ctx, by, app, c.ChannelID, kind)
	if no, ok := errors.AsType[*workflow.Refusal](err); ok && no.Rule == workflow.RuleNoApp && kinds[kind].form.unknown != nil {
		return kinds[kind].form.unknown(b, ctx, c, app, no)
	}
	if err != nil {
		return private(b.sentence(err))
	}
	b.later(ctx, func(ctx context.Context) {
		if _, err := b.openView(ctx, c.TriggerID, b.say().lifeForm(kind, r, asItIs(r))); err != nil {
			b.log.Warn("the form did not open", "user", c.UserID, "err", err)
			b.tell(ctx, c.ResponseURL, c.ChannelID, c.UserID,
				private("Slack did not open the form. Nothing was sent. Type the command again."))
		}
	})
	return nil
}

// appFor is an app for which somebody may ask for something, and there is a form for it.
func (b *Bot) appFor(ctx context.Context, by people.Person, app, channel string, kind workflow.Kind) (*workflow.Request, error) {
	r, err := b.desk.App(ctx, app, by, channel)
	if err != nil {
		return nil, err
	}
	if err := b.desk.MayAsk(ctx, by, r, kind); err != nil {
		return nil, err
	}
	return r, b.say().noForm(kind, r)
}

// openLife opens the form for a button, for those who may send it.
func (b *Bot) openLife(ctx context.Context, i interaction, kind workflow.Kind, id string) {
	by, err := b.presser(ctx, i)
	if err != nil {
		b.refuse(ctx, i, err)
		return
	}
	r, err := b.appFor(ctx, by, id, i.channel(), kind)
	if err != nil {
		b.refuse(ctx, i, about(id, err))
		return
	}
	b.open(ctx, i, b.say().lifeForm(kind, r, asItIs(r)))
}
