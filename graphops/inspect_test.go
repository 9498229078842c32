package graphops

import (
	"context"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What an app has of a plan is read here in a way of its own, so that the product's one reader
// is held against another.

// An inspection is what an app has.
type inspection struct {
	// Roles and Scopes are the app roles assigned and the delegated scopes
	// granted for all users: "Microsoft Graph/Directory.Read.All", the resource
	// called as the asked-for permissions call it.
	Roles, Scopes  []string
	DirectoryRoles []string // template IDs
	// AzureRoles are on the scopes in the plan's Subscriptions, above and below them:
	// scope/role, where the scope is named as in a plan, in small letters. The role is
	// the name of a custom one of the plan, if its definition is exactly as the plan
	// has it, and else the definition's ID.
	AzureRoles  []string
	Thumbprints []string // of its certificates: SHA-1, hexadecimal, capitals
	Federated   []plan.FederatedIssuer
	// OnPrincipal is how many passwords and certificates its service principal has of its
	// own: each of them signs the app in as well.
	OnPrincipal int
	// OwnPrincipal are the object IDs of those who own its service principal: each of them
	// can give it such credentials. OwnersUnread reports that Entra did not show them.
	OwnPrincipal       []string
	OwnersUnread       bool
	AssignmentRequired bool // to use the app
}

func inspected(s workflow.Session, ctx context.Context, m workflow.Made, p plan.Plan) (inspection, error) {
	return s.(*session).readGrants(ctx, m, p)
}

func rolesRead(s workflow.Session, ctx context.Context, m workflow.Made, p plan.Plan) ([]string, error) {
	return s.(*session).readAppRoles(ctx, m, p)
}

// readGrants reads what an app has, in one round trip where no list has a second page.
func (s *session) readGrants(ctx context.Context, m workflow.Made, p plan.Plan) (inspection, error) {
	var has inspection
	name, err := s.names(ctx, m, p)
	if err != nil {
		return has, err
	}
	reads, err := s.readsOf(ctx, m)
	if err != nil {
		return has, err
	}
	if err := s.batchReads(ctx, reads, m, p); err != nil {
		return has, err
	}
	if has.Roles, err = s.assigned(ctx, reads.roles, name); err != nil {
		return has, s.fault(err, m.ServicePrincipal)
	}
	if len(p.Of(catalog.Delegated)) > 0 {
		if has.Scopes, err = s.granted(ctx, reads.grants, m.ServicePrincipal, name); err != nil {
			return has, s.fault(err, m.ServicePrincipal)
		}
	}
	if p, ok := reads.principal.got.(models.ServicePrincipalable); ok {
		has.AssignmentRequired = value(p.GetAppRoleAssignmentRequired())
		has.OnPrincipal = len(p.GetPasswordCredentials()) + len(p.GetKeyCredentials())
	}
	has.OwnPrincipal, err = s.ownersOf(ctx, m.ServicePrincipal, reads.owners)
	if _, has.OwnersUnread = err.(*workflow.ServiceError); err != nil && !has.OwnersUnread {
		return has, err
	}
	if has.Federated, err = s.federated(ctx, reads.issuers); err != nil {
		return has, s.fault(err, m.ObjectID)
	}
	if len(p.DirectoryRoles) > 0 {
		if has.DirectoryRoles, err = s.directoryRoles(ctx, reads.directory); err != nil {
			return has, s.fault(err, m.ServicePrincipal)
		}
	}
	if len(p.AzureRoles) > 0 {
		if has.AzureRoles, err = s.arm.Roles(ctx, m.ServicePrincipal, p); err != nil {
			return has, err
		}
	}
	keys, err := s.keysIn(reads.certs, m.ObjectID)
	if err != nil {
		return has, err
	}
	has.Thumbprints = thumbprints(keys)
	return has, nil
}

// appReads are the reads of what an app has.
type appReads struct{ roles, grants, certs, issuers, principal, owners, directory *item }

func (s *session) readsOf(ctx context.Context, m workflow.Made) (r appReads, err error) {
	if r.roles, r.grants, err = s.consentedItems(ctx, m.ServicePrincipal); err != nil {
		return r, err
	}
	if r.certs, err = s.certificatesItem(ctx, m.ObjectID); err != nil {
		return r, err
	}
	if r.issuers, err = s.federatedItem(ctx, m.ObjectID); err != nil {
		return r, err
	}
	r.principal = &item{op: opResource,
		req: s.get("/servicePrincipals/{id}?$select=id,appRoleAssignmentRequired,passwordCredentials,keyCredentials", "id",
			m.ServicePrincipal),
		as: models.CreateServicePrincipalFromDiscriminatorValue}
	r.owners = s.ownersOfItem(m.ServicePrincipal)
	r.directory = s.rolesItem(m.ServicePrincipal)
	return r, nil
}

// batchReads sends those reads that the token of such a plan is good for. That of the
// service principal's owners may fail by itself.
func (s *session) batchReads(ctx context.Context, r appReads, m workflow.Made, p plan.Plan) error {
	items := []*item{r.roles, r.certs, r.issuers, r.principal}
	if len(p.DirectoryRoles) > 0 { // else the token may not read them, nor the grants
		items = append(items, r.directory)
	}
	if len(p.Of(catalog.Delegated)) > 0 {
		items = append(items, r.grants)
	}
	s.batch(ctx, append(slices.Clone(items), r.owners))
	var errs []error
	for _, i := range items {
		errs = append(errs, s.fault(i.err, m.ObjectID, m.ServicePrincipal))
	}
	return fault.Worst(errs)
}

// readAppRoles reads the app roles that the app has, on any service.
func (s *session) readAppRoles(ctx context.Context, m workflow.Made, p plan.Plan) ([]string, error) {
	name, err := s.names(ctx, m, p)
	if err != nil {
		return nil, err
	}
	roles, _, err := s.consentedItems(ctx, m.ServicePrincipal)
	if err != nil {
		return nil, err
	}
	all, err := s.assigned(ctx, roles, name)
	return all, s.fault(err, m.ServicePrincipal)
}

// naming says what a permission of a resource is called: a role by its ID, or a
// scope by its name.
type naming func(resourceID, resourceName, permission string) string

// names calls the plan's resources and their roles as the plan does. Others get
// the name that the tenant has for them, and the ID of the role.
func (s *session) names(ctx context.Context, m workflow.Made, p plan.Plan) (naming, error) {
	called := make(map[string]string)
	roles := make(map[string]string)
	for _, q := range p.Permissions {
		if q.ResourceAppID == plan.Self {
			called[strings.ToLower(m.ServicePrincipal)] = q.Resource
			continue
		}
		if id, gone := q.OnGone(); gone {
			called[strings.ToLower(id)] = q.Resource
			continue
		}
		r, err := s.here(ctx, q.ResourceAppID)
		if err != nil {
			return nil, err
		}
		if r == nil {
			continue // the app has nothing of a service that is not here
		}
		id := strings.ToLower(r.id)
		called[id] = q.Resource
		if q.Type == catalog.Application {
			for name, role := range r.roles {
				roles[id+" "+role.String()] = name
			}
		}
	}
	return func(resourceID, resourceName, permission string) string {
		id := strings.ToLower(resourceID)
		if c := called[id]; c != "" {
			resourceName = c
		}
		if r := roles[id+" "+permission]; r != "" {
			permission = r
		}
		return resourceName + "/" + permission
	}, nil
}

func (s *session) assigned(ctx context.Context, i *item, name naming) ([]string, error) {
	var all []string
	err := s.eachAssigned(ctx, i, func(a models.AppRoleAssignmentable) {
		all = append(all, name(value(a.GetResourceId()).String(), value(a.GetResourceDisplayName()), value(a.GetAppRoleId()).String()))
	})
	slices.Sort(all)
	return all, err
}

func (s *session) granted(ctx context.Context, i *item, client string, name naming) ([]string, error) {
	var all []string
	err := s.eachGranted(ctx, i, client, func(g models.OAuth2PermissionGrantable) {
		for scope := range strings.FieldsSeq(value(g.GetScope())) {
			all = append(all, name(value(g.GetResourceId()), value(g.GetResourceId()), scope))
		}
	})
	slices.Sort(all)
	return all, err
}
