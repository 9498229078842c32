package workflowtest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// What the fake tenant does besides secrets.

func (s *fakeSession) ExposeScopes(_ context.Context, id, _ string, a workflow.App) error {
	_, err := call(s.Wires, "api", func() (bool, error) {
		app := s.App(id)
		if !a.Merge {
			app.Scopes = a.Scopes
			return true, nil
		}
		for _, sc := range set.Minus(a.Scopes, app.Scopes, plan.SameScope) {
			app.exposed = append(app.exposed, sc.Name)
		}
		app.Scopes, app.Anonymous = set.Union(app.Scopes, a.Scopes, plan.SameScope), false
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveScopes(_ context.Context, id, appID string, a workflow.App, uri bool) ([]string, error) {
	return call(s.Wires, "take back api", func() (stay []string, err error) {
		app := s.App(id)
		app.Scopes = slices.DeleteFunc(slices.Clone(app.Scopes), func(sc plan.Scope) bool {
			return slices.Contains(app.exposed, sc.Name) && slices.ContainsFunc(a.Scopes,
				func(q plan.Scope) bool { return plan.SameScope(q, sc) })
		})
		switch {
		case !uri || app.Anonymous:
		case len(app.Scopes) > 0:
			stay = []string{"api://" + appID}
		default:
			app.Anonymous = true
		}
		return stay, nil
	})
}

func (s *fakeSession) EnsureDirectoryRole(_ context.Context, sp, role string) error {
	_, err := call(s.Wires, "directory role", func() (bool, error) {
		if a := s.App(sp); !slices.Contains(a.Directory, role) {
			a.Directory = append(a.Directory, role)
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) EnsureAzureRoles(_ context.Context, sp, name string, subscriptions []string, roles []plan.AzureRole) error {
	_, err := call(s.Wires, "azure roles", func() (bool, error) {
		a := s.App(sp)
		for _, r := range roles {
			if r.ID == "" {
				a.Definitions = set.Union(a.Definitions, []string{r.DefinitionID(name)}, set.Equal)
			}
			for _, sub := range subscriptions {
				pair := sub + "/" + cmp.Or(r.ID, r.Name)
				if !slices.Contains(a.Azure, pair) {
					a.Azure, a.Assigned = append(a.Azure, pair), append(a.Assigned, pair)
				}
			}
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveAzureAssignments(_ context.Context, sp, name string, subscriptions []string, roles []plan.AzureRole,
	how workflow.AzureRemoval) (stay []string, err error) {
	a := s.App(sp)
	switch {
	case how.OnlyMade:
		return call(s.Wires, "take back azure roles", func() ([]string, error) { return a.takeBack(name, subscriptions, roles), nil })
	case how.KeepDefinitions:
		_, err := call(s.Wires, "unassign azure roles", func() (bool, error) { a.unassign(subscriptions, roles); return true, nil })
		return nil, err
	}
	return call(s.Wires, "remove azure roles", func() ([]string, error) {
		if a == nil {
			return nil, &workflow.ServiceError{Code: "order", Text: "the app was deleted before its roles in Azure"}
		}
		a.unassign(subscriptions, roles)
		for _, r := range roles {
			a.Definitions = set.Without(a.Definitions, []string{r.DefinitionID(name)})
		}
		return nil, nil
	})
}

// takeBack removes what EnsureAzureRoles assigned.
func (a *FakeApp) takeBack(name string, subscriptions []string, roles []plan.AzureRole) (stay []string) {
	for _, r := range roles {
		has := false
		for _, sub := range subscriptions {
			pair := []string{sub + "/" + cmp.Or(r.ID, r.Name)}
			if len(set.Without(pair, a.Assigned)) == 0 {
				a.Azure = set.Without(a.Azure, pair)
			}
			has = has || len(set.Without(pair, a.Azure)) == 0
		}
		if has && r.ID == "" {
			stay = append(stay, r.Name)
		} else {
			a.Definitions = set.Without(a.Definitions, []string{r.DefinitionID(name)})
		}
	}
	return stay
}

func (a *FakeApp) unassign(subscriptions []string, roles []plan.AzureRole) {
	for _, sub := range subscriptions {
		for _, r := range roles {
			a.Azure = set.Without(a.Azure, []string{sub + "/" + cmp.Or(r.ID, r.Name)})
		}
	}
}

func (s *fakeSession) EnsureCertificate(_ context.Context, id, _ string, c certificate.Certificate, _ ...string) (string, error) {
	_, err := call(s.Wires, "certificate", func() (bool, error) {
		if a := s.App(id); !slices.Contains(a.Thumbprints, c.Thumbprint) {
			a.Thumbprints = append(a.Thumbprints, c.Thumbprint)
		}
		return true, nil
	})
	return s.Unseen, err
}

func (s *fakeSession) RemoveCertificate(_ context.Context, id, thumbprint string, _ ...string) error {
	_, err := call(s.Wires, "remove certificate", func() (bool, error) {
		s.App(id).Thumbprints = set.Without(s.App(id).Thumbprints, []string{thumbprint})
		return true, nil
	})
	return err
}

func (s *fakeSession) EnsureFederated(_ context.Context, id, _ string, f plan.FederatedIssuer) error {
	_, err := call(s.Wires, "federated", func() (bool, error) {
		if a := s.App(id); !slices.Contains(a.Federated, f) {
			a.Federated = append(a.Federated, f)
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveCredentials(_ context.Context, id string, _ plan.Plan) error {
	_, err := call(s.Wires, "strip", func() (bool, error) {
		if a := s.App(id); a != nil {
			clear(a.Keys)
			a.Thumbprints, a.Federated = nil, nil
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveConsent(_ context.Context, sp string, _ plan.Plan) error {
	_, err := call(s.Wires, "withdraw", func() (bool, error) {
		if a := s.App(sp); a != nil {
			a.Granted, a.Roles = nil, nil
		}
		return true, nil
	})
	return err
}

func (s *fakeSession) Dependents(_ context.Context, m workflow.Made) (found workflow.Dependents, err error) {
	_, err = call(s.Wires, "dependents", func() (bool, error) {
		a := s.App(m.ObjectID)
		if a == nil {
			return true, nil
		}
		found = a.dependents
		found.List = slices.Clone(found.List)
		return true, a.Unreadable
	})
	return found, err
}

func (s *fakeSession) Exists(_ context.Context, appID string) (bool, error) {
	return call(s.Wires, "alive", func() (bool, error) { return s.App(appID) != nil, nil })
}

func (s *fakeSession) RemoveOwner(_ context.Context, id, user string) error {
	_, err := call(s.Wires, "remove owner", func() (bool, error) {
		s.App(id).Owners = set.Without(s.App(id).Owners, []string{user})
		return true, nil
	})
	return err
}

func (s *fakeSession) FindApplication(_ context.Context, appID string) (found workflow.Registration, sp string, err error) {
	_, err = call(s.Wires, "find", func() (bool, error) {
		if s.App(appID) != nil {
			found, sp = workflow.Registration{ObjectID: strings.Replace(appID, "app-", "obj-", 1), AppID: appID}, appID
		}
		return true, nil
	})
	return found, sp, err
}

func (s *fakeSession) RemovePermissions(_ context.Context, m workflow.Made, needs, had plan.Plan) error {
	_, err := call(s.Wires, "trim", func() (bool, error) {
		a := s.App(m.ObjectID)
		a.Granted = set.Minus(a.Granted, had.Minus(needs).Permissions, plan.SamePermission)
		a.Directory = slices.DeleteFunc(slices.Clone(a.Directory), func(id string) bool {
			return slices.ContainsFunc(had.Minus(needs).DirectoryRoles, func(r plan.DirectoryRole) bool { return r.TemplateID == id })
		})
		return true, nil
	})
	return err
}

func (s *fakeSession) RestoreApplication(_ context.Context, appID, _ string) (bool, error) {
	return call(s.Wires, "restore", func() (bool, error) {
		name := strings.TrimPrefix(appID, "app-")
		if a := s.Deleted[name]; a != nil {
			s.Apps[name] = a
			delete(s.Deleted, name)
		}
		return s.Apps[name] != nil, nil
	})
}

// What the fake tenant does for apps that were not made here.

func (s *fakeSession) merge(a workflow.App) error {
	_, err := call(s.Wires, "application", func() (bool, error) {
		app := s.App(a.ObjectID)
		app.Keeps = a.Keeps
		app.RedirectURIs = set.Union(set.Minus(app.RedirectURIs, a.Drops.RedirectURIs, set.Equal), set.Minus(a.RedirectURIs,
			app.RedirectURIs, set.Equal),
			set.Equal)
		return true, nil
	})
	return err
}

func (s *fakeSession) RemoveFederated(_ context.Context, id, _ string) error {
	_, err := call(s.Wires, "remove federated", func() (bool, error) {
		a := s.App(id)
		a.Federated = a.Federated[:max(0, len(a.Federated)-1)] // the newest
		return true, nil
	})
	return err
}

func (s *fakeSession) Applications(_ context.Context, name string) ([]workflow.Registration, error) {
	return call(s.Wires, "applications", func() ([]workflow.Registration, error) {
		var found []workflow.Registration
		for key, a := range s.Apps {
			if strings.EqualFold(a.DisplayName, name) || key == name {
				found = append(found, workflow.Registration{ObjectID: "obj-" + key, AppID: key, Name: a.DisplayName})
			}
		}
		return found, nil
	})
}

func (s *fakeSession) Owners(_ context.Context, id string) ([]string, error) {
	return call(s.Wires, "owners", func() ([]string, error) {
		if a := s.App(id); a != nil {
			return slices.Clone(a.Owners), nil
		}
		return nil, &workflow.ServiceError{Code: "Request_ResourceNotFound", Text: "there is no such application"}
	})
}

func (s *fakeSession) ReadApplication(_ context.Context, m workflow.Made, p plan.Plan) (has plan.Plan, found workflow.Discovery,
	sp string, err error) {
	_, err = call(s.Wires, "look", func() (bool, error) {
		a := s.App(m.ObjectID)
		has = plan.Plan{Audience: a.Audience, RedirectURIs: slices.Clone(a.RedirectURIs), Permissions: slices.Clone(a.Granted),
			Scopes: slices.Clone(a.Scopes)}
		found = workflow.Discovery{Thumbprints: slices.Clone(a.Thumbprints), Federated: slices.Clone(a.Federated), Secrets: len(a.Keys),
			PrincipalSecrets: s.OnPrincipal, NoIdentifierURI: a.Anonymous, Required: a.Required}
		if len(p.AzureRoles) > 0 { // else there is no token for Azure
			found.AzureRoles = slices.Clone(a.Azure)
		}
		return true, nil
	})
	return has, found, m.AppID, err
}

func (w *Wires) Digest(_ context.Context, g workflow.Digest) error {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if *w.Off {
		return ErrPower
	}
	var before, after error
	if w.DigestFails != nil {
		before, after = w.DigestFails()
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

func (w *Wires) Departed(context.Context) ([]people.Person, error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return w.Left, w.NoPeople
}

func (w *Wires) Person(_ context.Context, id string) (people.Person, error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	if p, ok := w.Profiles[id]; ok {
		return p, w.NoPeople
	}
	return people.Person{ID: id}, w.NoPeople
}

func (w *Wires) Away(ctx context.Context, id string) (string, error) {
	w.Set(func() { w.AskedAway++ })
	if left, err := w.HasLeft(ctx, id); !left || err != nil {
		return "", err
	}
	return "this account is deactivated", nil
}

func (w *Wires) HasLeft(_ context.Context, id string) (bool, error) {
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return slices.ContainsFunc(w.Left, func(p people.Person) bool { return p.ID == id }), w.NoPeople
}
