package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// requestForm is the callback ID of the request form. In it the block ID and the
// action ID of an input are both the name of its field.
const requestForm = "request"

// meta is what a form remembers.
type meta struct {
	Channel    string              `json:"c,omitempty"` // where the command was typed
	Product    string              `json:"p,omitempty"`
	Credential plan.CredentialKind `json:"k,omitempty"` // whose fields it shows
	Backup     string              `json:"b,omitempty"` // the server whose credentials it shows
	Existing   bool                `json:"e,omitempty"` // for an app that was not made here
	App        string              `json:"a,omitempty"` // that it was opened for
	Reviewed   string              `json:"r,omitempty"` // the manifest that its requester was told about
	File       string              `json:"f,omitempty"` // that it was in, by Slack's ID
}

// openForm opens the request form, for a product if one is named.
func (b *Bot) openForm(ctx context.Context, c command, name string) Reply {
	products := b.desk.Products()
	name = strings.ToLower(oneLine(name))
	chosen := slices.IndexFunc(products, func(p pack.Product) bool { return p.Name == name })
	if name == "" {
		chosen = 0
	}
	if chosen < 0 {
		names := make([]string, len(products))
		for i, p := range products {
			names[i] = p.Name
		}
		return private(fmt.Sprintf("There is no product “%s”.%s Products: %s.", clip(name, 40), didYouMean(name, names),
			strings.Join(names, ", ")))
	}
	return b.showForm(ctx, c, products[chosen], meta{})
}

// showForm opens the request form for what a command was typed for.
func (b *Bot) showForm(ctx context.Context, c command, p pack.Product, m meta) Reply {
	in := c.ChannelID
	if strings.HasPrefix(in, "D") || c.ChannelName == "directmessage" || strings.HasPrefix(c.ChannelName, "mpdm-") {
		in = ""
	}
	m.Channel = in
	b.later(ctx, func(ctx context.Context) {
		opened, err := b.openView(ctx, c.TriggerID, b.say().form(p, p.Choice(), m))
		if err != nil {
			b.log.Warn("the form did not open", "user", c.UserID, "err", err)
			b.tell(ctx, c.ResponseURL, c.ChannelID, c.UserID,
				private("Slack did not open the form. Nothing was sent. Type the command again."))
			return
		}
		// Asked for now, so that the submission need not wait for it.
		if _, err := b.insider(ctx, c.UserID); err != nil {
			b.show(ctx, opened.ID, noticeView("Request an app", b.sentence(err)))
		}
	})
	return nil
}

// form is the view for a product and what was chosen of it.
func (s say) form(p pack.Product, chosen pack.Choice, remembered meta) slack.ModalViewRequest {
	chosen = s.fits(p, chosen, chosen.Backup)
	remembered.Product, remembered.Credential, remembered.Backup = p.Name, chosen.Credential, chosen.Backup
	in := remembered.Channel
	m, _ := json.Marshal(remembered)
	blocks := []slack.Block{s.productInput(p)}
	blocks = append(blocks, slack.NewContextBlock("", plain(clip(p.Summary, 500))))
	blocks = append(blocks, applicationInput(remembered), appNameInput(remembered), reasonInput("What it is for. The approver reads this."))
	if tenants := s.Tenants(); len(tenants) > 1 {
		options := make([]*slack.OptionBlockObject, len(tenants))
		for i, t := range tenants {
			options[i] = choice(t.Name, t.Name, "")
		}
		blocks = append(blocks, field(form.FieldTenant, "",
			slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a tenant"), string(form.FieldTenant), options...)))
	}
	team := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("Choose a channel"), string(form.FieldTeam))
	team.InitialConversation = in
	team.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	blocks = append(blocks, field(form.FieldTeam, "The channel whose people follow this request with "+Command+" status.", team))
	if len(p.Workloads) > 0 {
		blocks = append(blocks, workloadsInput(p, chosen))
	}
	blocks = append(blocks, s.handoffInputs(p, chosen)...)
	if p.Custom {
		permissions := field(form.FieldPermissions,
			"From Microsoft Graph, Exchange Online and SharePoint Online. Ask for as little as the product needs.", permissionsInput())
		permissions.Optional = true // with a manifest
		blocks = append(blocks, permissions)
	}
	plan := p.Plan(chosen)
	if len(plan.AzureRoles) > 0 {
		blocks = append(blocks, of(p, subscriptionsInput(nil)))
	}
	blocks = append(blocks, templateInputs(p, remembered)...)
	if p.Custom && !remembered.Existing {
		blocks = append(blocks, redirectInput(form.FieldPublicRedirectURIs, nil))
		blocks = append(blocks, signInInputs(plan)...)
	}
	blocks = append(blocks, ownersInput())
	if p.Custom {
		blocks = append(blocks, scopesInput(nil))
		file := slack.NewFileInputBlockElement(string(form.FieldManifestFile)).WithMaxFiles(1).WithFileTypes("json", "txt")
		upload := field(form.FieldManifestFile,
			"Instead of permissions, redirect URIs and who can sign in: the manifest of an app, as the portal or Microsoft Graph shows it.",
			file)
		upload.Optional = true
		paste := textField{field: form.FieldManifest, hint: "… or paste it here.", lines: true, optional: true}
		blocks = append(blocks, paste.input(), upload)
	}
	blocks, _ = inView.fit(append(blocks, needBlocks(plan)...), 0)
	return formView(requestForm, "Request an app", string(m), blocks)
}

// Values of the field Application.
const (
	newApp      = "new"
	existingApp = "existing"
)

// applicationInput lets the requester say that the app is there already.
func applicationInput(m meta) *slack.InputBlock {
	options := []*slack.OptionBlockObject{
		choice(newApp, "A new one", ""),
		choice(existingApp, "An existing one", "Grant what the product needs and register its credential"),
	}
	radio := slack.NewRadioButtonsBlockElement(string(form.FieldApplication), options...)
	radio.InitialOption = options[0]
	if m.Existing {
		radio.InitialOption = options[1]
	}
	in := field(form.FieldApplication, "", radio)
	in.DispatchAction = true
	return in
}

func appNameInput(m meta) *slack.InputBlock {
	hint := "What the app is called in Entra. Use a name that says which product and team it is for."
	most := form.AppNameMax
	if m.Existing {
		most = form.ExistingNameMax
		hint = "The app's App ID, or its exact name in Entra. You have to be one of its owners. Nothing is removed from it: what it " +
			"lacks is added."
	}
	return textField{field: form.FieldAppName, hint: hint, value: clip(m.App, most), most: most}.input()
}

func reasonInput(hint string) *slack.InputBlock {
	return textField{field: form.FieldReason, hint: hint, most: form.ReasonMax, lines: true}.input()
}

// needBlocks show what the product gets, below the fields.
func needBlocks(p plan.Plan) []slack.Block {
	blocks := append(permissionBlocks(p.Permissions, inAMessage), roleBlocks(p)...)
	for _, b := range blocks {
		if g, ok := b.(*growing); ok {
			g.more = func(n int) string { return fmt.Sprintf("… and %d more, which the pack names", n) }
		}
	}
	return blocks
}

func (s say) productInput(p pack.Product) *slack.InputBlock {
	products := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, string(form.FieldProduct))
	for _, q := range s.Products() {
		o := choice(q.Name, q.Title, q.Name)
		products.Options = append(products.Options, o)
		if q.Name == p.Name {
			products.InitialOption = o
		}
	}
	in := field(form.FieldProduct, "", products)
	in.DispatchAction = true
	return in
}
