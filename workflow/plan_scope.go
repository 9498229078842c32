package workflow

import (
	"cmp"
	"slices"
)

// ForUsers are the texts that users read before they consent: those for admins, where
// there are no others.
func (s Scope) ForUsers() (title, words string) {
	return cmp.Or(s.UserTitle, s.Title), cmp.Or(s.UserWords, s.Words)
}

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

// lessScopes are the scopes that others lack. One that they have too is among them where it
// lets clients in without consent that theirs does not, with those clients only.
func lessScopes(scopes, others []Scope) []Scope {
	var less []Scope
	for _, s := range scopes {
		if i := slices.IndexFunc(others, func(o Scope) bool { return sameScope(s, o) }); i >= 0 {
			if s.PreAuthorized = without(s.PreAuthorized, others[i].PreAuthorized); len(s.PreAuthorized) == 0 {
				continue
			}
		}
		less = append(less, s)
	}
	return less
}

// withScopes are the scopes and those of others, each with the clients of both.
func withScopes(scopes, others []Scope) []Scope {
	all := joined(scopes, others, sameScope)
	for i, s := range scopes {
		for _, o := range others {
			if sameScope(s, o) {
				all[i].PreAuthorized = joined(s.PreAuthorized, o.PreAuthorized, equal)
			}
		}
	}
	return all
}

// withoutLostScopes are the permissions that remain where the app no longer
// offers a scope that it asked itself for.
func withoutLostScopes(ps []Permission, scopes []Scope) []Permission {
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

func sameScope(a, b Scope) bool { return a.Name == b.Name }
