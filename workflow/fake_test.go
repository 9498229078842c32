package workflow_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// What the fake tenant does besides secrets.

func (s *fakeSession) ExposeScopes(_ context.Context, id, _ string, a workflow.App) error {
	_, err := call(s.wired, "api", func() (bool, error) {
		app := s.app(id)
		if !a.Merge {
			app.Scopes = a.Scopes
			return true, nil
		}
		for _, sc := range set.Minus(a.Scopes, app.Scopes, plan.SameScope) {
			app.exposed = append(app.exposed, sc.Name)
		}
		app.Scopes, app.anonymous = set.Union(app.Scopes, a.Scopes, plan.SameScope), false
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveScopes(_ context.Context, id, appID string, a workflow.App, uri bool) ([]string, error) {
	return call(s.wired, "take back api", func() (stay []string, err error) {
		app := s.app(id)
		app.Scopes = slices.DeleteFunc(slices.Clone(app.Scopes), func(sc plan.Scope) bool {
			return slices.Contains(app.exposed, sc.Name) && slices.ContainsFunc(a.Scopes,
				func(q plan.Scope) bool { return plan.SameScope(q, sc) })
		})
		switch {
		case !uri || app.anonymous:
		case len(app.Scopes) > 0:
			stay = []string{"api://" + appID}
		default:
			app.anonymous = true
		}
		return stay, nil
	})
}

func (s *fakeSession) EnsureDirectoryRole(_ context.Context, sp, role string) error {
	_, err := call(s.wired, "directory role", func() (bool, error) {
		if a := s.app(sp); !slices.Contains(a.directory, role) {
			a.directory = append(a.directory, role)
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) EnsureAzureRoles(_ context.Context, sp, name string, subscriptions []string, roles []plan.AzureRole) error {
	_, err := call(s.wired, "azure roles", func() (bool, error) {
		a := s.app(sp)
		for _, r := range roles {
			if r.ID == "" {
				a.definitions = set.Union(a.definitions, []string{r.DefinitionID(name)}, set.Equal)
			}
			for _, sub := range subscriptions {
				pair := sub + "/" + cmp.Or(r.ID, r.Name)
				if !slices.Contains(a.azure, pair) {
					a.azure, a.assigned = append(a.azure, pair), append(a.assigned, pair)
				}
			}
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveAzureAssignments(_ context.Context, sp, name string, subscriptions []string, roles []plan.AzureRole,
	how workflow.AzureRemoval) (stay []string, err error) {
	a := s.app(sp)
	switch {
	case how.OnlyMade:
		return call(s.wired, "take back azure roles", func() ([]string, error) { return a.takeBack(name, subscriptions, roles), nil })
	case how.KeepDefinitions:
		_, err := call(s.wired, "unassign azure roles", func() (bool, error) { a.unassign(subscriptions, roles); return true, nil })
		return nil, err
	}
	return call(s.wired, "remove azure roles", func() ([]string, error) {
		if a == nil {
			return nil, &workflow.ServiceError{Code: "order", Text: "the app was deleted before its roles in Azure"}
		}
		a.unassign(subscriptions, roles)
		for _, r := range roles {
			a.definitions = set.Without(a.definitions, []string{r.DefinitionID(name)})
		}
		return nil, nil
	})
}

// takeBack removes what EnsureAzureRoles assigned.
func (a *fakeApp) takeBack(name string, subscriptions []string, roles []plan.AzureRole) (stay []string) {
	for _, r := range roles {
		has := false
		for _, sub := range subscriptions {
			pair := []string{sub + "/" + cmp.Or(r.ID, r.Name)}
			if len(set.Without(pair, a.assigned)) == 0 {
				a.azure = set.Without(a.azure, pair)
			}
			has = has || len(set.Without(pair, a.azure)) == 0
		}
		if has && r.ID == "" {
			stay = append(stay, r.Name)
		} else {
			a.definitions = set.Without(a.definitions, []string{r.DefinitionID(name)})
		}
	}
	return stay
}

func (a *fakeApp) unassign(subscriptions []string, roles []plan.AzureRole) {
	for _, sub := range subscriptions {
		for _, r := range roles {
			a.azure = set.Without(a.azure, []string{sub + "/" + cmp.Or(r.ID, r.Name)})
		}
	}
}

func (s *fakeSession) EnsureCertificate(_ context.Context, id, _ string, c certificate.Certificate, _ ...string) (string, error) {
	_, err := call(s.wired, "certificate", func() (bool, error) {
		if a := s.app(id); !slices.Contains(a.thumbprints, c.Thumbprint) {
			a.thumbprints = append(a.thumbprints, c.Thumbprint)
		}
		return true, nil
	})
	return s.unseen, err
}

func (s *fakeSession) RemoveCertificate(_ context.Context, id, thumbprint string, _ ...string) error {
	_, err := call(s.wired, "remove certificate", func() (bool, error) {
		s.app(id).thumbprints = set.Without(s.app(id).thumbprints, []string{thumbprint})
		return true, nil
	})
	return err
}

func (s *fakeSession) EnsureFederated(_ context.Context, id, _ string, f plan.FederatedIssuer) error {
	_, err := call(s.wired, "federated", func() (bool, error) {
		if a := s.app(id); !slices.Contains(a.federated, f) {
			a.federated = append(a.federated, f)
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveCredentials(_ context.Context, id string, _ plan.Plan) error {
	_, err := call(s.wired, "strip", func() (bool, error) {
		if a := s.app(id); a != nil {
			clear(a.keys)
			a.thumbprints, a.federated = nil, nil
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveConsent(_ context.Context, sp string, _ plan.Plan) error {
	_, err := call(s.wired, "withdraw", func() (bool, error) {
		if a := s.app(sp); a != nil {
			a.granted, a.roles = nil, nil
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) Dependents(_ context.Context, m workflow.Made) (found workflow.Dependents, err error) {
	_, err = call(s.wired, "dependents", func() (bool, error) {
		a := s.app(m.ObjectID)
		if a == nil {
			return true, nil
		}
		found = a.dependents
		found.List = slices.Clone(found.List)
		return true, a.unreadable
	})
	return found, err
}

func (s *fakeSession) Exists(_ context.Context, appID string) (bool, error) {
	return call(s.wired, "alive", func() (bool, error) { return s.app(appID) != nil, nil })
}

func (s *fakeSession) RemoveOwner(_ context.Context, id, user string) error {
	_, err := call(s.wired, "remove owner", func() (bool, error) {
		s.app(id).owners = set.Without(s.app(id).owners, []string{user})
		return true, nil
	})
	return err
}

func (s *fakeSession) FindApplication(_ context.Context, appID string) (found workflow.Registration, sp string, err error) {
	_, err = call(s.wired, "find", func() (bool, error) {
		if s.app(appID) != nil {
			found, sp = workflow.Registration{ObjectID: strings.Replace(appID, "app-", "obj-", 1), AppID: appID}, appID
		}
		return true, nil
	})
	return found, sp, err
}

func (s *fakeSession) RemovePermissions(_ context.Context, m workflow.Made, needs, had plan.Plan) error {
	_, err := call(s.wired, "trim", func() (bool, error) {
		a := s.app(m.ObjectID)
		a.granted = set.Minus(a.granted, had.Minus(needs).Permissions, plan.SamePermission)
		a.directory = slices.DeleteFunc(slices.Clone(a.directory), func(id string) bool {
			return slices.ContainsFunc(had.Minus(needs).DirectoryRoles, func(r plan.DirectoryRole) bool { return r.TemplateID == id })
		})
		return true, nil
	})
	return err
}

func (s *fakeSession) RestoreApplication(_ context.Context, appID, _ string) (bool, error) {
	return call(s.wired, "restore", func() (bool, error) {
		name := strings.TrimPrefix(appID, "app-")
		if a := s.deleted[name]; a != nil {
			s.apps[name] = a
			delete(s.deleted, name)
		}
		return s.apps[name] != nil, nil
	})
}

func (s *fakeSession) ReadAppRoles(ctx context.Context, m workflow.Made, p plan.Plan) ([]string, error) {
	has, err := s.ReadGrants(ctx, m, p)
	return has.Roles, err
}

func (s *fakeSession) ReadGrants(_ context.Context, m workflow.Made, plan plan.Plan) (workflow.Inspection, error) {
	return call(s.wired, "inspect", func() (workflow.Inspection, error) {
		a := s.app(m.ObjectID)
		has := workflow.Inspection{DirectoryRoles: slices.Clone(a.directory), Thumbprints: slices.Clone(a.thumbprints),
			Federated: slices.Clone(a.federated), OnPrincipal: s.onPrincipal,
			OwnPrincipal: slices.Clone(a.principalOwners)}
		if len(plan.AzureRoles) > 0 { // else there is no token for Azure
			for _, pair := range a.azure {
				slash := strings.LastIndexByte(pair, '/')
				if slices.ContainsFunc(plan.Subscriptions, func(s string) bool { return azurescope.Same(s, pair[:slash]) }) {
					has.AzureRoles = append(has.AzureRoles, strings.ToLower(pair[:slash])+pair[slash:])
				}
			}
		}
		if len(plan.DirectoryRoles) == 0 { // likewise
			has.DirectoryRoles = nil
		}
		for _, p := range a.granted {
			if p.Type == catalog.Application {
				has.Roles = append(has.Roles, p.Resource+"/"+p.Name)
			} else if len(plan.Of(catalog.Delegated)) > 0 { // likewise
				has.Scopes = append(has.Scopes, p.Resource+"/"+p.Name)
			}
		}
		has.Roles = append(append(has.Roles, s.extra...), s.foreign...)
		return has, nil
	})
}

// What the fake tenant does for apps that were not made here.

func (s *fakeSession) merge(a workflow.App) error {
	_, err := call(s.wired, "application", func() (bool, error) {
		app := s.app(a.ObjectID)
		app.Keeps = a.Keeps
		app.RedirectURIs = set.Union(set.Minus(app.RedirectURIs, a.Drops.RedirectURIs, set.Equal), set.Minus(a.RedirectURIs,
			app.RedirectURIs, set.Equal),
			set.Equal)
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveFederated(_ context.Context, id, _ string) error {
	_, err := call(s.wired, "remove federated", func() (bool, error) {
		a := s.app(id)
		a.federated = a.federated[:max(0, len(a.federated)-1)] // the newest
		return true, nil
	})
	return err
}

func (s *fakeSession) Applications(_ context.Context, name string) ([]workflow.Registration, error) {
	return call(s.wired, "applications", func() ([]workflow.Registration, error) {
		var found []workflow.Registration
		for key, a := range s.apps {
			if strings.EqualFold(a.DisplayName, name) || key == name {
				found = append(found, workflow.Registration{"obj-" + key, key, a.DisplayName, time.Time{}})
			}
		}
		return found, nil
	})
}

func (s *fakeSession) Owners(_ context.Context, id string) ([]string, error) {
	return call(s.wired, "owners", func() ([]string, error) { return slices.Clone(s.app(id).owners), nil })
}

func (s *fakeSession) ReadApplication(_ context.Context, m workflow.Made, p plan.Plan) (has plan.Plan, found workflow.Discovery,
	sp string, err error) {
	_, err = call(s.wired, "look", func() (bool, error) {
		a := s.app(m.ObjectID)
		has = plan.Plan{Audience: a.Audience, RedirectURIs: slices.Clone(a.RedirectURIs), Permissions: slices.Clone(a.granted),
			Scopes: slices.Clone(a.Scopes)}
		found = workflow.Discovery{Thumbprints: slices.Clone(a.thumbprints), Federated: slices.Clone(a.federated), Secrets: len(a.keys),
			PrincipalSecrets: s.onPrincipal, NoIdentifierURI: a.anonymous, Required: a.required}
		if len(p.AzureRoles) > 0 { // else there is no token for Azure
			found.AzureRoles = slices.Clone(a.azure)
		}
		return true, nil
	})
	return has, found, m.AppID, err
}

func (w *wired) Digest(_ context.Context, g workflow.Digest) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if *w.off {
		return errPower
	}
	var before, after error
	if w.digest != nil {
		before, after = w.digest()
	}
	if before != nil {
		return before
	}
	if key := g.Tenant.Name + " " + g.Day; w.digests[key].Day == "" {
		w.digests[key] = g
		w.sent = append(w.sent, g)
	}
	return after
}

func (w *wired) Departed(context.Context) ([]people.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left, w.noPeople
}

func (w *wired) Away(ctx context.Context, id string) (string, error) {
	w.set(func() { w.askedAway++ })
	if left, err := w.HasLeft(ctx, id); !left || err != nil {
		return "", err
	}
	return "this account is deactivated", nil
}

func (w *wired) HasLeft(_ context.Context, id string) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.left, func(p people.Person) bool { return p.ID == id }), w.noPeople
}
