package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// What people ask for apps that they have: a list, and one form for each verb.

// lifeView is the callback ID of the form.
const lifeView = "life"

// lifeMeta is what the form remembers.
type lifeMeta struct {
	Kind       workflow.Kind           `json:"k"`
	Request    string                  `json:"r"` // that stands for the app
	Credential workflow.CredentialKind `json:"c,omitempty"`
	Backup     string                  `json:"b,omitempty"`
}

// mostApps is how many apps one answer lists at most.
const mostApps = 15

// apps lists the apps that a person has a say over, and those of the channel.
func (b *Bot) apps(ctx context.Context, c command) Reply {
	by, err := b.person(ctx, c.UserID)
	if err == nil {
		err = outsider(by)
	}
	if err != nil {
		return private(b.sentence(err))
	}
	return b.appsPage(ctx, listing{Apps: true, Requester: c.UserID, Team: c.ChannelID})
}

// appsPage is one page of the apps of a person and a channel.
func (b *Bot) appsPage(ctx context.Context, l listing) answer {
	found, unread, err := workflow.Readable(b.appsOf(ctx, mostApps*(len(l.Before)+1), workflow.Query{Keeper: l.Requester},
		workflow.Query{Team: l.Team}))
	if err != nil {
		return private(b.sentence(err))
	}
	if len(found) == 0 && unread != nil {
		return private(unreadableText(unread.IDs()))
	}
	if n := len(l.Before); n > 0 {
		last := slices.IndexFunc(found, func(r *workflow.Request) bool { return r.ID == l.Before[n-1] })
		found = found[last+1:]
	}
	if len(found) == 0 {
		return private("You and this channel have no app from here yet. " + Command + " request asks for one.")
	}
	shown := found[:min(len(found), mostApps)]
	b.glance(ctx, shown...)
	rows := make([][]slack.Block, len(shown))
	for i, r := range shown {
		rows[i] = b.appBlocks(r)
	}
	return l.listed("app", "Apps", found, rows, unreadable(unread.IDs()))
}

