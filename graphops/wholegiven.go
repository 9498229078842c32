package graphops

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
)

// What the reader of an app's whole power reads of what its service principal was given,
// itself and through groups.

type principalParts struct{ owners, roles, grants, active, eligible, groups, direct *part }

func (p principalParts) all() []*part {
	return []*part{p.owners, p.roles, p.grants, p.active, p.eligible, p.groups, p.direct}
}

func (r *wholeReader) principalParts(id string) principalParts {
	active, eligible := r.directoryParts(id, "")
	return principalParts{
		r.part(opOwnersOf, "its service principal's owners", scopesApps, []whole.Kind{whole.KindOwner}, "/servicePrincipals/{id}/owners",
			"id", id),
		r.part(opConsented, "its application permissions", scopesApps, []whole.Kind{whole.KindRole},
			"/servicePrincipals/{id}/appRoleAssignments", "id", id),
		r.part(opConsented, "its delegated permissions", scopesGrants, []whole.Kind{whole.KindGrant},
			"/oauth2PermissionGrants?$filter=clientId%20eq%20%27{client}%27", "client", quote(id)),
		active, eligible,
		r.part(opGroupsOf, "the groups that it is in", scopesApps, []whole.Kind{whole.KindGroup, whole.KindDirectory},
			"/servicePrincipals/{id}/transitiveMemberOf", "id", id),
		r.part(opGroupsOf, "which groups it is in itself", scopesApps, []whole.Kind{whole.KindGroup},
			"/servicePrincipals/{id}/memberOf", "id", id),
	}
}

// directoryParts read the directory roles of a service principal or a group.
// Sources: Graph, "List roleAssignments", "List roleEligibilitySchedules".
func (r *wholeReader) directoryParts(id, of string) (active, eligible *part) {
	const filter = "?$filter=principalId%20eq%20%27{principal}%27"
	kinds := []whole.Kind{whole.KindDirectory}
	return r.part(opRolesOf, "its directory roles"+of, scopesRoles, kinds, "/roleManagement/directory/roleAssignments"+filter,
			"principal", quote(id)),
		r.part(opEligible, "the directory roles that it is eligible for"+of, scopesEligible, kinds,
			"/roleManagement/directory/roleEligibilitySchedules"+filter, "principal", quote(id))
}

func (r *wholeReader) readGiven(ctx context.Context, p principalParts) error {
	id := r.app.Principal.ObjectID
	if err := r.readOwners(ctx, p.owners, &r.app.Principal); err != nil {
		return err
	}
	if err := r.readRoles(ctx, p.roles, ""); err != nil {
		return err
	}
	err := r.each(ctx, p.grants, func(o object) {
		if !o.same("clientId", id) {
			return
		}
		person := ""
		if o.text("consentType") != allPrincipals {
			person = strings.ToLower(o.text("principalId"))
		}
		for scope := range strings.FieldsSeq(o.text("scope")) {
			r.app.Grants = append(r.app.Grants, whole.Grant{Resource: whole.Resource{ObjectID: o.text("resourceId")}, Scope: scope,
				Principal: person})
		}
	})
	if err != nil {
		return err
	}
	if err := r.readDirectory(ctx, p.active, p.eligible, ""); err != nil {
		return err
	}
	return r.readMemberships(ctx, p.groups, p.direct)
}

func (r *wholeReader) readRoles(ctx context.Context, p *part, via string) error {
	return r.each(ctx, p, func(o object) {
		r.app.Roles = append(r.app.Roles, whole.Role{Resource: whole.Resource{ObjectID: o.text("resourceId"),
			Name: o.text("resourceDisplayName")}, ID: strings.ToLower(o.text("appRoleId")), Via: via})
	})
}

// readDirectory reads both lists of directory roles. Where nobody has a licence for Privileged
// Identity Management, nobody is eligible for any.
func (r *wholeReader) readDirectory(ctx context.Context, active, eligible *part, via string) error {
	add := func(is bool) func(object) {
		return func(o object) {
			r.app.Directory = append(r.app.Directory, whole.DirectoryRole{DefinitionID: strings.ToLower(o.text("roleDefinitionId")),
				Scope: strings.ToLower(o.text("directoryScopeId")), Eligible: is, Via: via})
		}
	}
	if err := r.each(ctx, active, add(false)); err != nil {
		return err
	}
	if a, ok := errors.AsType[*fault.Answer](eligible.err); ok && a.HasCode("AadPremiumLicenseRequired") {
		return nil
	}
	return r.each(ctx, eligible, add(true))
}

