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

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// rebuild shows the form for another product, credential or set of workloads, and
// keeps what was typed: Slack does that for every input whose IDs are the same.
func (b *Bot) rebuild(ctx context.Context, i interaction) {
	switch i.View.CallbackID {
	case appForm:
		b.rebuildLife(ctx, i)
		return
	case requestForm:
	default:
		return
	}
	m, p, chosen, ok := b.chosen(i.View)
	if !ok {
		return
	}
	m.Reviewed = "" // what was told is no longer in the form
	b.later(ctx, func(ctx context.Context) {
		if _, err := b.api.UpdateViewContext(ctx, b.say().form(p, chosen, m), "", i.View.Hash, i.View.ID); err != nil {
			b.log.Warn("the form was not redrawn", "err", slackError(err))
		}
	})
}

// chosen reads the product and what was chosen of it out of a form.
func (b *Bot) chosen(v view) (m meta, p pack.Product, c pack.Choice, ok bool) {
	json.Unmarshal([]byte(v.PrivateMetadata), &m)
	if which := v.State.choice(form.FieldApplication); which != "" {
		m.Existing = which == existingApp
	}
	p, ok = b.desk.Product(firstOf(v.State.choice(form.FieldProduct), m.Product))
	if !ok || p.Name != m.Product {
		return m, p, p.Choice(), ok
	}
	c.Credential = plan.CredentialKind(v.State.choice(form.FieldCredential))
	c.Workloads = v.State.workloads()
	c.Backup = v.State.backup()
	return m, p, b.say().fits(p, c, m.Backup), ok
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
		v := b.say().form(p, chosen, m)
		return slack.NewUpdateViewSubmissionResponse(&v)
	}
	d := s.draft()
	d.Origin, d.Product = i.View.ID, firstOf(p.Name, s.choice(form.FieldProduct), m.Product)
	d.Fields = s.filledIn(p)
	d.Credential, d.Workloads, d.Backup, d.Existing = chosen.Credential, chosen.Workloads, chosen.Backup, m.Existing
	by, err := b.complete(ctx, i, &d)
	if err != nil {
		return b.underFields(err, s)
	}
	_, err = b.desk.Submit(ctx, by, d)
	if errors.Is(err, form.ErrNotReviewed) {
		m.Reviewed, m.File = d.Imported.Name, s.manifestFile(m).ID
		v := b.say().review(p, chosen, m, d)
		return slack.NewUpdateViewSubmissionResponse(&v)
	}
	return b.underFields(err, s) // where it is nil Slack closes the form; the engine sends the DM
}

// completeFor is how long Slack may take for all that a form only names: it wants
// its own answer in three seconds.
const completeFor = 2500 * time.Millisecond

// complete makes a draft whole, and says whose it is.
func (b *Bot) complete(ctx context.Context, i interaction, d *form.Draft) (by people.Person, err error) {
	ctx, cancel := context.WithTimeout(ctx, completeFor)
	defer cancel()
	s := i.View.State
	by, err = b.insider(ctx, i.User.ID)
	if err != nil {
		return by, err
	}
	if err := s.noKeys(); err != nil {
		return by, err
	}
	var m meta
	json.Unmarshal([]byte(i.View.PrivateMetadata), &m)
	return by, b.fill(ctx, m, s, d)
}

// fill gets what the form only names: the file, and who the owners are.
func (b *Bot) fill(ctx context.Context, m meta, s state, d *form.Draft) error {
	if files := s.input(form.FieldCertificateFile).Files; len(files) > 0 {
		content, err := b.download(ctx, files[0], form.FieldCertificateFile, mostCertificate)
		if err != nil {
			return err
		}
		d.CertificateFile = content
	}
	text, in := []byte(s.text(form.FieldManifest)), form.FieldManifest
	if f := s.manifestFile(m); f.ID != "" || f.Private != "" || f.Download != "" {
		content, err := b.download(ctx, f, form.FieldManifestFile, mostManifest)
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(text)) > 0 {
			return form.Errors{form.FieldManifestFile: "There are a file and pasted text, and an app is made from one " +
				"manifest. Remove the file, or the text."}
		}
		text, in = content, form.FieldManifestFile
	}
	if in == form.FieldManifestFile || len(bytes.TrimSpace(text)) > 0 {
		err := imported(d, text, in, m.Reviewed)
		if err != nil && certificate.HasPrivateKey(string(text)) { // in a manifest it is left out, and named
			return form.Errors{in: form.KeyRefused}
		}
		if err != nil {
			return err
		}
	}
	for _, id := range s.input(form.FieldOwners).SelectedUsers {
		p, err := b.person(ctx, id)
		if err != nil {
			return err
		}
		d.Owners = append(d.Owners, p)
	}
	return nil
}

// underFields says what is wrong with a form under the fields that are wrong; nil where
// nothing is.
// What has no field in the view stands under Product: Slack wants a block that
// is there.
func (b *Bot) underFields(err error, s state) Reply {
	if err == nil {
		return nil
	}
	product := firstOf(s.block(form.FieldProduct), s.block(form.FieldReason), string(form.FieldProduct))
	wrong, ok := errors.AsType[form.Errors](err)
	if !ok {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{product: b.sentence(err)})
	}
	errs := map[string]string{}
	for _, f := range slices.Sorted(maps.Keys(wrong)) {
		id, text := s.block(f), wrong[f]
		if id == "" {
			id = product
			if f != form.FieldProduct {
				text = string(f) + ": " + text
			}
		}
		errs[id] = strings.TrimSpace(errs[id] + " " + text)
	}
	return slack.NewErrorsViewSubmissionResponse(errs)
}
