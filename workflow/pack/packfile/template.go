package packfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What is allowed in the fields that a pack adds to the form.
const (
	fieldsMax  = 10
	exampleMax = 100 // what Slack shows in an empty field
)

var (
	fieldName = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,29}$`)
	braced    = regexp.MustCompile(`\{[^{}]*\}`)
)

// taken are the labels that the form has already.
var taken = []form.Field{
	form.FieldProduct, form.FieldAppName, form.FieldReason, form.FieldTenant, form.FieldTeam, form.FieldCredential,
	form.FieldLifetime, form.FieldPermissions, form.FieldRedirectURIs, form.FieldApplication, form.FieldWorkloads,
	form.FieldCertificate, form.FieldCertificateFile, form.FieldIssuer, form.FieldSubject, form.FieldAudience,
	form.FieldSubscriptions, form.FieldOwners, form.FieldManifest, form.FieldManifestFile, form.FieldRetired,
	form.FieldScopes, form.FieldBackup,
}

// templates reads the redirect URIs of each platform, and the fields in them.
func (r *reader) templates(f *file, p *pack.Product) {
	p.Fields = r.asked(f.fields)
	used := map[string]bool{}
	// Entra takes a redirect URI once, on one platform, and capitals make no other one.
	platformsSeen, seen := map[string]place{}, map[string]place{}
	for _, d := range f.redirects {
		if !r.oneOf(d.platform, platforms) || !r.once(platformsSeen, d.platform, d.platform.s) {
			continue
		}
		on := pack.Redirect{Platform: plan.Platform(d.platform.s)}
		for _, t := range d.uris {
			if r.template(t, on.Platform, p.Fields, used) && r.once(seen, t, strings.ToLower(t.s)) {
				on.URIs = append(on.URIs, t.s)
			}
		}
		if len(d.uris) > form.RedirectsMax {
			r.report(d.uris[form.RedirectsMax].place, "", "is one too many; at most %d are allowed", form.RedirectsMax)
		}
		p.Redirects = append(p.Redirects, on)
	}
	if f.platform.s == "" && len(p.Redirects) > 0 {
		p.Platform = p.Redirects[0].Platform
	}
	for _, q := range f.fields {
		if q.name.s != "" && fieldName.MatchString(q.name.s) && !used[q.name.s] {
			r.report(q.name.place, fmt.Sprintf("write {%s} into one of redirects, or delete the field", q.name.s),
				"is %s, which no redirect URI has in it", quote(q.name.s))
		}
	}
}

// asked reads the fields.
func (r *reader) asked(list []field) []pack.TemplateField {
	var out []pack.TemplateField
	names, labels := map[string]place{}, map[string]place{}
	for _, q := range list {
		r.long(q.label, titleMax)
		r.long(q.hint, proseMax)
		r.long(q.example, exampleMax)
		if q.name.s != "" && !fieldName.MatchString(q.name.s) {
			r.report(q.name.place, "write letters and digits, beginning with a small letter, 30 at most, as in host", "is %s",
				quote(q.name.s))
			continue
		}
		if q.example.s != "" && !pack.FilledIn.MatchString(q.example.s) {
			r.report(q.example.place, "write what stands for the field in the URI, such as portal.example.com",
				"is %s, and may have letters, digits and . _ ~ - only", quote(q.example.s))
		}
		if i := slices.IndexFunc(taken, func(f form.Field) bool { return strings.EqualFold(string(f), q.label.s) }); i >= 0 {
			r.report(q.label.place, "give it another name", "is %s, and the form has a field of that name", quote(q.label.s))
		}
		fresh := q.label.s == "" || r.once(labels, q.label, strings.ToLower(q.label.s))
		if q.name.s != "" && r.once(names, q.name, q.name.s) && fresh {
			out = append(out, pack.TemplateField{Name: q.name.s, Label: q.label.s, Hint: q.hint.s, Example: q.example.s,
				Many: q.many.on})
		}
	}
	if len(list) > fieldsMax {
		r.report(list[fieldsMax].place, "", "is one too many; at most %d are allowed", fieldsMax)
	}
	return out
}

// template reports what is wrong with a redirect URI that may have fields in it,
// and notes those that it has.
func (r *reader) template(t text, on plan.Platform, fields []pack.TemplateField, used map[string]bool) bool {
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = "{" + f.Name + "}"
	}
	var many []string
	for _, found := range braced.FindAllString(t.s, -1) {
		i := slices.Index(known, found)
		if i < 0 {
			hint := "list it under fields first"
			if len(known) > 0 {
				hint = meant(found, known)
			}
			used[strings.Trim(found, "{}")] = true // one mistake, said once
			r.report(t.place, hint, "has %s, which is not one of the pack's fields", quote(found))
			return false
		}
		used[fields[i].Name] = true
		if fields[i].Many && !slices.Contains(many, found) {
			many = append(many, found)
		}
	}
	scheme, _, _ := strings.Cut(t.s, "://")
	// A digit can stand for a host, a port and a part of a path.
	problem := form.RedirectProblem(braced.ReplaceAllString(t.s, "1"), on)
	switch {
	case braced.MatchString(scheme):
		problem = "a redirect URI begins with a scheme, such as https://"
	case problem == "" && len(many) > 1:
		problem = fmt.Sprintf("it has %s in it, and one of them may have many values", strings.Join(many, " and "))
	}
	if problem != "" {
		r.report(t.place, "", "is %s: %s", quote(t.s), problem)
	}
	return problem == ""
}
