package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// suggestions answers what is typed into Permissions.
func suggestions(query string) Reply {
	options := []*slack.OptionBlockObject{}
	size := 0
	for _, p := range catalog.Search(query, 100) {
		o := permissionOption(p)
		written, _ := json.Marshal(o) // strings always marshal
		if size += len(written) + 1; size > mostReply {
			break // a longer word finds the rest
		}
		options = append(options, o)
	}
	return slack.OptionsResponse{Options: options}
}

// permissionOption names the service where it is not Microsoft Graph, which has
// permissions of the same names: once it is chosen, its description is not shown.
func permissionOption(p catalog.Permission) *slack.OptionBlockObject {
	text, words := p.Name+" · "+strings.ToLower(string(p.Type)), firstOf(p.DisplayName, p.Description)
	if p.ResourceAppID != catalog.MicrosoftGraph {
		return choice(p.Key(), text+" · "+p.Resource, words)
	}
	return choice(p.Key(), text, p.Resource+": "+words)
}

// rebuild shows the form for another product, credential or set of workloads, and
// keeps what was typed: Slack does that for every input whose IDs are the same.
func (b *Bot) rebuild(ctx context.Context, i interaction) {
	switch i.View.CallbackID {
	case lifeView:
		b.rebuildLife(ctx, i.View)
		return
	case formView:
	default:
		return
	}
	m, p, chosen, ok := b.chosen(i.View)
	if !ok {
		return
	}
	m.Reviewed = "" // what was told is no longer in the form
	b.later(ctx, func(ctx context.Context) {
		if _, err := b.api.UpdateViewContext(ctx, b.form(p, chosen, m), "", i.View.Hash, i.View.ID); err != nil {
			b.log.Warn("the form was not redrawn", "err", slackError(err))
		}
	})
}

// chosen reads the product and what was chosen of it out of a form.
func (b *Bot) chosen(v view) (m meta, p workflow.Product, c workflow.Choice, ok bool) {
	json.Unmarshal([]byte(v.PrivateMetadata), &m)
	if which := v.State.choice(workflow.FieldApplication); which != "" {
		m.Existing = which == existingApp
	}
	p, ok = b.desk.Product(firstOf(v.State.choice(workflow.FieldProduct), m.Product))
	if !ok || p.Name != m.Product {
		return m, p, p.Choice(), ok
	}
	c.Credential = plan.CredentialKind(v.State.choice(workflow.FieldCredential))
	c.Workloads = v.State.workloads()
	c.Backup = v.State.backup()
	return m, p, b.fits(p, c, m.Backup), ok
}

// workloads are those that were chosen, with checkboxes or radio buttons.
func (s state) workloads() []string {
	if one := s.choice(workflow.FieldWorkloads); one != "" {
		return []string{one}
	}
	var names []string
	for _, o := range s.input(workflow.FieldWorkloads).SelectedOptions {
		names = append(names, o.Value)
	}
	return names
}

// submit takes a filled-in form. It is committed before it is acknowledged; what
// is wrong with it comes back under the fields.
func (b *Bot) submit(ctx context.Context, i interaction) Reply {
	s := i.View.State
	m, p, chosen, ok := b.chosen(i.View)
	if ok && m.Product != "" && (p.Name != m.Product || m.Credential != "" && chosen.Credential != m.Credential ||
		chosen.Backup != m.Backup) {
		// Slack had not redrawn the form for what was chosen when it was sent.
		m.Reviewed = ""
		v := b.form(p, chosen, m)
		return slack.NewUpdateViewSubmissionResponse(&v)
	}
	d := s.draft()
	d.Origin, d.Product = i.View.ID, firstOf(p.Name, s.choice(workflow.FieldProduct), m.Product)
	d.Fields = s.filledIn(p)
	d.Credential, d.Workloads, d.Backup, d.Existing = chosen.Credential, chosen.Workloads, chosen.Backup, m.Existing
	by, err := b.complete(ctx, i, &d)
	if err == nil {
		_, err = b.desk.Submit(ctx, by, d)
	}
	if err == nil {
		return nil // Slack closes the form; the engine sends the DM
	}
	if errors.Is(err, workflow.ErrNotReviewed) {
		m.Reviewed, m.File = d.Imported.Name, s.manifestFile(m).ID
		v := b.review(p, chosen, m, d)
		return slack.NewUpdateViewSubmissionResponse(&v)
	}
	return slack.NewErrorsViewSubmissionResponse(b.underFields(err, s))
}