// appsOf are the newest requests that stand for an app which one of these queries
// finds: so many, and a few more. Like a store's list it returns what it could read
// beside a *workflow.UnreadableError.
func (b *Bot) appsOf(ctx context.Context, most int, queries ...workflow.Query) ([]*workflow.Request, error) {
	var all []*workflow.Request
	var unreadable workflow.UnreadableError
	for _, q := range queries {
		found := 0
		q.Limit = 100
		for range 10 {
			page, unread, err := workflow.Readable(b.desk.List(ctx, q))
			if err != nil {
				return nil, err
			}
			unreadable.Add(unread)
			for _, r := range page {
				q.Before = r.ID
				if !r.IsApp() || r.Successor != "" {
					continue
				}
				found++
				if !slices.ContainsFunc(all, func(a *workflow.Request) bool { return a.ID == r.ID }) {
					all = append(all, r)
				}
			}
			if len(page) < q.Limit || found > most {
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *workflow.Request) int { return b.Created.Compare(a.Created) })
	if unreadable.Records != nil {
		return all, &unreadable
	}
	return all, nil
}

// appBlocks are one app in a list.
func (b *Bot) appBlocks(r *workflow.Request) []slack.Block {
	about := block(
		line(bold(r.AppName()), " · ", b.productTitle(r), " · ", r.Tenant, " · ", r.ID),
		line("App ID ", code(r.Made.AppID), ", ", b.expires(r)),
		line(b.peopleLine(r)...))
	blocks := []slack.Block{about}
	blocks = append(blocks, b.missingBlocks(r)...)
	var buttons []slack.BlockElement
	if b.noForm(workflow.KindRenew, r) == nil {
		buttons = append(buttons, button(listed(actRenew, r), "Renew", r.ID, "Renew the credential of "+r.AppName()))
	}
	buttons = append(buttons,
		button(listed(actUpdate, r), "Update", r.ID, "Update "+r.AppName()),
		button(listed(actRetire, r), "Retire", r.ID, "Retire "+r.AppName()),
		button(listed(actExport+asJSON, r), "Export manifest", r.ID, "Export the manifest of "+r.AppName()))
	if b.desk.Checks(r) {
		buttons = append(buttons, checkButton(listed(actCheck, r), r.ID, r))
	}
	return append(blocks, slack.NewActionBlock("", buttons...))
}

// missingBlocks say what the product needs by now and the app has not.
func (b *Bot) missingBlocks(r *workflow.Request) []slack.Block {
	if !r.IsApp() || r.Successor != "" {
		return nil
	}
	missing := b.desk.Missing(r)
	if len(missing) == 0 {
		return nil
	}
	return []slack.Block{block(line(bold("This product now requires more: "), someOf(missing, 600), ". Update asks for it: ",
		code(Command+" update "+r.ID)))}
}

// listed makes an action ID that no other app in a list has.
func listed(action string, r *workflow.Request) string { return action + ":" + r.ID }

// expires says until when an app's credential is good.
func (b *Bot) expires(r *workflow.Request) string {
	at := r.Made.KeyExpires
	switch left := at.Sub(b.now()); {
	case at.IsZero():
		return "no credential that expires"
	case left <= 0:
		return "credential EXPIRED on " + at.UTC().Format("2 January 2006")
	default:
		return fmt.Sprintf("credential valid until %s (%s)", at.UTC().Format("2 January 2006"), workflow.Days(left))
	}
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
		r, err = b.desk.App(ctx, app)
	}
	if no, ok := errors.AsType[*workflow.Refusal](err); ok && no.Rule == workflow.RuleNoApp && kind == workflow.KindUpdate {
		return b.adopt(ctx, c, app, no)
	}
	if err == nil {
		err = b.desk.MayAsk(ctx, by, r, kind)
	}
	if err == nil {
		err = b.noForm(kind, r)
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

// adopt opens the request form for an app that is not one of ours. A name that is
// nearly that of one of theirs is taken for a slip.
func (b *Bot) adopt(ctx context.Context, c command, app string, no *workflow.Refusal) Reply {
	if _, isRequest := requestID(app); isRequest {
		return private(no.Text)
	}
	theirs, _, err := workflow.Readable(b.appsOf(ctx, mostApps, workflow.Query{Keeper: c.UserID}))
	if err != nil {
		return private(b.sentence(err))
	}
	names := make([]string, len(theirs))
	for i, r := range theirs {
		names[i] = strings.ToLower(r.AppName())
	}
	if guess := didYouMean(oneLine(app), names); guess != "" {
		return private(fmt.Sprintf("%s%s If you mean an app that was not made here, type its App ID instead.", no.Text, guess))
	}
	products := b.desk.Products()
	if len(products) == 0 {
		return private(no.Text)
	}
	return b.showForm(ctx, c, products[0], meta{Existing: true, App: clip(app, workflow.ExistingNameMax)})
}

// openLife opens the form for a button, for those who may send it.
func (b *Bot) openLife(ctx context.Context, i interaction, kind workflow.Kind, id string) {
	by, err := b.presser(ctx, i)
	var r *workflow.Request
	if err == nil {
		r, err = b.desk.App(ctx, id)
	}
	if err == nil {
		err = b.desk.MayAsk(ctx, by, r, kind)
	}
	if err == nil {
		err = b.noForm(kind, r)
	}
	if err != nil {
		b.refuse(ctx, i, about(id, err))
		return
	}
	b.open(ctx, i, b.lifeForm(kind, r, asItIs(r)))
}

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
		"What the app had before it was adopted, beyond what the product needs. What you take out here is taken from the app.", boxes)
	in.Optional = true
	return in
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
	chosen := workflow.Choice{Credential: workflow.CredentialKind(s.choice(workflow.FieldCredential)), Backup: s.backup()}
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
	if (m.Kind == workflow.KindRenew || m.Kind == workflow.KindRecreate) &&
		(m.Credential != d.Credential && d.Credential != "" || m.Backup != d.Backup) {
		if r, err := b.desk.Get(ctx, m.Request); err == nil {
			v := b.lifeForm(m.Kind, r, b.chosenAnew(r, m, s))
			return slack.NewUpdateViewSubmissionResponse(&v)
		}
	}
	by, err := b.complete(ctx, i, &d)
	if err == nil {
		switch m.Kind {
		case workflow.KindUpdate:
			_, err = b.desk.Update(ctx, by, m.Request, d)
		case workflow.KindRenew:
			_, err = b.desk.Renew(ctx, by, m.Request, d)
		case workflow.KindRecreate:
			_, err = b.desk.Recreate(ctx, by, m.Request, d)
		case workflow.KindRetire:
			_, err = b.desk.Retire(ctx, by, m.Request, d)
		}
	}
	if err == nil {
		return nil
	}
	return slack.NewErrorsViewSubmissionResponse(b.underFields(about(m.Request, err), s))
}

// expiry is the message that a credential ends soon.
func (b *Bot) expiry(r *workflow.Request) (string, []slack.Block) {
	left := r.Made.KeyExpires.Sub(b.now())
	text := fmt.Sprintf("The credential of %s expires on %s.", r.AppName(), r.Made.KeyExpires.UTC().Format("2 January 2006"))
	when := "in " + workflow.Days(left)
	if left <= 0 {
		when = "and has expired"
	}
	blocks := []slack.Block{
		header(clip(r.AppName()+": the credential expires", 150)),
		block(line(bold(r.AppName()), " · ", b.productTitle(r), " · ", r.Tenant, "\nApp ID ", code(r.Made.AppID),
			"\nIts credential ends on ", r.Made.KeyExpires, ", "+when+". What signs in with it stops working then.")),
	}
	blocks = append(blocks, b.missingBlocks(r)...)
	return text, append(blocks, slack.NewActionBlock("",
		button(actRenew, "Renew", r.ID, "Renew the credential of "+r.AppName()).WithStyle(slack.StylePrimary)))
}
