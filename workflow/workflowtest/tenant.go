package workflowtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/whole"
)

// The tenant of a world: its apps, and what a sign-in can do there. fake_test.go has what
// only some jobs do.

// A FakeApp is an application of the tenant.
type FakeApp struct {
	workflow.App
	Owner                         string
	Owners, PrincipalOwners       []string
	Sp                            bool
	Roles                         []string
	Granted                       []plan.Permission
	Directory, Thumbprints, Azure []string
	Definitions                   []string // of custom roles in Azure
	exposed, Assigned             []string // scopes and roles in Azure that we have added
	Federated                     []plan.FederatedIssuer
	Required                      []string
	Anonymous                     bool // not called api://{appId}
	dependents                    workflow.Dependents
	Unreadable                    error     // instead of who depends on it
	Beyond                        whole.App // what no plan gives: grants, directory roles, groups, credentials, implicit grant, gaps
	Keys                          map[string]workflow.Password
}

type fakeCode struct {
	code string
	used chan error
}

func (w *Wires) SignIn(ctx context.Context, tenant string, scopes []string) (workflow.DeviceLogin, error) {
	return call(w, "device code", func() (workflow.DeviceLogin, error) {
		c := &fakeCode{code: fmt.Sprint("CODE", len(w.Codes)+1), used: make(chan error, 1)}
		w.Codes[c.code] = c
		return &fakeSigningIn{w, c, workflow.Prompt{Code: seal.New(c.code), URL: "https://login",
			Expires: time.Now().Add(15 * time.Minute)}}, nil
	})
}

type fakeSigningIn struct {
	w *Wires
	c *fakeCode
	p workflow.Prompt
}

func (s *fakeSigningIn) Prompt() workflow.Prompt { return s.p }

func (s *fakeSigningIn) Wait(ctx context.Context, _ workflow.Ask) (workflow.Session, error) {
	timer := time.NewTimer(time.Until(s.p.Expires))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, &workflow.SignInError{Reason: workflow.SignInExpired}
	case err := <-s.c.used:
		if err != nil {
			return nil, err
		}
		return call(s.w, "who signed in", func() (workflow.Session, error) {
			return &fakeSession{Wires: s.w, who: byObjectID(s.w.Signer)},
				nil
		})
	}
}

// byObjectID has whom an address finds be found by their object ID too.
func byObjectID(who workflow.Signer) workflow.Signer {
	who.Owners = maps.Clone(who.Owners)
	for id, p := range everybody {
		if found, ok := who.Owners[p.Email]; ok && who.Owners[id] == nil {
			who.Owners[id] = found
		}
	}
	return who
}

type fakeSession struct {
	*Wires
	who workflow.Signer
}

func (s *fakeSession) Signer() workflow.Signer { return s.who }
func (s *fakeSession) Close()                  {}

func (s *fakeSession) EnsureApplication(_ context.Context, a workflow.App) (string, string, error) {
	if a.Merge {
		return a.ObjectID, a.AppID, s.merge(a)
	}
	_, err := call(s.Wires, "application", func() (bool, error) {
		if s.Apps[a.UniqueName] == nil {
			s.Apps[a.UniqueName] = &FakeApp{Keys: map[string]workflow.Password{}, Owners: []string{s.who.ObjectID}} // as Entra does
			if s.OwnsNothing {
				s.Apps[a.UniqueName].Owners = nil
			}
		}
		s.Apps[a.UniqueName].App = a
		return true, nil
	})
	return "obj-" + a.UniqueName, "app-" + a.UniqueName, err
}

// App is the application with this object ID or unique name, or nil.
func (w *World) App(id string) *FakeApp {
	return w.Apps[strings.TrimPrefix(strings.TrimPrefix(id, "obj-"), "app-")]
}

func (s *fakeSession) EnsureServicePrincipal(_ context.Context, p workflow.ServicePrincipal) (string, error) {
	_, err := call(s.Wires, "service principal", func() (bool, error) {
		a := s.App(p.AppID)
		if !a.Sp && !s.OwnsNothing { // as Entra does
			a.PrincipalOwners = append([]string{s.who.ObjectID}, s.OwnsPrincipals...)
		}
		a.Sp = true
		return true, nil
	})
	return p.AppID, err
}

