package pack

import (
	"regexp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/plan"
)

// A Redirect is redirect URIs of one platform. {name} in one of them stands for
// what is typed into the field of that name.
type Redirect struct {
	Platform plan.Platform
	URIs     []string
}

// A TemplateField is what the form asks for, to be filled into redirect URIs.
type TemplateField struct {
	Name    string // "host", for {host}
	Label   string // "Portal host"
	Hint    string
	Example string // "portal.contoso.com"
	Many    bool   // several values, one on a line: each makes a URI
}

// Placeholder is how the field stands in a redirect URI.
func (f TemplateField) Placeholder() string { return "{" + f.Name + "}" }

// AsksRedirects reports whether the form has the field Redirect URIs: not where the
// product knows them all, but for what is filled in.
func (p Product) AsksRedirects() bool { return len(p.Redirects) == 0 || len(p.RedirectURIs) > 0 }

// AlwaysGets are the redirect URIs that nothing is filled into.
func (p Product) AlwaysGets() []Redirect {
	var out []Redirect
	for _, r := range p.Redirects {
		r.URIs = slices.DeleteFunc(slices.Clone(r.URIs), func(uri string) bool { return len(p.FieldsOf(uri)) > 0 })
		if len(r.URIs) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// FieldsOf are the fields that a URI has in it.
func (p Product) FieldsOf(uri string) []TemplateField {
	var out []TemplateField
	for _, f := range p.Fields {
		if strings.Contains(uri, f.Placeholder()) {
			out = append(out, f)
		}
	}
	return out
}

// FilledIn is what may be filled into a redirect URI. Nothing in it has a meaning
// in a URI, so that a value stays where the product wants it: a host can't bring a
// path along, nor a path lead elsewhere.
var FilledIn = regexp.MustCompile(`^[A-Za-z0-9_~-][A-Za-z0-9._~-]*$`)

// Where is the first redirect URI that a field is in.
func (p Product) Where(f TemplateField) string {
	for _, r := range p.Redirects {
		for _, uri := range r.URIs {
			if strings.Contains(uri, f.Placeholder()) {
				return uri
			}
		}
	}
	return "a redirect URI"
}

// Filled is a URI with every value of its fields in it. A field without a value
// makes none.
func Filled(uri string, in []TemplateField, values map[string][]string) []string {
	out := []string{uri}
	for _, f := range in {
		var next []string
		for _, so := range out {
			for _, v := range values[f.Name] {
				next = append(next, strings.ReplaceAll(so, f.Placeholder(), v))
			}
		}
		out = next
	}
	return out
}
