package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What people ask for apps that they have: a verb, and what its form brought.

// lifeView is the callback ID of the form.
const lifeView = "life"

// lifeMeta is what the form remembers.
type lifeMeta struct {
	Kind       workflow.Kind       `json:"k"`
	Request    string              `json:"r"` // that stands for the app
	Credential plan.CredentialKind `json:"c,omitempty"`
	Backup     string              `json:"b,omitempty"`
}

// lifeCommand opens the form for a verb and an app.
func (b *Bot) lifeCommand(ctx context.Context, c command, kind workflow.Kind, app string) Reply {
	app = strings.Trim(app, "`")
	if app == "" {
		return private(fmt.Sprintf("Which app? Type %s %s followed by its name, its App ID or its request, as in %s %s EA-7. %s apps "+
			"lists yours.", Command, kind, Command, kind, Command))
	}
	if id, ok := requestID(app); ok {
		app = id
	}
	by, err := b.person(ctx, c.UserID)
	if err == nil {
		err = outsider(by)
	}
	var r *workflow.Request
	if err == nil {
		r, err = b.appFor(ctx, by, app, kind)
	}
	if no, ok := errors.AsType[*workflow.Refusal](err); ok && no.Rule == workflow.RuleNoApp && kinds[kind].form.unknown != nil {
		return kinds[kind].form.unknown(b, ctx, c, app, no)
	}
	if err != nil {
		return private(b.sentence(err))
	}
	b.later(ctx, func(ctx context.Context) {
		if _, err := b.openView(ctx, c.TriggerID, b.lifeForm(kind, r, asItIs(r))); err != nil {
			b.log.Warn("the form did not open", "user", c.UserID, "err", err)
			b.tell(ctx, c.ResponseURL, c.ChannelID, c.UserID,
				private("Slack did not open the form. Nothing was sent. Type the command again."))
		}
	})
	return nil
}

// appFor is an app for which somebody may ask for something, and there is a form for it.
func (b *Bot) appFor(ctx context.Context, by people.Person, app string, kind workflow.Kind) (*workflow.Request, error) {
	r, err := b.desk.App(ctx, app)
	if err == nil {
		err = b.desk.MayAsk(ctx, by, r, kind)
	}
	if err == nil {
		err = b.noForm(kind, r)
	}
	return r, err
}

// openLife opens the form for a button, for those who may send it.
func (b *Bot) openLife(ctx context.Context, i interaction, kind workflow.Kind, id string) {
	by, err := b.presser(ctx, i)
	var r *workflow.Request
	if err == nil {
		r, err = b.appFor(ctx, by, id, kind)
	}
	if err != nil {
		b.refuse(ctx, i, about(id, err))
		return
	}
	b.open(ctx, i, b.lifeForm(kind, r, asItIs(r)))
}

// rebuildLife shows the form for another kind of credential.
func (b *Bot) rebuildLife(ctx context.Context, v view) {
	var m lifeMeta
	json.Unmarshal([]byte(v.PrivateMetadata), &m)
	r, err := b.desk.Get(ctx, m.Request)
	if err != nil {
		return
	}
	form := b.lifeForm(m.Kind, r, b.chosenAnew(r, m, v.State))
	b.later(ctx, func(ctx context.Context) {
		if _, err := b.api.UpdateViewContext(ctx, form, "", v.Hash, v.ID); err != nil {
			b.log.Warn("the form was not redrawn", "err", slackError(err))
		}
	})
}

// chosenAnew reads out of the form what was chosen of the app's product.
func (b *Bot) chosenAnew(r *workflow.Request, m lifeMeta, s state) workflow.Choice {
	chosen := workflow.Choice{Credential: plan.CredentialKind(s.choice(workflow.FieldCredential)), Backup: s.backup()}
	if p, ok := b.desk.Product(r.Product); ok {
		return b.fits(p, chosen, m.Backup)
	}
	return chosen
}

// submitLife takes the form.
func (b *Bot) submitLife(ctx context.Context, i interaction) Reply {
	s := i.View.State
	var m lifeMeta
	json.Unmarshal([]byte(i.View.PrivateMetadata), &m)
	d := s.draft()
	d.Origin = i.View.ID
	sent := kinds[m.Kind].form
	if sent.credentials != nil && (m.Credential != d.Credential && d.Credential != "" || m.Backup != d.Backup) {
		if r, err := b.desk.Get(ctx, m.Request); err == nil {
			v := b.lifeForm(m.Kind, r, b.chosenAnew(r, m, s))
			return slack.NewUpdateViewSubmissionResponse(&v)
		}
	}
	by, err := b.complete(ctx, i, &d)
	if err == nil {
		_, err = sent.send(b.desk, ctx, by, m.Request, d)
	}
	if err == nil {
		return nil
	}
	return slack.NewErrorsViewSubmissionResponse(b.underFields(about(m.Request, err), s))
}
