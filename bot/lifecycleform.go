package bot

import (
	"encoding/json"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// asItIs is the choice that an app has.
func asItIs(r *workflow.Request) workflow.Choice {
	return workflow.Choice{Credential: r.Plan.Credential.Kind, Backup: r.Plan.Backup.Server}
}

// noForm says why there is nothing to fill in, or nil: that is better known before
// somebody has written a reason.
func (b *Bot) noForm(kind workflow.Kind, r *workflow.Request) error {
	credentials := kinds[kind].form.credentials
	if credentials == nil {
		return nil
	}
	if _, no := credentials(b.desk, r); no != nil {
		return no
	}
	return nil
}

// productOf is the product of r's app. Where its pack is gone, the app keeps the kind of
// credential that it has.
func productOf(d *workflow.Desk, r *workflow.Request) workflow.Product {
	if p, ok := d.Product(r.Product); ok {
		return p
	}
	return workflow.Product{Name: r.Product, Credentials: []workflow.Offer{{Kind: r.Plan.Credential.Kind}}}
}

// lifeForm asks for what a verb needs.
func (b *Bot) lifeForm(kind workflow.Kind, r *workflow.Request, chosen workflow.Choice) slack.ModalViewRequest {
	asks := kinds[kind].form
	blocks := []slack.Block{
		block(line(bold(r.AppName()), " · ", b.productTitle(r), " · ", r.Tenant, "\nApp ID ", code(r.Made.AppID), ", ", b.expires(r),
			"\n", asks.says(b.desk.Policy()))),
		textInput(workflow.FieldReason, "The approver reads this.", workflow.ReasonMax, true, "", false),
	}
	if asks.inputs != nil {
		blocks = append(blocks, asks.inputs(b, r)...)
	}
	if asks.credentials != nil {
		p := productOf(b.desk, r)
		if offers, no := asks.credentials(b.desk, r); no == nil {
			p.Credentials = offers
		}
		chosen = b.fits(p, chosen, chosen.Backup)
		blocks = append(blocks, b.handoffInputs(p, chosen)...)
	}
	m, _ := json.Marshal(lifeMeta{kind, r.ID, chosen.Credential, chosen.Backup})
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: lifeView, PrivateMetadata: string(m),
		Title: plain(asks.title), Submit: plain("Send request"), Close: plain("Cancel"),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}