// draft is what was typed and chosen, but for what depends on the form.
func (s state) draft() workflow.Draft {
	d := workflow.Draft{
		AppName: s.text(workflow.FieldAppName), Reason: s.text(workflow.FieldReason),
		Tenant: s.choice(workflow.FieldTenant), Team: s.conversation(workflow.FieldTeam),
		Credential:   plan.CredentialKind(s.choice(workflow.FieldCredential)),
		RedirectURIs: s.linesIfAsked(workflow.FieldRedirectURIs), Subscriptions: s.lines(workflow.FieldSubscriptions),
		Scopes: s.linesIfAsked(workflow.FieldScopes),
		Federated: plan.FederatedIssuer{Issuer: s.text(workflow.FieldIssuer), Subject: s.text(workflow.FieldSubject),
			Audience: s.text(workflow.FieldAudience)},
		Certificate: []byte(s.text(workflow.FieldCertificate)), Workloads: s.workloads(), Backup: s.backup(),
		Redirects: map[workflow.Field][]string{},
	}
	d.Lifetime, _ = time.ParseDuration(s.choice(workflow.FieldLifetime))
	d.WhoSignsIn = s.choice(workflow.FieldWhoSignsIn)
	if flows := s.choice(workflow.FieldPublicClientFlows); flows != "" {
		allowed := flows == flowsAllowed
		d.PublicClientFlows = &allowed
	}
	for _, f := range []workflow.Field{workflow.FieldWebRedirectURIs, workflow.FieldSPARedirectURIs, workflow.FieldPublicRedirectURIs} {
		if s.block(f) != "" {
			d.Redirects[f] = s.lines(f)
		}
	}
	if s.block(workflow.FieldPermissions) != "" {
		d.Permissions = []string{}
	}
	for _, f := range []workflow.Field{workflow.FieldPermissions, workflow.FieldRetired} {
		for _, o := range s.input(f).SelectedOptions {
			d.Permissions = append(d.Permissions, o.Value)
		}
	}
	return d
}

