package form

import (
	"fmt"
	"slices"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Redirect URIs that a product brings with it. What the requester types into the
// field Redirect URIs comes in addition, for the product's platform.

// FieldOf is how a field of a product is named among the fields of the form, where no
// label can be taken for another's.
func FieldOf(f pack.TemplateField) Field { return Field(f.Placeholder()) }

// FillIn adds the product's redirect URIs to a plan, with what was typed in them,
// and says into which field: FieldProduct where nothing was.
func FillIn(p pack.Product, wrong Errors, typed map[string][]string, plan *plan.Plan) map[RedirectPlace]Field {
	of := map[RedirectPlace]Field{}
	values := map[string][]string{}
	for _, f := range p.Fields {
		values[f.Name] = templateValues(p, wrong, f, typed[f.Name])
	}
	for _, r := range p.Redirects {
		uris := slices.Clone(plan.On(r.Platform))
		at := FieldProduct // of a mistake that no field is to blame for
		for _, template := range r.URIs {
			in := p.FieldsOf(template)
			if len(in) > 0 {
				at = FieldOf(in[len(in)-1])
			}
			for _, uri := range pack.Filled(template, in, values) {
				if of[RedirectPlace{r.Platform, uri}] = FieldProduct; len(in) > 0 {
					of[RedirectPlace{r.Platform, uri}] = FieldOf(in[len(in)-1])
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
			wrong[at] = fmt.Sprintf("That makes %d redirect URIs; at most %d are allowed. Name fewer.", len(uris), RedirectsMax)
		}
		plan.SetRedirects(r.Platform, uris)
	}
	return of
}

// templateValues are what was typed into a field, line by line, each once.
func templateValues(p pack.Product, wrong Errors, f pack.TemplateField, lines []string) []string {
	such := ""
	if f.Example != "" {
		such = ", as in " + f.Example
	}
	var out []string
	var bad mistakes
	for _, s := range lines {
		switch s = text.OneLine(s); {
		case s == "" || slices.Contains(out, s):
		case !pack.FilledIn.MatchString(s):
			bad.add(s, fmt.Sprintf("this can't be filled in: it becomes a part of %s. Write letters, digits, dots and dashes only%s",
				p.Where(f), such))
		default:
			out = append(out, s)
		}
	}
	switch n := len(out); {
	case bad != nil:
		wrong[FieldOf(f)] = bad.String()
		return nil
	case n == 0:
		wrong[FieldOf(f)] = fmt.Sprintf("%s can't be empty. It becomes a part of %s%s.", f.Label, p.Where(f), such)
	case n > 1 && !f.Many:
		wrong[FieldOf(f)] = fmt.Sprintf("There are %d values, and only one is needed%s.", n, such)
		return nil
	}
	return out
}
