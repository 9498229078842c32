package manifest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Kind is a language of scripts.
type Kind string

const (
	AzureCLI   Kind = "az"         // bash, and az of Azure CLI
	PowerShell Kind = "powershell" // 5.1 or 7, and Microsoft.Graph.Authentication of the Microsoft Graph PowerShell SDK
)

// Title is the kind in words.
func (k Kind) Title() string {
	switch k {
	case AzureCLI:
		return "Azure CLI (bash)"
	case PowerShell:
		return "Microsoft Graph PowerShell"
	}
	return string(k)
}

// Script returns a script that does what p says, and nothing else, for a person
// who may do it. It looks everything up before it makes anything, stops at the
// first error, and ends with the App ID.
//
// Entra makes whoever runs it an owner, besides the plan's. A request's own plan
// does not name the requester: whoever calls it adds them, if they are to be one.
func Script(p plan.Plan, kind Kind) (string, error) { return ScriptIn(cloud.Public, p, kind) }

// ScriptIn is Script for a tenant of one of Microsoft's clouds.
func ScriptIn(c cloud.Cloud, p plan.Plan, kind Kind) (string, error) {
	if err := checkPlan(p); err != nil {
		return "", err
	}
	var sh shell
	switch kind {
	case AzureCLI:
		sh = &bash{}
	case PowerShell:
		sh = &powershell{}
	default:
		return "", fmt.Errorf("there are no scripts of kind %q", kind)
	}
	p.Permissions = slices.DeleteFunc(slices.Clone(p.Permissions), func(q plan.Permission) bool {
		_, gone := q.OnGone()
		return gone // nobody can grant it
	})
	s := &script{p: p, sh: sh, ids: map[plan.Permission]string{}}
	sh.begin(p, c)
	s.lookUp()
	s.register()
	s.consent()
	s.roles()
	s.credential()
	sh.end(p)
	return sh.String(), nil
}

// A shell writes the steps of a script in its own language. What it is given may
// be anybody's words: quoting is its business, and nobody else's.
type shell interface {
	begin(p plan.Plan, c cloud.Cloud)
	// step begins a part, and why gives the reasons for what follows.
	step(title string)
	why(words string)
	// absent stops the script if a search finds something.
	absent(path, what string)
	// resource looks a service principal up, and permission one of its permissions.
	resource(name, appID, title string)
	permission(name, resource string, q plan.Permission)
	// user looks up the one user that a search finds.
	user(name, path, who string)
	// create makes the application: its variables are object and app.
	create(body text)
	// principal makes the service principal: its variable is principal.
	principal(body text)
	// post and patch send to Graph. They try again for a minute, because Entra
	// does not know everywhere at once what is new.
	post(path, body text)
	patch(path, body text)
	// owner adds the owner that a variable names, unless it is one: whoever makes
	// an application often is. The path is that of all owners.
	owner(name string, path, body text)
	// secret makes a client secret and shows it.
	secret(path, body text, seconds int64)
	// definition writes a custom role of Azure, and assign assigns a role.
	// The scope is named as in a plan.
	definition(id, scope string, body text)
	assign(id, scope string)
	end(p plan.Plan)

	String() string
}

type script struct {
	p   plan.Plan
	sh  shell
	ids map[plan.Permission]string // the variables that have their IDs
	res []string                   // the resources, whose variables are numbered
}

func (s *script) resource(appID string) string {
	if appID == plan.Self {
		return "principal"
	}
	return fmt.Sprintf("resource%d", slices.Index(s.res, appID)+1)
}

