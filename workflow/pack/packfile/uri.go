package packfile

import (
	"regexp"
	"strings"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// redirects reads the redirect URIs that the form suggests.
func (r *reader) redirects(list []text, on plan.Platform) []string {
	var out []string
	seen := map[string]place{}
	for _, t := range list {
		if problem := form.RedirectProblem(t.s, on); problem != "" {
			hint := ""
			if braced.MatchString(t.s) {
				hint = "URIs with fields in them belong under redirects"
			}
			r.report(t.place, hint, "is %s: %s", quote(t.s), problem)
			continue
		}
		if r.once(seen, t, t.s) {
			out = append(out, t.s)
		}
	}
	if len(list) > form.RedirectsMax {
		r.report(list[form.RedirectsMax].place, "", "is one too many; at most %d are allowed", form.RedirectsMax)
	}
	return out
}

// example reads what the field Redirect URIs shows as long as it is empty.
func (r *reader) example(t text, p pack.Product) string {
	r.long(t, exampleMax)
	switch problem := form.RedirectProblem(t.s, p.Platform); {
	case t.s == "":
	case problem != "":
		r.report(t.place, "", "is %s: %s", quote(t.s), problem)
	case len(p.RedirectURIs) > 0 || !p.AsksRedirects():
		r.report(t.place, "delete the line", "is %s, and is shown in an empty field only: the pack says what the redirect URIs are",
			quote(t.s))
	}
	return t.s
}

// required reads whether the field Redirect URIs may stay empty.
func (r *reader) required(f flag, p pack.Product) bool {
	if f.on && !p.AsksRedirects() {
		r.report(f.place, "delete the line", "is true, and the form has no field for redirect URIs: the pack says what they are")
	}
	if f.on && p.Custom {
		r.report(f.place, "delete the line, or custom", "is true, and the requester of a custom app says what it needs")
	}
	return f.on
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// exposed reads the scopes that the app itself offers.
func (r *reader) exposed(list []scope) []plan.Scope {
	var out []plan.Scope
	seen := map[string]place{}
	for _, s := range list {
		r.long(s.title, titleMax)
		r.long(s.words, proseMax)
		if s.name.s == "" {
			continue
		}
		o := plan.Scope{Name: s.name.s, AdminsOnly: s.adminsOnly.on, Title: s.title.s, Words: s.words.s}
		if s.title.s != "" && s.words.s != "" { // what is missing is reported elsewhere
			if problem := form.ScopeProblem(o); problem != "" {
				r.report(s.name.place, "write letters, digits and . : / _ -, as in access_as_user", "is %s: %s", quote(s.name.s),
					strings.TrimSuffix(problem, "."))
			}
		}
		for _, t := range s.preAuthorized {
			if !guid.MatchString(t.s) {
				r.report(t.place, "write the application ID of a client", "is %s, which is not a GUID", quote(t.s))
				continue
			}
			o.PreAuthorized = append(o.PreAuthorized, strings.ToLower(t.s))
		}
		if r.once(seen, s.name, strings.ToLower(s.name.s)) {
			out = append(out, o)
		}
	}
	return out
}