// noKeys refuses private keys in whatever was typed, in every field: also in one
// that does not count because a file was added.
func (s state) noKeys() error {
	wrong := workflow.FieldErrors{}
	for id, inputs := range s {
		for _, in := range inputs {
			if certificate.HasPrivateKey(in.Value) {
				name, _, _ := strings.Cut(id, " of ")
				wrong[workflow.Field(name)] = workflow.KeyRefused
				if _, err := certificate.Parse([]byte(in.Value)); name == string(workflow.FieldCertificate) && err != nil {
					wrong[workflow.FieldCertificate] = err.Error()
				}
			}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return wrong
}

// manifestFile is the file that was added, or the one that the form keeps.
func (s state) manifestFile(m meta) file {
	if files := s.input(workflow.FieldManifestFile).Files; len(files) > 0 {
		return files[0]
	}
	if strings.TrimSpace(s.text(workflow.FieldManifest)) != "" {
		return file{}
	}
	return file{ID: m.File}
}

// completeFor is how long Slack may take for all that a form only names: it wants
// its own answer in three seconds.
const completeFor = 2500 * time.Millisecond

// complete makes a draft whole, and says whose it is.
func (b *Bot) complete(ctx context.Context, i interaction, d *workflow.Draft) (by people.Person, err error) {
	ctx, cancel := context.WithTimeout(ctx, completeFor)
	defer cancel()
	s := i.View.State
	by, err = b.presser(ctx, i)
	if err == nil {
		err = s.noKeys()
	}
	if err == nil {
		var m meta
		json.Unmarshal([]byte(i.View.PrivateMetadata), &m)
		err = b.fill(ctx, m, s, d)
	}
	return by, err
}

// fill gets what the form only names: the file, and who the owners are.
func (b *Bot) fill(ctx context.Context, m meta, s state, d *workflow.Draft) error {
	if files := s.input(workflow.FieldCertificateFile).Files; len(files) > 0 {
		content, err := b.download(ctx, files[0], workflow.FieldCertificateFile, mostCertificate)
		if err != nil {
			return err
		}
		d.CertificateFile = content
	}
	text, in := []byte(s.text(workflow.FieldManifest)), workflow.FieldManifest
	if f := s.manifestFile(m); f.ID != "" || f.Private != "" || f.Download != "" {
		content, err := b.download(ctx, f, workflow.FieldManifestFile, mostManifest)
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(text)) > 0 {
			return workflow.FieldErrors{workflow.FieldManifestFile: "There is a file and pasted text, and an app is made from one " +
				"manifest. Remove the file, or the text."}
		}
		text, in = content, workflow.FieldManifestFile
	}
	if in == workflow.FieldManifestFile || len(bytes.TrimSpace(text)) > 0 {
		err := imported(d, text, in, m.Reviewed)
		if err != nil && certificate.HasPrivateKey(string(text)) { // in a manifest it is left out, and named
			return workflow.FieldErrors{in: workflow.KeyRefused}
		}
		if err != nil {
			return err
		}
	}
	for _, id := range s.input(workflow.FieldOwners).SelectedUsers {
		p, err := b.person(ctx, id)
		if err != nil {
			return err
		}
		d.Owners = append(d.Owners, p)
	}
	return nil
}

// underFields says what is wrong with a form under the fields that are wrong.
// What has no field in the view stands under Product: Slack wants a block that
// is there.
func (b *Bot) underFields(err error, s state) map[string]string {
	product := firstOf(s.block(workflow.FieldProduct), s.block(workflow.FieldReason), string(workflow.FieldProduct))
	wrong, ok := errors.AsType[workflow.FieldErrors](err)
	if !ok {
		return map[string]string{product: b.sentence(err)}
	}
	errs := map[string]string{}
	for _, f := range slices.Sorted(maps.Keys(wrong)) {
		id, text := s.block(f), wrong[f]
		if id == "" {
			id = product
			if f != workflow.FieldProduct {
				text = string(f) + ": " + text
			}
		}
		errs[id] = strings.TrimSpace(errs[id] + " " + text)
	}
	return errs
}

// block is the ID of the block that a field is in, or empty.
func (s state) block(f workflow.Field) string {
	for id := range s {
		if id == string(f) || strings.HasPrefix(id, string(f)+" of ") {
			return id
		}
	}
	return ""
}

// input is what is in the one input of a field.
func (s state) input(f workflow.Field) input {
	for _, in := range s[s.block(f)] {
		return in
	}
	return input{}
}

func (s state) text(f workflow.Field) string { return s.input(f).Value }

func (s state) lines(f workflow.Field) []string { return strings.Split(s.text(f), "\n") }

// linesIfAsked are the lines of a field, or nil where the form does not have it.
func (s state) linesIfAsked(f workflow.Field) []string {
	if s.block(f) == "" {
		return nil
	}
	return s.lines(f)
}

func (s state) choice(f workflow.Field) string {
	if o := s.input(f).SelectedOption; o != nil {
		return o.Value
	}
	return ""
}

func (s state) conversation(f workflow.Field) string {
	in := s.input(f)
	return firstOf(in.SelectedConversation, in.SelectedChannel)
}