func (s *script) lookUp() {
	s.sh.step("Look up what is there. Nothing is changed here.")
	s.sh.absent("/applications?$select=id&$filter="+query("displayName eq "+odata(s.p.AppName)),
		"An application called "+s.p.AppName+" is there already. Choose another name, or delete it if it is what an earlier run of "+
			"this left.")
	s.res = s.p.Resources()
	for _, id := range s.res {
		of := slices.DeleteFunc(slices.Clone(s.p.Permissions), func(q plan.Permission) bool { return q.ResourceAppID != id })
		s.sh.resource(s.resource(id), id, of[0].Resource)
		for _, q := range of {
			if s.ids[q] == "" {
				s.ids[q] = fmt.Sprintf("permission%d", len(s.ids)+1)
				s.sh.permission(s.ids[q], s.resource(id), q)
			}
		}
	}
	for i, o := range s.p.Owners {
		filter := "userPrincipalName eq " + odata(o.Email) + " or mail eq " + odata(o.Email)
		s.sh.user(ownerName(i), "/users?$select=id&$filter="+query(filter), "the user "+o.Email)
	}
}

func ownerName(i int) string { return fmt.Sprintf("owner%d", i+1) }

func (s *script) required() []any {
	// it has no other error
	required, _ := requiredAccess(s.p, func(q plan.Permission) (any, error) { return text{variable(s.ids[q])}, nil })
	return required
}

func (s *script) register() {
	s.sh.step("Register the application.")
	s.sh.create(encode(application(s.p, s.required()), true))
	s.sh.step("Make its service principal, and show it under Enterprise applications.")
	principal := object{{"appId", text{variable("app")}}, {"tags", []any{"WindowsAzureActiveDirectoryIntegratedApp"}}}
	if s.p.NobodySignsIn() { // only who is assigned may use it
		principal = append(principal, field{"appRoleAssignmentRequired", true})
	}
	s.sh.principal(encode(principal, true))
	if len(s.p.Owners) > 0 {
		s.sh.step("Add the owners.")
	}
	for i, o := range s.p.Owners {
		s.sh.why("Owner: " + o.Name + ", " + o.Email)
		name := ownerName(i)
		s.sh.owner(name, text{lit("/applications/"), variable("object"), lit("/owners")},
			encode(object{{"@odata.id", text{variable("graph"), lit("/v1.0/directoryObjects/"), variable(name)}}}, true))
	}
	switch {
	case len(s.p.Scopes) > 0:
		s.api()
	case len(s.p.IdentifierURIs) > 0:
		s.sh.step("Give it its identifier URIs.")
		s.sh.patch(text{lit("/applications/"), variable("object")}, encode(object{{"identifierUris", identifierURIs(s.p)}}, true))
	}
}

// api offers the app's scopes, and then names the clients that need no consent:
// they have to refer to scopes that exist.
func (s *script) api() {
	s.sh.step("Offer its scopes as api://<App ID>, and ask for those that it needs itself.")
	for _, sc := range s.p.Scopes {
		s.sh.why("Scope: " + sc.Name + ": " + sc.Title)
	}
	required := s.required()
	var own []any
	for _, q := range s.p.Permissions {
		if q.ResourceAppID == plan.Self {
			own = append(own, object{{"id", scopeID(s.p.AppName, q.Name)}, {"type", "Scope"}})
		}
	}
	if own != nil {
		required = append(required, object{{"resourceAppId", text{variable("app")}}, {"resourceAccess", own}})
	}
	at := text{lit("/applications/"), variable("object")}
	s.sh.patch(at, encode(object{
		{"identifierUris", identifierURIs(s.p)}, {"requiredResourceAccess", required}, {"api", api(s.p)},
	}, true))
	var order []string
	scopes := map[string][]string{}
	for _, sc := range s.p.Scopes {
		for _, client := range sc.PreAuthorized {
			if scopes[client] == nil {
				order = append(order, client)
			}
			scopes[client] = append(scopes[client], scopeID(s.p.AppName, sc.Name))
		}
	}
	if order == nil {
		return
	}
	s.sh.step("Name the clients that need no consent for its scopes.")
	s.sh.patch(at, encode(object{{"api", append(api(s.p), field{"preAuthorizedApplications", list(order, func(client string) any {
		return object{{"appId", client}, {"delegatedPermissionIds", texts(scopes[client])}}
	})})}}, true))
}

