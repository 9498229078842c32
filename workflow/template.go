package workflow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Redirect URIs that a product brings with it. What the requester types into the
// field Redirect URIs comes in addition, for the product's platform.

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

// Field is how it is named among the fields of the form, where no label can be
// taken for another's.
func (f TemplateField) Field() Field { return Field(f.placeholder()) }

func (f TemplateField) placeholder() string { return "{" + f.Name + "}" }

// AsksRedirects reports whether the form has the field Redirect URIs: not where the
// product knows them all, but for what is filled in.
func (p Product) AsksRedirects() bool { return len(p.Redirects) == 0 || len(p.RedirectURIs) > 0 }

// AlwaysGets are the redirect URIs that nothing is filled into.
func (p Product) AlwaysGets() []Redirect {
	var out []Redirect
	for _, r := range p.Redirects {
		r.URIs = slices.DeleteFunc(slices.Clone(r.URIs), func(uri string) bool { return len(p.fieldsOf(uri)) > 0 })
		if len(r.URIs) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// fieldsOf are the fields that a URI has in it.
func (p Product) fieldsOf(uri string) []TemplateField {
	var out []TemplateField
	for _, f := range p.Fields {
		if strings.Contains(uri, f.placeholder()) {
			out = append(out, f)
		}
	}
	return out
}

// FilledIn is what may be filled into a redirect URI. Nothing in it has a meaning
// in a URI, so that a value stays where the product wants it: a host can't bring a
// path along, nor a path lead elsewhere.
var FilledIn = regexp.MustCompile(`^[A-Za-z0-9_~-][A-Za-z0-9._~-]*$`)

// fillIn adds the product's redirect URIs to a plan, with what was typed in them,
// and says into which field: FieldProduct where nothing was.
func (p Product) fillIn(wrong FieldErrors, typed map[string][]string, plan *plan.Plan) map[redirectPlace]Field {
	of := map[redirectPlace]Field{}
	values := map[string][]string{}
	for _, f := range p.Fields {
		values[f.Name] = p.values(wrong, f, typed[f.Name])
	}
	for _, r := range p.Redirects {
		uris := slices.Clone(plan.On(r.Platform))
		at := FieldProduct // of a mistake that no field is to blame for
		for _, template := range r.URIs {
			in := p.fieldsOf(template)
			if len(in) > 0 {
				at = in[len(in)-1].Field()
			}
			for _, uri := range filled(template, in, values) {
				if of[redirectPlace{r.Platform, uri}] = FieldProduct; len(in) > 0 {
					of[redirectPlace{r.Platform, uri}] = in[len(in)-1].Field()
				}
				if problem := RedirectProblem(uri, r.Platform); problem != "" {
					wrong[at] = fmt.Sprintf("%s: %s.", text.Clip(uri, 80), problem)
				}
				if !slices.Contains(uris, uri) {
					uris = append(uris, uri)
				}
			}
		}
		if len(uris) > RedirectsMax {
			wrong[at] = fmt.Sprintf("This makes %d redirect URIs; %d are allowed. Name fewer.", len(uris), RedirectsMax)
		}
		plan.SetRedirects(r.Platform, uris)
	}
	return of
}

// values are what was typed into a field, line by line, each once.
func (p Product) values(wrong FieldErrors, f TemplateField, lines []string) []string {
	such := ""
	if f.Example != "" {
		such = ", as in " + f.Example
	}
	var out []string
	var bad mistakes
	for _, s := range lines {
		switch s = text.OneLine(s); {
		case s == "" || slices.Contains(out, s):
		case !FilledIn.MatchString(s):
			bad.add(s, fmt.Sprintf("this can't be filled in: it becomes a part of %s. Write letters, digits, dots and dashes only%s",
				p.where(f), such))
		default:
			out = append(out, s)
		}
	}
	switch n := len(out); {
	case bad != nil:
		wrong[f.Field()] = bad.String()
		return nil
	case n == 0:
		wrong[f.Field()] = fmt.Sprintf("%s can't be empty. It becomes a part of %s%s.", f.Label, p.where(f), such)
	case n > 1 && !f.Many:
		wrong[f.Field()] = fmt.Sprintf("These are %d values, and one is needed%s.", n, such)
		return nil
	}
	return out
}

// where is the first redirect URI that a field is in.
func (p Product) where(f TemplateField) string {
	for _, r := range p.Redirects {
		for _, uri := range r.URIs {
			if strings.Contains(uri, f.placeholder()) {
				return uri
			}
		}
	}
	return "a redirect URI"
}

// filled is a URI with every value of its fields in it. A field without a value
// makes none.
func filled(uri string, in []TemplateField, values map[string][]string) []string {
	out := []string{uri}
	for _, f := range in {
		var next []string
		for _, so := range out {
			for _, v := range values[f.Name] {
				next = append(next, strings.ReplaceAll(so, f.placeholder(), v))
			}
		}
		out = next
	}
	return out
}
