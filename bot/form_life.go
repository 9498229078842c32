package bot

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// asItIs is the choice that an app has.
func asItIs(r *workflow.Request) pack.Choice {
	return pack.Choice{Credential: r.Plan.Credential.Kind, Backup: r.Plan.Backup.Server}
}

// noForm says why there is nothing to fill in, or nil: that is better known before
// somebody has written a reason.
func (s say) noForm(kind workflow.Kind, r *workflow.Request) error {
	credentials := kinds[kind].form.credentials
	if credentials == nil {
		return nil
	}
	if _, no := credentials(s, r); no != nil {
		return no
	}
	return nil
}

// productOf is the product of r's app. Where its pack is gone, the app keeps the kind of
// credential that it has.
func productOf(f facts, r *workflow.Request) pack.Product {
	if p, ok := f.Product(r.Product); ok {
		return p
	}
	return pack.Product{Name: r.Product, Credentials: []pack.Offer{{Kind: r.Plan.Credential.Kind}}}
}

// lifeForm asks for what a verb needs.
func (s say) lifeForm(kind workflow.Kind, r *workflow.Request, chosen pack.Choice) slack.ModalViewRequest {
	asks := kinds[kind].form
	blocks := []slack.Block{
		s.aboutApp(r, ", ", s.expires(r), "\n", asks.says(s.Policy())),
		reasonInput("The approver reads this."),
	}
	if asks.inputs != nil {
		blocks = append(blocks, asks.inputs(s, r)...)
	}
	if asks.credentials != nil {
		p := productOf(s, r)
		if offers, no := asks.credentials(s, r); no == nil {
			p.Credentials = offers
		}
		chosen = s.fits(p, chosen, chosen.Backup)
		blocks = append(blocks, s.handoffInputs(p, chosen)...)
	}
	m, _ := json.Marshal(lifeMeta{kind, r.ID, chosen.Credential, chosen.Backup})
	return formView(appForm, asks.title, string(m), blocks)
}

// appForm is the callback ID of the form.
const appForm = "life"

// lifeMeta is what the form remembers.
type lifeMeta struct {
	Kind       workflow.Kind       `json:"k"`
	Request    string              `json:"r"` // that stands for the app
	Credential plan.CredentialKind `json:"c,omitempty"`
	Backup     string              `json:"b,omitempty"`
}

// rebuildLife shows the form for another kind of credential.
func (b *Bot) rebuildLife(ctx context.Context, i interaction) {
	v := i.View
	var m lifeMeta
	json.Unmarshal([]byte(v.PrivateMetadata), &m)
	if kinds[m.Kind].form.says == nil {
		return
	}
	b.later(ctx, func(ctx context.Context) {
		r, err := b.mayFillIn(ctx, i, m)
		if err != nil {
			return // it is said when the form is sent
		}
		form := b.say().lifeForm(m.Kind, r, b.chosenAgain(r, m, v.State))
		if _, err := b.api.UpdateViewContext(ctx, form, "", v.Hash, v.ID); err != nil {
			b.log.Warn("the form was not redrawn", "err", slackError(err))
		}
	})
}

// mayFillIn is the app of a form, for those who may send it.
func (b *Bot) mayFillIn(ctx context.Context, i interaction, m lifeMeta) (*workflow.Request, error) {
	by, err := b.presser(ctx, i)
	if err != nil {
		return nil, err
	}
	r, err := b.desk.Get(ctx, m.Request)
	if err != nil {
		return nil, err
	}
	return r, b.desk.MayAsk(ctx, by, r, m.Kind)
}

// chosenAgain reads out of the form what was chosen of the app's product.
func (b *Bot) chosenAgain(r *workflow.Request, m lifeMeta, s state) pack.Choice {
	chosen := pack.Choice{Credential: plan.CredentialKind(s.choice(form.FieldCredential)), Backup: s.backup()}
	if p, ok := b.desk.Product(r.Product); ok {
		return b.say().fits(p, chosen, m.Backup)
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
	if sent.send == nil {
		return nil // it is no form of this bot's
	}
	if sent.credentials != nil && (m.Credential != d.Credential && d.Credential != "" || m.Backup != d.Backup) {
		if r, err := b.mayFillIn(ctx, i, m); err == nil {
			v := b.say().lifeForm(m.Kind, r, b.chosenAgain(r, m, s))
			return slack.NewUpdateViewSubmissionResponse(&v)
		}
	}
	by, err := b.complete(ctx, i, &d)
	if err == nil {
		_, err = sent.send(b.desk, ctx, by, m.Request, d)
	}
	return b.underFields(about(m.Request, err), s)
}
