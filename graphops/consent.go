package graphops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/oauth2permissiongrants"
	"github.com/microsoftgraph/msgraph-sdk-go/serviceprincipals"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A consent is one thing to consent to: an app role, or all delegated scopes on
// one resource.
type consent struct {
	key      string
	resource *resource
	role     uuid.UUID
	scopes   []string // nil for an app role
	keep     []string // scopes that stay where they are found
	taken    bool     // something of it was withdrawn minutes ago
	item     *item
}

const allPrincipals = "AllPrincipals"

// EnsureConsent sends everything that is not consented yet at once. What Graph
// says is there already is read back in a second round trip, and grants that
// lack scopes are widened in a third.
func (s *session) EnsureConsent(ctx context.Context, servicePrincipal string, permissions []plan.Permission,
	keep ...plan.Permission) error {
	if _, err := s.token.Reveal(); err != nil {
		return err
	}
	all, err := s.consents(ctx, servicePrincipal, permissions)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.scopes == nil {
			continue
		}
		for _, k := range keep {
			if k.Type == catalog.Delegated && (k.ResourceAppID == c.resource.appID || k.ResourceAppID == plan.Self && c.resource.own) {
				c.keep = append(c.keep, k.Name)
			}
		}
	}
	s.mu.Lock()
	todo := slices.DeleteFunc(all, func(c *consent) bool { return s.consented[c.key] })
	s.mu.Unlock()
	unsure, err := s.sendConsents(ctx, servicePrincipal, todo)
	if len(unsure) == 0 {
		return err
	}
	widen, err2 := s.readBack(ctx, servicePrincipal, unsure)
	if err := fault.Worst([]error{err, err2}); err != nil {
		return err
	}
	unsure, err = s.sendConsents(ctx, servicePrincipal, widen)
	if len(unsure) > 0 {
		return s.fault(unsure[0].item.err, servicePrincipal)
	}
	return err
}

// resolve finds what a permission is called here. The app's own scopes are its
// service principal's.
func (s *session) resolve(ctx context.Context, sp string, p plan.Permission) (*resource, uuid.UUID, error) {
	if p.ResourceAppID == plan.Self {
		return &resource{id: sp, own: true}, value(guid(p.Name)), nil // its roles go by their IDs
	}
	r, err := s.resource(ctx, p.ResourceAppID)
	if err != nil {
		return nil, uuid.UUID{}, err
	}
	id, err := r.find(p)
	return r, id, err
}

