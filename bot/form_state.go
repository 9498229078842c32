package bot

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// state is what was typed and chosen: block ID, action ID, value. Slack has been
// seen to send [] for "nothing".
type state map[string]map[string]input

type input struct {
	Value                string   `json:"value"`
	SelectedOption       *option  `json:"selected_option"`
	SelectedOptions      []option `json:"selected_options"`
	SelectedChannel      string   `json:"selected_channel"`
	SelectedConversation string   `json:"selected_conversation"`
	SelectedUsers        []string `json:"selected_users"`
	Files                []file   `json:"files"`
}

func (s *state) UnmarshalJSON(b []byte) error {
	var outer struct {
		Values json.RawMessage `json:"values"`
	}
	*s = state{}
	if json.Unmarshal(b, &outer) != nil {
		return nil
	}
	var blocks map[string]map[string]json.RawMessage
	if json.Unmarshal(outer.Values, &blocks) != nil {
		return nil
	}
	for block, actions := range blocks {
		(*s)[block] = map[string]input{}
		for id, raw := range actions {
			var in input
			if json.Unmarshal(raw, &in) == nil { // an element type that we do not know is left out
				(*s)[block][id] = in
			}
		}
	}
	return nil
}

// workloads are those that were chosen, with checkboxes or radio buttons.
func (s state) workloads() []string {
	if one := s.choice(form.FieldWorkloads); one != "" {
		return []string{one}
	}
	var names []string
	for _, o := range s.input(form.FieldWorkloads).SelectedOptions {
		names = append(names, o.Value)
	}
	return names
}

// draft is what was typed and chosen, but for what depends on the form.
func (s state) draft() form.Draft {
	d := form.Draft{
		AppName: s.text(form.FieldAppName), Reason: s.text(form.FieldReason),
		Tenant: s.choice(form.FieldTenant), Team: s.conversation(form.FieldTeam),
		Credential:   plan.CredentialKind(s.choice(form.FieldCredential)),
		RedirectURIs: s.linesIfAsked(form.FieldRedirectURIs), Subscriptions: s.lines(form.FieldSubscriptions),
		Scopes: s.linesIfAsked(form.FieldScopes),
		Federated: plan.FederatedIssuer{Issuer: s.text(form.FieldIssuer), Subject: s.text(form.FieldSubject),
			Audience: s.text(form.FieldAudience)},
		Certificate: []byte(s.text(form.FieldCertificate)), Workloads: s.workloads(), Backup: s.backup(),
		Redirects: map[form.Field][]string{},
	}
	d.Lifetime, _ = time.ParseDuration(s.choice(form.FieldLifetime))
	d.WhoSignsIn = s.choice(form.FieldWhoSignsIn)
	if flows := s.choice(form.FieldPublicClientFlows); flows != "" {
		allowed := flows == flowsAllowed
		d.PublicClientFlows = &allowed
	}
	for _, f := range []form.Field{form.FieldWebRedirectURIs, form.FieldSPARedirectURIs, form.FieldPublicRedirectURIs} {
		if s.block(f) != "" {
			d.Redirects[f] = s.lines(f)
		}
	}
	if s.block(form.FieldPermissions) != "" {
		d.Permissions = []string{}
	}
	for _, f := range []form.Field{form.FieldPermissions, form.FieldRetired} {
		for _, o := range s.input(f).SelectedOptions {
			d.Permissions = append(d.Permissions, o.Value)
		}
	}
	return d
}

// noKeys refuses private keys in whatever was typed, in every field: also in one
// that does not count because a file was added.
func (s state) noKeys() error {
	wrong := form.Errors{}
	for id, inputs := range s {
		for _, in := range inputs {
			if certificate.HasPrivateKey(in.Value) {
				name, _, _ := strings.Cut(id, " of ")
				wrong[form.Field(name)] = form.KeyRefused
				if _, err := certificate.Parse([]byte(in.Value)); name == string(form.FieldCertificate) && err != nil {
					wrong[form.FieldCertificate] = err.Error()
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
	if files := s.input(form.FieldManifestFile).Files; len(files) > 0 {
		return files[0]
	}
	if strings.TrimSpace(s.text(form.FieldManifest)) != "" {
		return file{}
	}
	return file{ID: m.File}
}

// block is the ID of the block that a field is in, or empty.
func (s state) block(f form.Field) string {
	for id := range s {
		if id == string(f) || strings.HasPrefix(id, string(f)+" of ") {
			return id
		}
	}
	return ""
}

// input is what is in the one input of a field.
func (s state) input(f form.Field) input {
	for _, in := range s[s.block(f)] {
		return in
	}
	return input{}
}

func (s state) text(f form.Field) string { return s.input(f).Value }

func (s state) lines(f form.Field) []string { return strings.Split(s.text(f), "\n") }

// linesIfAsked are the lines of a field, or nil where the form does not have it.
func (s state) linesIfAsked(f form.Field) []string {
	if s.block(f) == "" {
		return nil
	}
	return s.lines(f)
}

func (s state) choice(f form.Field) string {
	if o := s.input(f).SelectedOption; o != nil {
		return o.Value
	}
	return ""
}

func (s state) conversation(f form.Field) string {
	in := s.input(f)
	return firstOf(in.SelectedConversation, in.SelectedChannel)
}

// filledIn is what was typed into the fields of a product.
func (s state) filledIn(p pack.Product) map[string][]string {
	typed := map[string][]string{}
	for _, f := range p.Fields {
		typed[f.Name] = s.lines(form.FieldOf(f))
	}
	return typed
}

// backup is the server that was chosen, or empty.
func (s state) backup() string {
	if name := s.choice(form.FieldBackup); name != toMe {
		return name
	}
	return ""
}
