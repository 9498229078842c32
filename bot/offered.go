package bot

import (
	"github.com/entra-app/entra-app/workflow/plan"
)

// offeredLists are what an app offers besides its scopes.
func offeredLists(p plan.Plan) []*growing {
	roles := &growing{title: "App roles that the app offers"}
	for _, r := range p.AppRoles {
		roles.lines = append(roles.lines, line(bold(r.Name), " (for ", r.For(), ") ", r.Title, "\n", r.Words))
	}
	claims := &growing{title: "Optional claims in the app's tokens"}
	for _, c := range p.OptionalClaims {
		claims.lines = append(claims.lines, line(c.Line()))
	}
	names := &growing{title: "Identifier URIs"}
	for _, uri := range p.IdentifierURIs {
		names.lines = append(names.lines, line(code(uri)))
	}
	return []*growing{roles, claims, names}
}