// consents lists what the permissions are here.
func (s *session) consents(ctx context.Context, sp string, permissions []plan.Permission) ([]*consent, error) {
	var all []*consent
	grants := make(map[string]*consent)
	for _, p := range permissions {
		if _, gone := p.OnGone(); gone {
			continue // an adopted app has it, and nobody can grant it
		}
		r, id, err := s.resolve(ctx, sp, p)
		if err != nil {
			return nil, err
		}
		if p.Type != catalog.Delegated {
			all = append(all, &consent{key: strings.Join([]string{sp, r.id, id.String()}, " "), resource: r, role: id,
				taken: s.wasWithdrawn(p)})
			continue
		}
		g := grants[r.id]
		if g == nil {
			g = &consent{resource: r}
			grants[r.id] = g
			all = append(all, g)
		}
		if !slices.Contains(g.scopes, p.Name) {
			g.scopes, g.taken = append(g.scopes, p.Name), g.taken || s.wasWithdrawn(p)
		}
	}
	for _, g := range grants {
		g.key = strings.Join(append([]string{sp, g.resource.id}, g.scopes...), " ")
	}
	for _, c := range all {
		var err error
		if c.item, err = s.consentItem(ctx, sp, c); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// wasWithdrawn reports whether a permission was withdrawn minutes ago.
func (s *session) wasWithdrawn(p plan.Permission) bool {
	return s.LostLately() && slices.ContainsFunc(s.Ask.Taken, func(q plan.Permission) bool {
		return q.ResourceAppID == p.ResourceAppID && q.Type == p.Type && q.Name == p.Name
	})
}

func (s *session) consentItem(ctx context.Context, sp string, c *consent) (*item, error) {
	if c.scopes == nil {
		body := models.NewAppRoleAssignment()
		body.SetPrincipalId(guid(sp))
		body.SetResourceId(guid(c.resource.id))
		body.SetAppRoleId(&c.role)
		req, err := serviceprincipals.NewServicePrincipalsRequestBuilderInternal(s.at(), s.adapter).ByServicePrincipalId(c.resource.id).
			AppRoleAssignedTo().ToPostRequestInformation(ctx, body, nil)
		return &item{op: opRole, req: req, as: models.CreateAppRoleAssignmentFromDiscriminatorValue}, err
	}
	body := models.NewOAuth2PermissionGrant()
	everybody, scope := allPrincipals, strings.Join(c.scopes, " ")
	body.SetClientId(&sp)
	body.SetConsentType(&everybody)
	body.SetResourceId(&c.resource.id)
	body.SetScope(&scope)
	req, err := oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(s.at(), s.adapter).ToPostRequestInformation(ctx,
		body, nil)
	return &item{op: opGrant, req: req, as: models.CreateOAuth2PermissionGrantFromDiscriminatorValue}, err
}

// sendConsents sends them, remembers what succeeded, and returns those that may
// be there already.
func (s *session) sendConsents(ctx context.Context, sp string, todo []*consent) (unsure []*consent, err error) {
	items := make([]*item, len(todo))
	for i, c := range todo {
		items[i] = c.item
	}
	s.batch(ctx, items)
	var errs []error
	for _, c := range todo {
		a, _ := c.item.err.(*fault.Answer)
		switch {
		case c.item.err == nil:
			s.mu.Lock()
			s.consented[c.key] = true
			s.mu.Unlock()
		case a != nil && (a.Status == http.StatusBadRequest || a.Status == http.StatusConflict) &&
			!a.HasCode("Directory_ConcurrencyViolation"):
			unsure = append(unsure, c)
		case a != nil && c.resource.own && a.NotFound():
			errs = append(errs, a.Behind("the app's own scope is not known everywhere yet"))
		default:
			if fault.IsLost(c.item.err) {
				s.Tries("consent " + c.key)
			}
			errs = append(errs, s.fault(c.item.err, sp, c.resource.id))
		}
	}
	return unsure, fault.Worst(errs)
}

// readBack looks at what the app has been given. It returns the grants that
// lack scopes, made ready to be sent again. It reads no list that it does not
// need: the token may not be good for it.
func (s *session) readBack(ctx context.Context, sp string, unsure []*consent) (widen []*consent, err error) {
	roles, grants, err := s.consentedItems(ctx, sp)
	if err != nil {
		return nil, err
	}
	var items []*item
	for _, i := range []*item{roles, grants} {
		if slices.ContainsFunc(unsure, func(c *consent) bool { return (c.scopes != nil) == (i == grants) }) {
			items = append(items, i)
		}
	}
	s.batch(ctx, items)
	if err := fault.Worst([]error{s.fault(roles.err, sp), s.fault(grants.err, sp)}); err != nil {
		return nil, err
	}
	assigned := make(map[string]bool)
	granted := make(map[string]models.OAuth2PermissionGrantable)
	for _, i := range items {
		if i == roles {
			err = s.eachAssigned(ctx, i, func(a models.AppRoleAssignmentable) { assigned[assignedRole(a)] = true })
		} else {
			err = s.eachGranted(ctx, i, sp, func(g models.OAuth2PermissionGrantable) { granted[lower(g.GetResourceId())] = g })
		}
		if err != nil {
			return nil, s.fault(err, sp)
		}
	}
	return s.compare(ctx, sp, unsure, assigned, granted)
}

// consentedItems ask what an app has been given.
func (s *session) consentedItems(ctx context.Context, sp string) (roles, grants *item, err error) {
	req, err := serviceprincipals.NewServicePrincipalsRequestBuilderInternal(s.at(), s.adapter).ByServicePrincipalId(sp).
		AppRoleAssignments().ToGetRequestInformation(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	roles = &item{op: opConsented, req: req, as: models.CreateAppRoleAssignmentCollectionResponseFromDiscriminatorValue}
	grants = &item{op: opConsented,
		req: s.get("/oauth2PermissionGrants?$filter=clientId%20eq%20%27{client}%27%20and%20consentType%20eq%20%27"+allPrincipals+"%27",
			"client", quote(sp)),
		as: models.CreateOAuth2PermissionGrantCollectionResponseFromDiscriminatorValue}
	return roles, grants, nil
}

// eachAssigned reads a list of app role assignments.
func (s *session) eachAssigned(ctx context.Context, i *item, do func(models.AppRoleAssignmentable)) error {
	return s.pages(ctx, i.op, i.req, i.got, i.as, func(p serialization.Parsable) {
		if l, ok := p.(models.AppRoleAssignmentCollectionResponseable); ok {
			for _, a := range l.GetValue() {
				do(a)
			}
		}
	})
}

// eachGranted reads a list of grants: those to this service principal, for everybody.
func (s *session) eachGranted(ctx context.Context, i *item, sp string, do func(models.OAuth2PermissionGrantable)) error {
	return s.pages(ctx, i.op, i.req, i.got, i.as, func(p serialization.Parsable) {
		if l, ok := p.(models.OAuth2PermissionGrantCollectionResponseable); ok {
			for _, g := range l.GetValue() {
				if value(g.GetConsentType()) == allPrincipals && strings.EqualFold(value(g.GetClientId()), sp) {
					do(g)
				}
			}
		}
	})
}

// compare says for each consent whether it is there, or has to be widened.
func (s *session) compare(ctx context.Context, sp string, unsure []*consent, assigned map[string]bool,
	granted map[string]models.OAuth2PermissionGrantable) (widen []*consent, err error) {
	var errs []error
	var excess []string
	for _, c := range unsure {
		refused := c.item.err.(*fault.Answer)
		there := assigned[strings.ToLower(c.resource.id)+" "+c.role.String()]
		if c.scopes != nil {
			g := granted[strings.ToLower(c.resource.id)]
			if there = g != nil; there {
				have := strings.Fields(value(g.GetScope()))
				excess = append(excess, slices.DeleteFunc(slices.Clone(have), func(n string) bool {
					return slices.Contains(c.scopes, n) || slices.Contains(c.keep, n)
				})...)
				if slices.ContainsFunc(c.scopes, func(n string) bool { return !slices.Contains(have, n) }) {
					stay := slices.DeleteFunc(slices.Clone(have), func(n string) bool { return slices.Contains(c.scopes, n) })
					if err := s.widen(ctx, c, value(g.GetId()), stay); err != nil {
						return nil, err
					}
					widen = append(widen, c)
					continue
				}
			}
		}
		switch {
		case there && c.taken && !s.HasTried("consent "+c.key):
			errs = append(errs, refused.Behind("it was revoked a moment ago, and not all of Entra knows that"))
		case there: // where the app is young, it may have been withdrawn a moment ago: a repeat sends it again
			sure := !s.ChangedLately()
			s.mu.Lock()
			s.consented[c.key] = sure
			s.mu.Unlock()
		case refused.Exists():
			errs = append(errs, refused.Behind("it is granted, but can't be read yet"))
		case c.resource.own:
			errs = append(errs, refused.Behind("the app's own scope is not known everywhere yet"))
		default:
			errs = append(errs, s.fault(refused, sp, c.resource.id))
		}
	}
	if excess != nil {
		return nil, &workflow.ExcessError{Names: excess}
	}
	return widen, fault.Worst(errs)
}

// widen makes c a PATCH of the grant that is there, to exactly what was approved
// and what stays of what was there before.
func (s *session) widen(ctx context.Context, c *consent, grantID string, stay []string) error {
	body := models.NewOAuth2PermissionGrant()
	scope := strings.Join(append(stay, c.scopes...), " ")
	body.SetScope(&scope)
	req, err := oauth2permissiongrants.NewOauth2PermissionGrantsRequestBuilderInternal(s.at(),
		s.adapter).ByOAuth2PermissionGrantId(grantID).
		ToPatchRequestInformation(ctx, body, nil)
	c.item = &item{op: opGrant, req: req}
	return err
}
