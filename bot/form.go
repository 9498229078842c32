package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// formView is the callback ID of the request form. In it the block ID and the
// action ID of an input are both the name of its field.
const formView = "request"

// meta is what a form remembers.
type meta struct {
	Channel string `json:"c,omitempty"` // where the command was typed
	Product string `json:"p,omitempty"`
}

// openForm opens the request form, for a product if one is named.
func (b *Bot) openForm(ctx context.Context, c command, name string) Reply {
	products := b.desk.Products()
	name = strings.ToLower(name)
	chosen := slices.IndexFunc(products, func(p workflow.Product) bool { return p.Name == name })
	if name == "" {
		chosen = 0
	}
	if chosen < 0 {
		names := make([]string, len(products))
		for i, p := range products {
			names[i] = p.Name
		}
		return private(fmt.Sprintf("There is no product “%s”.%s Products: %s.", clip(name, 40), didYouMean(name, names), strings.Join(names, ", ")))
	}
	in := c.ChannelID
	if strings.HasPrefix(in, "D") || c.ChannelName == "directmessage" || strings.HasPrefix(c.ChannelName, "mpdm-") {
		in = ""
	}
	b.later(ctx, func(ctx context.Context) {
		opened, err := b.openView(ctx, c.TriggerID, b.form(products[chosen], in))
		if err != nil {
			b.log.Warn("the form did not open", "user", c.UserID, "err", err)
			b.tell(ctx, c.ResponseURL, c.ChannelID, c.UserID, private("Slack did not open the form. Nothing was sent. Type the command again."))
			return
		}
		// Asked for now, so that the submission need not wait for it.
		by, err := b.person(ctx, c.UserID)
		if err == nil {
			err = outsider(by)
		}
		if err != nil {
			b.show(ctx, opened.ID, noticeView("Request an app", b.sentence(err)))
		}
	})
	return nil
}

// form is the view for a product.
func (b *Bot) form(p workflow.Product, in string) slack.ModalViewRequest {
	m, _ := json.Marshal(meta{in, p.Name})
	blocks := []slack.Block{b.productInput(p)}
	blocks = append(blocks, slack.NewContextBlock("", plain(clip(p.Summary, 500))))
	blocks = append(blocks,
		textInput(workflow.FieldAppName, "How the app is called in Entra. Use a name that says which product and team it is for.", workflow.AppNameMax, false, "", false),
		textInput(workflow.FieldReason, "What it is for. The approver reads this.", workflow.ReasonMax, true, "", false))
	if tenants := b.desk.Tenants(); len(tenants) > 1 {
		options := make([]*slack.OptionBlockObject, len(tenants))
		for i, t := range tenants {
			options[i] = choice(t.Name, t.Name, "")
		}
		blocks = append(blocks, field(workflow.FieldTenant, "", slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a tenant"), string(workflow.FieldTenant), options...)))
	}
	team := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("Choose a channel"), string(workflow.FieldTeam))
	team.InitialConversation = in
	team.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	blocks = append(blocks, field(workflow.FieldTeam, "The channel whose people follow this request with "+Command+" status.", team))

	secret := choice(string(workflow.ClientSecret), "Client secret", "")
	kinds := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, string(workflow.FieldCredential), secret)
	kinds.InitialOption = secret
	blocks = append(blocks, field(workflow.FieldCredential, "", kinds))

	lives := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a lifetime"), string(workflow.FieldLifetime))
	for _, l := range b.desk.Policy().Lifetimes() {
		o := choice(l.D.String(), l.Words, "")
		lives.Options = append(lives.Options, o)
		if l.D <= p.Lifetime || lives.InitialOption == nil {
			lives.InitialOption = o
		}
	}
	blocks = append(blocks, field(workflow.FieldLifetime, "The secret stops working after this.", lives))

	if p.Custom {
		search := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, plain("Type part of a name, as in Mail.Read"), string(workflow.FieldPermissions))
		one := 1
		search.MinQueryLength = &one
		blocks = append(blocks, field(workflow.FieldPermissions, "Of Microsoft Graph, Exchange Online and SharePoint Online. Ask for as little as the product needs.", search))
	}
	redirects := textInput(workflow.FieldRedirectURIs, "One on each line; leave empty if the product needs none.", 3000, true, strings.Join(p.RedirectURIs, "\n"), true)
	redirects.BlockID = redirectBlock(p) // another product's are other ones
	blocks = append(blocks, redirects)
	if !p.Custom {
		blocks = append(blocks, permissionBlocks(p.Permissions, briefFrom)...)
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: formView, PrivateMetadata: string(m),
		Title: plain("Request an app"), Submit: plain("Send request"), Close: plain("Cancel"),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

func redirectBlock(p workflow.Product) string {
	return string(workflow.FieldRedirectURIs) + " of " + p.Name
}

func (b *Bot) productInput(p workflow.Product) *slack.InputBlock {
	products := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, string(workflow.FieldProduct))
	for _, q := range b.desk.Products() {
		o := choice(q.Name, q.Title, q.Name)
		products.Options = append(products.Options, o)
		if q.Name == p.Name {
			products.InitialOption = o
		}
	}
	in := field(workflow.FieldProduct, "", products)
	in.DispatchAction = true
	return in
}

