package workflow

import (
	"fmt"

	"github.com/entra-app/entra-app/workflow/plan"
)

// What an app offers and says besides its scopes: roles, claims in its tokens, and further
// names. An import brings them; the form shows them and has no field for them.

// roleElsewhere says what of a plan's app roles an app offers otherwise already, so that
// Entra would not add it, or nil.
func roleElsewhere(p, has plan.Plan) error {
	for _, want := range p.AppRoles {
		for _, there := range has.AppRoles {
			if plan.SameAppRole(there, want) && there.For() != want.For() {
				return RoleElsewhere(there, want)
			}
		}
	}
	for _, of := range [][2]plan.Plan{{p, has}, {has, p}} {
		for _, r := range of[0].AppRoles {
			if r.SharesName(of[1].Scopes) != "" {
				return &ServiceError{Code: "RoleDiffers",
					Text: fmt.Sprintf("with the plan the app would have %s as a scope and as an app role, and Entra allows a name once "+
						"among the two. Nothing was changed. Give up, and have the requester ask for another name; or one of "+
						"its owners removes what is there in Entra, and an approver presses Retry then.", r.Name)}
			}
		}
	}
	return nil
}

// RoleElsewhere is the refusal of an app role that an app offers already, but to others.
func RoleElsewhere(there, want plan.AppRole) error {
	return &ServiceError{Code: "RoleDiffers",
		Text: fmt.Sprintf("the app has the app role %s already, for %s; the plan has it for %s. The role was not changed. One of its "+
			"owners has to change that in Entra (App roles), and an approver can press Retry then; or Give up, and have the "+
			"requester ask for something else.", there.Name, there.For(), want.For())}
}