// readMemberships reads the groups that the app is in. Those of which Entra shows nothing but
// that they are there may be made for roles.
// Source: Graph, "Limited information returned for inaccessible member objects".
func (r *wholeReader) readMemberships(ctx context.Context, all, direct *part) error {
	hidden := false
	err := r.each(ctx, all, func(o object) {
		switch kindOf(o) {
		case "group":
			hidden = hidden || o.text("displayName") == "" && !r.has(scopesGroups)
			r.app.Groups = append(r.app.Groups, whole.Group{ObjectID: strings.ToLower(o.text("id")), Name: o.text("displayName"),
				RoleAssignable: decode[bool](o["isAssignableToRole"])})
		case "directoryRole": // in the whole tenant, whether or not the assignments could be read
			id := strings.ToLower(o.text("roleTemplateId"))
			if id != "" && !slices.ContainsFunc(r.app.Directory, func(d whole.DirectoryRole) bool {
				return d.DefinitionID == id && d.Scope == "/" && !d.Eligible
			}) {
				r.app.Directory = append(r.app.Directory, whole.DirectoryRole{DefinitionID: id, Name: o.text("displayName"), Scope: "/"})
			}
		}
	})
	if err != nil {
		return err
	}
	if hidden {
		what := *all
		what.what = "which groups it is in"
		r.gap(&what, "the bot's own client has no admin consent for "+scopesGroups[0]+" (delegated)")
	}
	if len(r.app.Groups) == 0 && direct.err != nil {
		return nil // there is none to be in
	}
	return r.each(ctx, direct, func(o object) {
		for i, g := range r.app.Groups {
			r.app.Groups[i].Direct = g.Direct || o.same("id", g.ObjectID)
		}
	})
}

// readGroups reads what the app's groups bring: directory roles of those that are made for
// roles, and app roles.
// Sources: "Use Microsoft Entra groups to manage role assignments"; Graph, "List
// appRoleAssignments granted to a group".
func (r *wholeReader) readGroups(ctx context.Context) error {
	type reads struct{ roles, active, eligible *part }
	of := make(map[string]reads)
	var all []*part
	for _, g := range r.app.Groups {
		name := " through the group " + g.Name
		x := reads{roles: r.part(opConsented, "its application permissions"+name, scopesGroups, []whole.Kind{whole.KindRole},
			"/groups/{id}/appRoleAssignments", "id", g.ObjectID)}
		all = append(all, x.roles)
		if g.RoleAssignable {
			x.active, x.eligible = r.directoryParts(g.ObjectID, name)
			all = append(all, x.active, x.eligible)
		}
		of[g.ObjectID] = x
	}
	r.batch(ctx, all)
	for _, g := range r.app.Groups {
		x := of[g.ObjectID]
		if err := r.readRoles(ctx, x.roles, g.ObjectID); err != nil {
			return err
		}
		if x.active == nil {
			continue
		}
		if err := r.readDirectory(ctx, x.active, x.eligible, g.ObjectID); err != nil {
			return err
		}
	}
	// What a directoryRole has shown already came through this group.
	r.app.Directory = slices.DeleteFunc(r.app.Directory, func(d whole.DirectoryRole) bool {
		return d.Name != "" && slices.ContainsFunc(r.app.Directory, func(e whole.DirectoryRole) bool {
			return e.Via != "" && e.DefinitionID == d.DefinitionID && e.Scope == d.Scope && !e.Eligible
		})
	})
	return nil
}

// A known is what a service calls itself and its app roles, by their IDs, disabled ones too.
type known struct {
	whole.Resource
	roles map[string]string
}

