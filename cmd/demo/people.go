package main

import "github.com/entra-app/entra-app/graphops/entratest"

// A person of the demonstration has an account in the workspace and one in a tenant.
type person struct {
	id      string // in Slack
	handle  string
	name    string
	title   string
	email   string
	upn     string
	roles   []string // directory roles
	outside bool     // of another workspace, and of another tenant
}

// The four people whom one can be.
var (
	bea = &person{id: "U0BEA0LIND", handle: "bea", name: "Bea Lindqvist", title: "Backup admin", email: "bea@contoso.com",
		upn: "bea@contoso.onmicrosoft.com"}
	ada = &person{id: "U0ADA0OKAF", handle: "ada", name: "Ada Okafor", title: "Entra admin, the approver", email: "ada@contoso.com",
		upn: "ada@contoso.onmicrosoft.com", roles: []string{entratest.GlobalAdministrator}}
	tom = &person{id: "U0TOM0WEIS", handle: "tom", name: "Tom Weiss", title: "Team-mate of Bea's", email: "tom@contoso.com",
		upn: "tom@contoso.onmicrosoft.com"}
	otto = &person{id: "U0OTTOMARS", handle: "otto", name: "Otto Marsh", title: "Guest from Fabrikam", email: "otto@fabrikam.com",
		upn: "otto@fabrikam.onmicrosoft.com", roles: []string{entratest.GlobalAdministrator}, outside: true}

	people = []*person{bea, ada, tom, otto}
)
