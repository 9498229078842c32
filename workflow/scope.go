package workflow

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of the scopes that an app offers. Source: Graph, permissionScope
// resource type; ScopesMax is ours.
const (
	ScopesMax     = 20
	scopeTitleMax = 100
)

// A part of what Graph allows: what people can type and read.
var scopeName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,119}$`)

// consents says who may consent to s.
func (s Scope) consents() string {
	if s.AdminsOnly {
		return "only admins"
	}
	return "users"
}

// Line is the scope as people write it in the form.
func (s Scope) Line() string {
	who := "users"
	if s.AdminsOnly {
		who = "admins"
	}
	return s.Name + ", " + who + ": " + s.Title
}

// checkScopes reads what the app is to offer to others, one scope on a line.
// What is known of a scope besides its line stays, where the line is the same; those
// that the app has are neither asked about nor counted.
func checkScopes(wrong FieldErrors, lines []string, had []Scope) []Scope {
	var out []Scope
	added := 0
	for i, l := range lines {
		if l = oneLine(l); l == "" {
			continue
		}
		s, problem := parseScope(l)
		if at := slices.IndexFunc(had, func(h Scope) bool { return oneLine(h.Line()) == l }); at >= 0 {
			s, problem = had[at], ""
		} else if !slices.ContainsFunc(had, func(h Scope) bool { return sameScope(h, s) }) {
			added++
		}
		switch {
		case problem != "":
		case slices.ContainsFunc(out, func(o Scope) bool { return strings.EqualFold(o.Name, s.Name) }):
			problem = s.Name + " is there twice. List each scope once."
		case added > ScopesMax:
			problem = fmt.Sprintf("%d scopes are allowed in one request.", ScopesMax)
		}
		if problem != "" {
			wrong[FieldScopes] = fmt.Sprintf("Line %d: %s", i+1, problem)
			return nil
		}
		if at := slices.IndexFunc(had, func(h Scope) bool { return h.Name == s.Name }); at >= 0 {
			s.PreAuthorized = had[at].PreAuthorized
			if had[at].Title == s.Title {
				s.Words = had[at].Words
			}
		}
		out = append(out, s)
	}
	return out
}

// parseScope reads "name, admins: title", or says what is wrong with it. Who
// does not say who may consent means the stricter.
func parseScope(l string) (s Scope, problem string) {
	const form = "Write a name, who may consent, and what it allows, as in “access_as_user, admins: Use the backup service as the signed-in person”."
	left, title, ok := strings.Cut(l, ":")
	if !ok {
		return s, form
	}
	name, who, _ := strings.Cut(left, ",")
	s = Scope{Name: strings.TrimSpace(name), Title: strings.TrimSpace(title), AdminsOnly: true}
	s.Words = s.Title
	switch strings.ToLower(strings.TrimSpace(who)) {
	case "", "admins":
	case "users":
		s.AdminsOnly = false
	default:
		return s, "Only admins or users may consent. " + form
	}
	switch n := utf8.RuneCountInString(s.Title); {
	case !scopeName.MatchString(s.Name):
		return s, "The name may have letters, digits and . _ - and begins with no dot. " + form
	case n == 0:
		return s, form
	case n > scopeTitleMax:
		return s, fmt.Sprintf("What it allows has %d characters; %d are allowed.", n, scopeTitleMax)
	}
	return s, ""
}

// withoutLostScopes are the permissions that remain where the app no longer
// offers a scope that it asked itself for.
func withoutLostScopes(ps []Permission, scopes []Scope) []Permission {
	return slices.DeleteFunc(slices.Clone(ps), func(q Permission) bool {
		return q.ResourceAppID == Self && !slices.ContainsFunc(scopes, func(s Scope) bool { return s.Name == q.Name })
	})
}
