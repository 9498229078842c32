package form

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// Limits of the scopes that an app offers, in UTF-16 code units as Entra counts.
// Source: Graph, permissionScope resource type; ScopesMax is ours.
const (
	ScopesMax     = 20
	scopeValueMax = 120
	ScopeTitleMax = 100
	ScopeWordsMax = 850
)

// entitlementName is what the value of a scope or of an app role may be.
// Source: Graph, appRole and permissionScope resource types, value.
var entitlementName = regexp.MustCompile(`^[!#-\[\]-~]+$`)

// valueProblem is what Entra would refuse in the value of a scope or an app role, as a
// sentence, or "".
func valueProblem(value string) string {
	switch n := utf16Len(value); {
	case value == "":
		return "It has no name."
	case n > scopeValueMax:
		return fmt.Sprintf("The name %s has %d characters; at most %d are allowed.", text.Clip(value, 40), n, scopeValueMax)
	case strings.HasPrefix(value, "."):
		return fmt.Sprintf("The name %s begins with a dot, which Entra does not allow.", text.Clip(value, 40))
	case !entitlementName.MatchString(value):
		return fmt.Sprintf("The name %s may have letters, digits and signs such as . : / _ - only, and no spaces.", text.Clip(value, 40))
	}
	return ""
}

// textProblem is what is wrong with a text of a scope or an app role, as a sentence, or "".
func textProblem(of, what, words string, limit int) string {
	switch n := utf16Len(words); {
	case n > limit:
		return fmt.Sprintf("%s: %s has %d characters; at most %d are allowed.", text.Clip(of, 40), what, n, limit)
	case strings.ContainsFunc(words, unicode.IsControl):
		return fmt.Sprintf("%s: %s is one line of text.", text.Clip(of, 40), what)
	}
	return ""
}

// utf16Len is how long s is for Entra.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// ScopeProblem returns what Entra would refuse in a scope that an app offers, as a
// sentence that names the scope and the limit, or "".
func ScopeProblem(s plan.Scope) string {
	if problem := valueProblem(s.Name); problem != "" {
		return problem
	}
	if s.Title == "" || s.Words == "" {
		return fmt.Sprintf("%s has no text for admins, which Entra requires: what it allows, as admins read it before they consent.",
			text.Clip(s.Name, 40))
	}
	for _, of := range []struct {
		what, text string
		limit      int
	}{
		{"the consent title for admins", s.Title, ScopeTitleMax}, {"the consent description for admins", s.Words, ScopeWordsMax},
		{"the consent title for users", s.UserTitle, ScopeTitleMax}, {"the consent description for users", s.UserWords, ScopeWordsMax},
	} {
		if problem := textProblem(s.Name, of.what, of.text, of.limit); problem != "" {
			return problem
		}
	}
	return ""
}

// ScopesProblem returns what Entra would refuse in the scopes of an app together, or "".
func ScopesProblem(scopes []plan.Scope) string {
	for i, s := range scopes {
		if problem := ScopeProblem(s); problem != "" {
			return problem
		}
		for _, other := range scopes[:i] {
			if problem := sameName(other.Name, s.Name); problem != "" {
				return problem
			}
		}
	}
	return ""
}

// sameName says that two values of an app are one for Entra, or "".
func sameName(a, b string) string {
	switch {
	case a == b:
		return text.Clip(b, 40) + " is there twice. List each once."
	case strings.EqualFold(a, b):
		return fmt.Sprintf("%s and %s differ in capitals only, and Entra treats them as the same. List one of them.", text.Clip(a, 40),
			text.Clip(b, 40))
	}
	return ""
}

// CheckScopes reads what the app is to offer to others, one scope on a line.
// What is known of a scope besides its line stays, where the line is the same; those
// that the app has are neither asked about nor counted.
func CheckScopes(wrong Errors, lines []string, had []plan.Scope) []plan.Scope {
	var out []plan.Scope
	added := 0
	for i, l := range lines {
		if l = text.OneLine(l); l == "" {
			continue
		}
		s, problem := ParseScope(l)
		if at := slices.IndexFunc(had, func(h plan.Scope) bool { return text.OneLine(h.Line()) == l }); at >= 0 {
			s, problem = had[at], ""
		} else if !slices.ContainsFunc(had, func(h plan.Scope) bool { return plan.SameScope(h, s) }) {
			added++
		}
		switch {
		case problem != "":
		case slices.ContainsFunc(out, func(o plan.Scope) bool { problem = sameName(o.Name, s.Name); return problem != "" }):
		case added > ScopesMax:
			problem = fmt.Sprintf("%d scopes are allowed in one request.", ScopesMax)
		}
		if problem != "" {
			wrong[FieldScopes] = fmt.Sprintf("Line %d: %s", i+1, problem)
			return nil
		}
		if at := slices.IndexFunc(had, func(h plan.Scope) bool { return h.Name == s.Name }); at >= 0 {
			s.PreAuthorized, s.UserTitle, s.UserWords = had[at].PreAuthorized, had[at].UserTitle, had[at].UserWords
			if w := had[at].Words; w != "" && w != had[at].Title { // one that repeats the title goes with it
				s.Words = w
			}
		}
		out = append(out, s)
	}
	return out
}

// whoConsents is the part of a line between a scope's name, which may have colons, and
// what it allows.
var whoConsents = regexp.MustCompile(`(?i)^(.*?)\s*,\s*(admins?|users?)\s*:\s*(.*)$`)

// ParseScope reads "name, admins: title", or says what is wrong with it. Who
// does not say who may consent means the stricter.
func ParseScope(l string) (s plan.Scope, problem string) {
	const form = "Write a name, who may consent, and what it allows, as in “access_as_user, admins: Use the backup service as the " +
		"signed-in person”."
	s.AdminsOnly = true
	if m := whoConsents.FindStringSubmatch(l); m != nil && !strings.Contains(m[1], ": ") { // else that is in the title
		s.Name, s.Title = strings.TrimSpace(m[1]), m[3]
		s.AdminsOnly = strings.HasPrefix(strings.ToLower(m[2]), "admin")
	} else if left, title, ok := strings.Cut(l+" ", ": "); !ok {
		return s, form
	} else if name, who, commas := strings.Cut(left, ", "); commas && who != "" {
		return s, "Only admins or users may consent. " + form
	} else {
		s.Name, s.Title = strings.TrimSpace(name), strings.TrimSpace(title)
	}
	s.Words = s.Title
	if problem := valueProblem(s.Name); problem != "" {
		return s, problem + " " + form
	}
	if s.Title == "" {
		return s, form
	}
	return s, ScopeProblem(s)
}