// field is an input whose label, block ID and, as a rule, action ID are the
// field's name.
func field(f workflow.Field, hint string, e slack.BlockElement) *slack.InputBlock {
	var h *slack.TextBlockObject
	if hint != "" {
		h = plain(hint)
	}
	return slack.NewInputBlock(string(f), plain(string(f)), h, e)
}

func textInput(f workflow.Field, hint string, most int, lines bool, initial string, optional bool) *slack.InputBlock {
	e := slack.NewPlainTextInputBlockElement(nil, string(f))
	e.Multiline, e.MaxLength, e.InitialValue = lines, min(most, 3000), initial
	in := field(f, hint, e)
	in.Optional = optional
	return in
}

func choice(value, text, description string) *slack.OptionBlockObject {
	var d *slack.TextBlockObject
	if description != "" {
		d = plain(clip(description, 75))
	}
	return slack.NewOptionBlockObject(value, plain(clip(text, 75)), d)
}

// suggestions answers what is typed into Permissions.
func suggestions(query string) Reply {
	options := []*slack.OptionBlockObject{}
	size := 0
	for _, p := range catalog.Search(query, 100) {
		o := choice(p.Key(), p.Name+" · "+strings.ToLower(string(p.Type)), p.Resource+": "+firstOf(p.DisplayName, p.Description))
		written, _ := json.Marshal(o) // strings always marshal
		if size += len(written) + 1; size > mostReply {
			break // a longer word finds the rest
		}
		options = append(options, o)
	}
	return slack.OptionsResponse{Options: options}
}

// rebuild shows the form for another product, and keeps what was typed: Slack
// does that for every input whose IDs are the same.
func (b *Bot) rebuild(ctx context.Context, i interaction, a action) {
	if i.View.CallbackID != formView || a.SelectedOption == nil {
		return
	}
	p, ok := b.desk.Product(a.SelectedOption.Value)
	if !ok {
		return
	}
	var m meta
	json.Unmarshal([]byte(i.View.PrivateMetadata), &m)
	b.later(ctx, func(ctx context.Context) {
		if _, err := b.api.UpdateViewContext(ctx, b.form(p, m.Channel), "", i.View.Hash, i.View.ID); err != nil {
			b.log.Warn("the form was not redrawn", "err", slackError(err))
		}
	})
}

// submit takes a filled-in form. It is committed before it is acknowledged; what
// is wrong with it comes back under the fields.
func (b *Bot) submit(ctx context.Context, i interaction) Reply {
	s := i.View.State
	var m meta
	json.Unmarshal([]byte(i.View.PrivateMetadata), &m)
	d := workflow.Draft{
		Origin:     i.View.ID,
		Product:    firstOf(s.choice(workflow.FieldProduct), m.Product),
		AppName:    s.text(string(workflow.FieldAppName)),
		Reason:     s.text(string(workflow.FieldReason)),
		Tenant:     s.choice(workflow.FieldTenant),
		Team:       s.conversation(workflow.FieldTeam),
		Credential: workflow.CredentialKind(s.choice(workflow.FieldCredential)),
	}
	if p, ok := b.desk.Product(d.Product); ok && m.Product != "" && p.Name != m.Product {
		// Slack had not redrawn the form for the product when it was sent.
		v := b.form(p, m.Channel)
		return slack.NewUpdateViewSubmissionResponse(&v)
	}
	d.Lifetime, _ = time.ParseDuration(s.choice(workflow.FieldLifetime))
	redirects := ""
	for id := range s {
		if strings.HasPrefix(id, string(workflow.FieldRedirectURIs)) {
			redirects = id
		}
	}
	d.RedirectURIs = strings.Split(s.text(redirects), "\n")
	for _, o := range s.input(string(workflow.FieldPermissions)).SelectedOptions {
		d.Permissions = append(d.Permissions, o.Value)
	}
	by, err := b.presser(ctx, i)
	if err == nil {
		_, err = b.desk.Submit(ctx, by, d)
	}
	if err == nil {
		return nil // Slack closes the form; the engine sends the DM
	}
	return slack.NewErrorsViewSubmissionResponse(b.underFields(err, s, redirects))
}

// underFields says what is wrong with a form under the fields that are wrong.
// What has no field in the view stands under Product: Slack wants a block that
// is there.
func (b *Bot) underFields(err error, s state, redirects string) map[string]string {
	wrong, ok := errors.AsType[workflow.FieldErrors](err)
	if !ok {
		return map[string]string{string(workflow.FieldProduct): b.sentence(err)}
	}
	errs := map[string]string{}
	for _, f := range slices.Sorted(maps.Keys(wrong)) {
		id, text := string(f), wrong[f]
		if f == workflow.FieldRedirectURIs && redirects != "" {
			id = redirects
		}
		if _, shown := s[id]; !shown && f != workflow.FieldProduct {
			id, text = string(workflow.FieldProduct), string(f)+": "+text
		}
		errs[id] = strings.TrimSpace(errs[id] + " " + text)
	}
	return errs
}

// input is what is in the one input of a block.
func (s state) input(block string) input {
	for _, in := range s[block] {
		return in
	}
	return input{}
}

func (s state) text(block string) string { return s.input(block).Value }

func (s state) choice(f workflow.Field) string {
	if o := s.input(string(f)).SelectedOption; o != nil {
		return o.Value
	}
	return ""
}

func (s state) conversation(f workflow.Field) string {
	in := s.input(string(f))
	return firstOf(in.SelectedConversation, in.SelectedChannel)
}
