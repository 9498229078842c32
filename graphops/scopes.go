package graphops

import (
	"slices"

	"github.com/entra-app/entra-app/workflow"
)

const (
	scopeDirectory = "Directory.Read.All" // which roles somebody has, who people are, and to add an owner
	scopePeople    = "User.ReadBasic.All"
	scopePolicy    = "Policy.Read.All"
	scopeRoles     = "RoleManagement.Read.Directory" // which directory roles an app is eligible for
	// scopeGivesRoles is what a client has that was registered before scopeRoles was asked for. It
	// shows the same, and is taken only where there is consent for it and not for the lesser one.
	scopeGivesRoles = "RoleManagement.ReadWrite.Directory"
)

// optional are the sets of scopes that make a session see more, the best first.
// They are not asked for with the code, as a client without consent for one of
// them could then not sign in at all. Directory.Read.All is good for people too.
func optional(ask workflow.Ask) (sets [][]string) {
	if ask.Looks { // the token that came with the code is good for nothing but who it is
		return [][]string{{scopeDirectory, scopeRoles}, {scopeDirectory, scopeGivesRoles}, {scopeDirectory},
			append([]string{scopePeople}, enough...), enough}
	}
	sees := [][]string{{scopeDirectory}}
	if ask.Email != "" || len(ask.Owners) > 0 {
		sees = append(sees, []string{scopePeople})
	}
	if ask.Whole {
		sees = append([][]string{{scopeDirectory, scopeRoles}, {scopeDirectory, scopeGivesRoles}}, append(sees, []string{scopeRoles})...)
	}
	if !ask.Policy {
		return sees
	}
	for _, more := range sees {
		sets = append(sets, append(slices.Clone(more), scopePolicy), more)
	}
	return append(sets, []string{scopePolicy})
}

// enough is what an application can be read with where the bot's client has no consent for
// Directory.Read.All. Every client has this one.
var enough = []string{"Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"}
