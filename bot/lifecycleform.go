package bot

import (
	"encoding/json"
	"slices"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// asItIs is the choice that an app has.
func asItIs(r *workflow.Request) workflow.Choice {
	return workflow.Choice{Credential: r.Plan.Credential.Kind, Backup: r.Plan.Backup.Server}
}

// noForm says why there is nothing to fill in, or nil: that is better known before
// somebody has written a reason.
func (b *Bot) noForm(kind workflow.Kind, r *workflow.Request) error {
	if kind != workflow.KindRenew {
		return nil
	}
	if _, no := b.desk.Renewals(r); no != nil {
		return no
	}
	return nil
}

// lifeForm asks for what a verb needs.
func (b *Bot) lifeForm(kind workflow.Kind, r *workflow.Request, chosen workflow.Choice) slack.ModalViewRequest {
	titles := map[workflow.Kind]string{workflow.KindUpdate: "Update an app", workflow.KindRenew: "Renew a credential",
		workflow.KindRecreate: "Recreate an app", workflow.KindRetire: "Retire an app"}
	words := map[workflow.Kind]string{
		workflow.KindUpdate: "Its name and its credential stay. What you remove here is removed from the app.",
		workflow.KindRenew: "A new credential is made beside the old one. When you say that the new one works, or after " +
			workflow.Days(b.desk.Policy().RenewGrace) + ", an approver removes the old one.",
		workflow.KindRecreate: "If the app is among the deleted ones in Entra it is restored and keeps its App ID. If not, it is " +
			"created again with the same permissions, and gets another App ID.",
		workflow.KindRetire: "Its credentials, consents and Azure roles are removed and the app is deleted. Whatever signs in with it " +
			"stops working at once. If anything else in the tenant depends on it, the bot stops before that and asks the approver " +
			"again. Entra keeps it for 30 days; recreate restores it.",
	}
	blocks := []slack.Block{
		block(line(bold(r.AppName()), " · ", b.productTitle(r), " · ", r.Tenant, "\nApp ID ", code(r.Made.AppID), ", ", b.expires(r),
			"\n", words[kind])),
		textInput(workflow.FieldReason, "The approver reads this.", workflow.ReasonMax, true, "", false),
	}
	switch kind {
	case workflow.KindUpdate:
		blocks = append(blocks, b.updateInputs(r)...)
	case workflow.KindRenew, workflow.KindRecreate:
		p, ok := b.desk.Product(r.Product)
		if !ok {
			p = workflow.Product{Name: r.Product, Credentials: []workflow.Offer{{Kind: r.Plan.Credential.Kind}}}
		}
		if offers, no := b.desk.Renewals(r); no == nil && kind == workflow.KindRenew {
			p.Credentials = offers
		}
		chosen = b.fits(p, chosen, chosen.Backup)
		blocks = append(blocks, b.handoffInputs(p, chosen)...)
	}
	m, _ := json.Marshal(lifeMeta{kind, r.ID, chosen.Credential, chosen.Backup})
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: lifeView, PrivateMetadata: string(m),
		Title: plain(titles[kind]), Submit: plain("Send request"), Close: plain("Cancel"),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// updateInputs are the fields that can be changed, as they are now.
func (b *Bot) updateInputs(r *workflow.Request) []slack.Block {
	p, ok := b.desk.Product(r.Product)
	if !ok {
		return nil
	}
	var blocks []slack.Block
	if len(p.Workloads) > 0 {
		in := workloadsInput(p, workflow.Choice{Workloads: p.Chosen(r.Plan)})
		in.DispatchAction = false
		blocks = append(blocks, in)
	}
	if p.Custom {
		search := permissionsInput()
		for _, q := range r.Has().Permissions {
			if c, ok := catalog.Find(q.ResourceAppID, q.Type, q.Name); ok {
				search.InitialOptions = append(search.InitialOptions, permissionOption(c))
			}
		}
		permissions := field(workflow.FieldPermissions, "All that the app is to have.", search)
		permissions.Optional = true // where it offers scopes
		if n := len(search.InitialOptions); n > mostChosen {
			blocks = append(blocks, tooMuch(workflow.Count(n, "permission")))
		} else {
			blocks = append(blocks, permissions)
		}
		blocks = append(blocks, scopesInput(r.Plan.Scopes))
	}
	if extras := p.Extras(r.Has()); r.Adopted() && !p.Custom && len(extras) > 0 {
		blocks = append(blocks, extrasInput(extras))
	}
	if len(p.AzureRoles) > 0 {
		subscriptions := subscriptionsInput(r.Plan.Subscriptions)
		// then it is said after
		subscriptions.Optional = slices.ContainsFunc(p.AzureRoles, func(n workflow.AzureNeed) bool { return len(n.Workloads) > 0 })
		blocks = append(blocks, subscriptions)
	}
	if r.MayGetCertificate(p) {
		blocks = append(blocks,
			certificateInputs("If the app is to have its first certificate now: paste the public certificate (PEM or Base64), or add "+
				"its file below.")...)
	}
	owners := ownersInput()
	for _, o := range r.Plan.Owners {
		owners.Element.(*slack.MultiSelectBlockElement).InitialUsers =
			append(owners.Element.(*slack.MultiSelectBlockElement).InitialUsers, o.ID)
	}
	blocks = append(blocks, redirectInputs(p, r.Has())...)
	if p.Custom && !r.Adopted() { // there it stays as it was found
		blocks = append(blocks, signInInputs(r.Plan.Audience, r.Plan.PublicClientFlows)...)
	}
	return append(blocks, owners)
}

// extrasInput lets the requester remove what an adopted app had and its product
// has no need for.
func extrasInput(extras []workflow.Permission) *slack.InputBlock {
	boxes := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain("None of them"), string(workflow.FieldPermissions))
	for _, q := range extras {
		if c, ok := catalog.Find(q.ResourceAppID, q.Type, q.Name); ok {
			boxes.Options = append(boxes.Options, permissionOption(c))
		}
	}
	boxes.InitialOptions = boxes.Options
	in := field(workflow.FieldPermissions,
		"What the app had before it was adopted, beyond what the product needs. What you remove here is removed from the app.", boxes)
	in.Optional = true
	return in
}