func (s *script) consent() {
	if of := s.p.Of(catalog.Application); len(of) > 0 {
		s.sh.step("Consent to its application permissions.")
		for _, q := range of {
			s.sh.why(because("Permission: "+q.Resource+", "+q.Name, q.Why))
			r := s.resource(q.ResourceAppID)
			s.sh.post(text{lit("/servicePrincipals/"), variable(r), lit("/appRoleAssignedTo")}, encode(object{
				{"principalId", text{variable("principal")}}, {"resourceId", text{variable(r)}}, {"appRoleId", text{variable(s.ids[q])}},
			}, true))
		}
	}
	of := s.p.Of(catalog.Delegated)
	if len(of) == 0 {
		return
	}
	s.sh.step("Consent to its delegated permissions, for all users.")
	var order []string
	for _, q := range of {
		if !slices.Contains(order, q.ResourceAppID) {
			order = append(order, q.ResourceAppID)
		}
	}
	for _, id := range order {
		var names []string
		for _, q := range of {
			if q.ResourceAppID == id {
				s.sh.why(because("Permission: "+q.Resource+", "+q.Name, q.Why))
				names = append(names, q.Name)
			}
		}
		s.sh.post(text{lit("/oauth2PermissionGrants")}, encode(object{
			{"clientId", text{variable("principal")}}, {"consentType", "AllPrincipals"},
			{"resourceId", text{variable(s.resource(id))}}, {"scope", strings.Join(names, " ")},
		}, true))
	}
}

func (s *script) roles() {
	if len(s.p.DirectoryRoles) > 0 {
		s.sh.step("Give it its directory roles.")
	}
	for _, r := range s.p.DirectoryRoles {
		s.sh.why(because("Role: "+r.Name, r.Why))
		s.sh.post(text{lit("/roleManagement/directory/roleAssignments")}, encode(object{
			{"@odata.type", "#microsoft.graph.unifiedRoleAssignment"}, {"roleDefinitionId", r.TemplateID},
			{"principalId", text{variable("principal")}}, {"directoryScopeId", "/"},
		}, true))
	}
	if len(s.p.AzureRoles) > 0 {
		s.sh.step("Give it its roles in Azure.")
	}
	for _, r := range s.p.AzureRoles {
		s.sh.why(because("Role: "+r.Name, r.Why))
		id := r.ID
		if id == "" {
			id = chosenID("role", s.p.TenantID, s.p.AppName, r.Name)
			s.sh.definition(id, s.p.Subscriptions[0], encode(object{{"properties", object{
				{"roleName", r.Name + " (" + s.p.AppName + ")"}, {"description", r.Why}, {"type", "CustomRole"},
				{"assignableScopes", list(s.p.Subscriptions, func(scope string) any { return azurescope.Path(scope) })},
				{"permissions", []any{object{
					{"actions", texts(r.Actions)}, {"notActions", []any{}}, {"dataActions", texts(r.DataActions)},
					{"notDataActions", []any{}},
				}}},
			}}}, true))
		}
		for _, scope := range s.p.Subscriptions {
			s.sh.assign(id, scope)
		}
	}
}

func because(what, why string) string {
	if why == "" {
		return what
	}
	return what + ". Why: " + why
}

// assignmentPath is where an assignment is that a variable has the ID of, and
// assignmentBody what is put there.
func assignmentPath(scope, name string) text {
	return text{lit(azurescope.Path(scope) + "/providers/Microsoft.Authorization/roleAssignments/"), variable(name), lit(azureVersion)}
}

func assignmentBody(scope, role string) text {
	return encode(object{{"properties", object{
		{"roleDefinitionId", azurescope.RoleID(scope, role)}, {"principalId", text{variable("principal")}},
		{"principalType", "ServicePrincipal"},
	}}}, true)
}

// odata quotes s as a string of OData.
func odata(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// query escapes s for the query of a URL.
func query(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// plain writes words in printable ASCII, on one line.
func plain(words string) string {
	var b strings.Builder
	for _, r := range words {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case ' ' <= r && r <= '~':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
}
