package bot

import (
	"slices"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// updateKind brings an app from one plan to another.
var updateKind = kind{
	form: question{
		title: "Update an app",
		says: func(workflow.Policy) string {
			return "Its name and its credential stay. What you remove here is removed from the app."
		},
		inputs:  say.updateInputs,
		send:    (*workflow.Desk).Update,
		unknown: (*Bot).adopt,
	},
	card: func(r *workflow.Request, plan []slack.Block) []slack.Block { return append(changesBlocks(r), plan...) },
	done: func(r *workflow.Request) string {
		if r.AddsCredential() {
			return "The app now has what was approved, and its first certificate."
		}
		return "The app now has what was approved. Its credential is the one that it had."
	},
}

// changesBlocks show what an update adds and removes.
func changesBlocks(r *workflow.Request) []slack.Block {
	return changeList("What changes", " (everything that the app will have is below)", r.Changes())
}

// updateInputs are the fields that can be changed, as they are now.
func (s say) updateInputs(r *workflow.Request) []slack.Block {
	p, ok := s.Product(r.Product)
	if !ok {
		return nil
	}
	var blocks []slack.Block
	if len(p.Workloads) > 0 {
		in := workloadsInput(p, pack.Choice{Workloads: p.Chosen(r.Plan)})
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
		permissions := field(form.FieldPermissions, "All that the app is to have.", search)
		permissions.Optional = true // where it offers scopes
		if n := len(search.InitialOptions); n > mostChosen {
			blocks = append(blocks, tooMuch(text.Count(n, "permission")))
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
		subscriptions.Optional = slices.ContainsFunc(p.AzureRoles, func(n pack.AzureNeed) bool { return len(n.Workloads) > 0 })
		blocks = append(blocks, subscriptions)
	}
	if r.MayGetCertificate(p) {
		blocks = append(blocks,
			certificateInputs("To give the app its first certificate now: paste the public certificate (PEM or Base64), or add "+
				"its file below.")...)
	}
	owners := ownersInput()
	for _, o := range r.Plan.Owners {
		owners.Element.(*slack.MultiSelectBlockElement).InitialUsers =
			append(owners.Element.(*slack.MultiSelectBlockElement).InitialUsers, o.ID)
	}
	blocks = append(blocks, redirectInputs(p, r.Has())...)
	if p.Custom && !r.Adopted() { // there it stays as it was found
		blocks = append(blocks, signInInputs(r.Plan)...)
	}
	return append(blocks, owners)
}

// extrasInput lets the requester remove what an adopted app had and its product
// has no need for.
func extrasInput(extras []plan.Permission) *slack.InputBlock {
	boxes := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain("None of them"), string(form.FieldPermissions))
	for _, q := range extras {
		if c, ok := catalog.Find(q.ResourceAppID, q.Type, q.Name); ok {
			boxes.Options = append(boxes.Options, permissionOption(c))
		}
	}
	boxes.InitialOptions = boxes.Options
	in := field(form.FieldPermissions,
		"What the app had before it was adopted, beyond what the product needs. What you remove here is removed from the app.", boxes)
	in.Optional = true
	return in
}
