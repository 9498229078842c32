package plan

import (
	"cmp"
	"slices"

	"github.com/entra-app/entra-app/workflow/set"
)

// ForUsers are the texts that users read before they consent: those for admins, where
// there are no others.
func (s Scope) ForUsers() (title, words string) {
	return cmp.Or(s.UserTitle, s.Title), cmp.Or(s.UserWords, s.Words)
}

// WhoConsents says who may consent to s.
func (s Scope) WhoConsents() string {
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

// LessScopes are the scopes that others lack. One that they have too is among them where it
// lets clients in without consent that theirs does not, with those clients only.
func LessScopes(scopes, others []Scope) []Scope {
	var less []Scope
	for _, s := range scopes {
		if i := slices.IndexFunc(others, func(o Scope) bool { return SameScope(s, o) }); i >= 0 {
			if s.PreAuthorized = set.Without(s.PreAuthorized, others[i].PreAuthorized); len(s.PreAuthorized) == 0 {
				continue
			}
		}
		less = append(less, s)
	}
	return less
}

// withScopes are the scopes and those of others, each with the clients of both.
func withScopes(scopes, others []Scope) []Scope {
	all := set.Union(scopes, others, SameScope)
	for i, s := range scopes {
		for _, o := range others {
			if SameScope(s, o) {
				all[i].PreAuthorized = set.Union(s.PreAuthorized, o.PreAuthorized, set.Equal)
			}
		}
	}
	return all
}

// WithoutLostScopes are the permissions that remain where the app no longer
// offers a scope that it asked itself for.
func WithoutLostScopes(ps []Permission, scopes []Scope) []Permission {
	return slices.DeleteFunc(slices.Clone(ps), func(q Permission) bool {
		return q.ResourceAppID == Self && !slices.ContainsFunc(scopes, func(s Scope) bool { return s.Name == q.Name })
	})
}

// A Scope is a delegated permission that the app itself offers.
type Scope struct {
	Name          string   // "access_as_user"
	AdminsOnly    bool     // type Admin: users may not consent
	Title, Words  string   // consent display name and description
	PreAuthorized []string `json:",omitzero"` // application IDs of clients that need no consent

	// UserTitle and UserWords are what users read instead; empty is what admins read.
	UserTitle string `json:",omitzero"`
	UserWords string `json:",omitzero"`
}

// SameScope compares by name.
func SameScope(a, b Scope) bool { return a.Name == b.Name }