func (s *fakeSession) EnsureOwners(_ context.Context, m workflow.Made, users, not, leave []string) (workflow.Ownership, error) {
	name := "owner"
	if len(users)+len(not)+len(leave) == 0 {
		name = "owners" // which only reads
	}
	return call(s.Wires, name, func() (has workflow.Ownership, err error) {
		has.Refused = map[string]*workflow.ServiceError{}
		if _, final := s.KeepsOwners.(*workflow.ServiceError); len(not)+len(leave) > 0 && s.KeepsOwners != nil && !final {
			return has, s.KeepsOwners
		}
		a := s.App(m.ObjectID)
		for _, user := range users {
			if s.NoOwners != nil {
				has.Refused[strings.ToLower(user)] = s.NoOwners
				continue
			}
			a.Owner = user
			if !slices.Contains(a.Owners, user) {
				a.Owners = append(a.Owners, user)
			}
		}
		for _, user := range not {
			if no, final := s.KeepsOwners.(*workflow.ServiceError); final {
				has.Refused[strings.ToLower(user)] = no
			} else if s.NoOwners == nil && len(users) > 0 {
				a.Owners = set.Without(a.Owners, []string{user})
			}
		}
		has.Owners = slices.Clone(a.Owners)
		if s.KeepsOwners == nil {
			a.PrincipalOwners = set.Without(a.PrincipalOwners, leave)
		}
		if has.Unread = s.HidesOwners; has.Unread == nil {
			has.Principal = slices.Clone(a.PrincipalOwners)
		}
		return has, nil
	})
}

func (s *fakeSession) EnsureConsent(_ context.Context, sp string, ps []plan.Permission, keep ...plan.Permission) error {
	_, err := call(s.Wires, "consent", func() (bool, error) {
		if s.Consent != nil {
			return false, s.Consent
		}
		roles := slices.Clone(s.Extra)
		for _, p := range ps {
			if p.Type == catalog.Application && p.ResourceAppID != "hr" { // a token is for one service
				roles = append(roles, p.Name)
			}
		}
		if kept := set.Minus(keep, ps, plan.SamePermission); len(kept) > 0 { // and what is there of another kind
			ps = set.Union(ps, s.App(sp).Granted, plan.SamePermission)
			for _, p := range kept {
				if p.Type == catalog.Application && p.ResourceAppID == catalog.MicrosoftGraph {
					roles = append(roles, p.Name)
				}
			}
		}
		s.App(sp).Roles, s.App(sp).Granted = roles, ps
		return true, nil
	})
	return err
}

func (s *fakeSession) PolicyFor(context.Context, string) (workflow.AppPolicy, error) {
	return s.who.Policy, nil
}

func (s *fakeSession) Passwords(_ context.Context, id string) ([]workflow.Password, error) {
	return call(s.Wires, "keys", func() ([]workflow.Password, error) { return slices.Collect(maps.Values(s.App(id).Keys)), nil })
}

func (s *fakeSession) AddPassword(_ context.Context, id, label string, expires time.Time) (workflow.Password, seal.Secret, error) {
	p, err := call(s.Wires, "add key", func() (workflow.Password, error) {
		s.made++
		k := workflow.Password{KeyID: fmt.Sprint("key", s.made), Label: label, Expires: expires}
		s.App(id).Keys[k.KeyID] = k
		return k, nil
	})
	return p, seal.New("S3CRET " + p.KeyID), err
}

func (s *fakeSession) RemovePassword(_ context.Context, id, keyID string) error {
	_, err := call(s.Wires, "remove key", func() (bool, error) { delete(s.App(id).Keys, keyID); return true, nil })
	return err
}

func (s *fakeSession) DeleteApplication(_ context.Context, name, _ string) error {
	_, err := call(s.Wires, "delete", func() (bool, error) {
		if a := s.Apps[name]; a != nil {
			s.Deleted[name] = a
			delete(s.Apps, name)
		}
		return true, nil
	})
	return err
}

func (w *Wires) Prove(_ context.Context, _, appID string, with workflow.Proof, _ []string) (map[string][]string, error) {
	return call(w, "proof", func() (map[string][]string, error) {
		if w.Lag--; w.Lag >= 0 {
			return nil, Busy{}
		}
		if with.Secret.IsZero() {
			if !slices.Contains(w.App(appID).Thumbprints, strings.TrimPrefix(with.Keyed.PFX.Reveal(), "PFX ")) {
				return nil, &workflow.ServiceError{Code: "700027", Text: "the certificate is not known"}
			}
			return map[string][]string{catalog.MicrosoftGraph: w.App(appID).Roles}, nil
		}
		if _, ok := w.App(appID).Keys[strings.TrimPrefix(with.Secret.Reveal(), "S3CRET ")]; !ok {
			return nil, &workflow.ServiceError{Code: "7000215", Text: "the secret is not known"}
		}
		return map[string][]string{catalog.MicrosoftGraph: w.App(appID).Roles}, nil
	})
}