// nameThings finds what the services, their roles and the directory's roles are called. A service
// that Entra knows no more has no App ID.
func (r *wholeReader) nameThings(ctx context.Context) error {
	services, err := r.services(ctx)
	if err != nil {
		return err
	}
	for i, role := range r.app.Roles {
		if k := services[strings.ToLower(role.ObjectID)]; k != nil {
			r.app.Roles[i].Resource, r.app.Roles[i].Value = k.Resource, k.roles[role.ID]
		}
	}
	for i, g := range r.app.Grants {
		if k := services[strings.ToLower(g.ObjectID)]; k != nil {
			r.app.Grants[i].Resource = k.Resource
		}
	}
	names := make(map[string]*part)
	var all []*part
	for _, d := range r.app.Directory {
		if names[d.DefinitionID] == nil && d.Name == "" {
			names[d.DefinitionID] = r.part(opRolesOf, "", nil, nil, "/roleManagement/directory/roleDefinitions/{id}?$select=id,displayName",
				"id", d.DefinitionID)
			all = append(all, names[d.DefinitionID])
		}
	}
	r.batch(ctx, all)
	for i, d := range r.app.Directory {
		if p := names[d.DefinitionID]; p != nil && d.Name == "" {
			o, _ := p.got.(object) // a role without a name is one all the same
			r.app.Directory[i].Name = o.text("displayName")
		}
	}
	return nil
}

// services are those that the app has something of, by the object IDs of their service principals.
func (r *wholeReader) services(ctx context.Context) (map[string]*known, error) {
	ids := make(map[string]*part)
	var all []*part
	of := func(id string) {
		if id = strings.ToLower(id); ids[id] == nil && r.s.service(id) == nil {
			ids[id] = r.part(opResourceOf, "what a service calls the app's permissions", scopesApps,
				[]whole.Kind{whole.KindRole, whole.KindGrant}, "/servicePrincipals/{id}?$select=id,appId,displayName,appRoles", "id", id)
			all = append(all, ids[id])
		}
	}
	for _, role := range r.app.Roles {
		of(role.ObjectID)
	}
	for _, g := range r.app.Grants {
		of(g.ObjectID)
	}
	r.batch(ctx, all)
	services := make(map[string]*known)
	for _, p := range all {
		id := p.about[0]
		if fault.Status(p.err) == http.StatusNotFound && !r.s.Knows(id) {
			continue // it is gone
		}
		if p.err != nil {
			if err := r.unread(p, p.err); err != nil {
				return nil, err
			}
			continue
		}
		o, _ := p.got.(object)
		k := &known{whole.Resource{ObjectID: id, AppID: o.text("appId"), Name: o.text("displayName")}, make(map[string]string)}
		for _, raw := range o.list("appRoles") {
			role := decode[object](raw)
			k.roles[strings.ToLower(role.text("id"))] = role.text("value")
		}
		if services[id] = k; !strings.EqualFold(k.AppID, r.app.AppID) { // what the app offers itself may change
			r.s.keepService(k)
		}
	}
	for _, role := range r.app.Roles {
		id := strings.ToLower(role.ObjectID)
		if services[id] == nil {
			services[id] = r.s.service(id)
		}
	}
	for _, g := range r.app.Grants {
		id := strings.ToLower(g.ObjectID)
		if services[id] == nil {
			services[id] = r.s.service(id)
		}
	}
	return services, nil
}

// service is one that the session knows by its object ID, or nil.
func (s *session) service(id string) *known {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.services[id]
}

// keepService remembers a service. Its roles are not looked up again while somebody is signed in.
func (s *session) keepService(k *known) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.services[k.ObjectID] = k
}

// readAzure reads the app's roles in Azure, where the sign-in reaches.
func (r *wholeReader) readAzure(ctx context.Context, p plan.Plan) error {
	azure := &part{item: &item{}, of: []whole.Kind{whole.KindAzure}, what: whole.AzureRoles}
	if r.s.arm == nil || len(p.Subscriptions) == 0 {
		r.gap(azure, "this sign-in does not reach Azure")
		return nil
	}
	roles, err := r.s.arm.Roles(ctx, r.app.Principal.ObjectID, p)
	if no, refused := errors.AsType[*workflow.ServiceError](err); refused {
		r.gap(azure, strings.TrimSuffix(no.Text, "."))
		return nil
	}
	if err != nil {
		return err
	}
	for _, pair := range roles {
		slash := strings.LastIndexByte(pair, '/')
		r.app.Azure = append(r.app.Azure, whole.AzureRole{Scope: pair[:slash], Role: pair[slash+1:]})
	}
	azure.what = whole.AzureRoles + " elsewhere than around " + azurescope.Titles(p.Subscriptions)
	r.gap(azure, "this sign-in looks there only")
	return nil
}
