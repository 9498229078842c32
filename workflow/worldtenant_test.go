package workflow_test

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
)

// The tenant of a world: its apps, and what a sign-in can do there. fake_test.go has what
// only some jobs do.

type fakeApp struct {
	workflow.App
	owner                         string
	owners, principalOwners       []string
	sp                            bool
	roles                         []string
	granted                       []plan.Permission
	directory, thumbprints, azure []string
	definitions                   []string // of custom roles in Azure
	exposed, assigned             []string // scopes and roles in Azure that we have added
	federated                     []plan.FederatedIssuer
	required                      []string
	anonymous                     bool // not called api://{appId}
	dependents                    workflow.Dependents
	unreadable                    error // instead of who depends on it
	keys                          map[string]workflow.Password
}

type fakeCode struct {
	code string
	used chan error
}

func (w *wired) SignIn(ctx context.Context, tenant string, scopes []string) (workflow.DeviceLogin, error) {
	return call(w, "device code", func() (workflow.DeviceLogin, error) {
		c := &fakeCode{code: fmt.Sprint("CODE", len(w.codes)+1), used: make(chan error, 1)}
		w.codes[c.code] = c
		return &fakeSigningIn{w, c, workflow.Prompt{Code: seal.New(c.code), URL: "https://login",
			Expires: time.Now().Add(15 * time.Minute)}}, nil
	})
}

type fakeSigningIn struct {
	w *wired
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
		return call(s.w, "who signed in", func() (workflow.Session, error) { return &fakeSession{wired: s.w, who: s.w.signer}, nil })
	}
}

type fakeSession struct {
	*wired
	who workflow.Signer
}

func (s *fakeSession) Signer() workflow.Signer { return s.who }
func (s *fakeSession) Close()                  {}

func (s *fakeSession) EnsureApplication(_ context.Context, a workflow.App) (string, string, error) {
	if a.Merge {
		return a.ObjectID, a.AppID, s.merge(a)
	}
	_, err := call(s.wired, "application", func() (bool, error) {
		if s.apps[a.UniqueName] == nil {
			s.apps[a.UniqueName] = &fakeApp{keys: map[string]workflow.Password{}, owners: []string{s.who.ObjectID}} // as Entra does
			if s.ownsNothing {
				s.apps[a.UniqueName].owners = nil
			}
		}
		s.apps[a.UniqueName].App = a
		return true, nil
	})
	return "obj-" + a.UniqueName, "app-" + a.UniqueName, err
}

func (w *world) app(id string) *fakeApp {
	return w.apps[strings.TrimPrefix(strings.TrimPrefix(id, "obj-"), "app-")]
}

func (s *fakeSession) EnsureServicePrincipal(_ context.Context, p workflow.ServicePrincipal) (string, error) {
	_, err := call(s.wired, "service principal", func() (bool, error) {
		a := s.app(p.AppID)
		if !a.sp && !s.ownsNothing { // as Entra does
			a.principalOwners = append([]string{s.who.ObjectID}, s.ownsPrincipals...)
		}
		a.sp = true
		return true, nil
	})
	return p.AppID, err
}

func (s *fakeSession) EnsureOwners(_ context.Context, m workflow.Made, users, not, leave []string) (workflow.Ownership, error) {
	name := "owner"
	if len(users)+len(not)+len(leave) == 0 {
		name = "owners" // which only reads
	}
	return call(s.wired, name, func() (has workflow.Ownership, err error) {
		has.Refused = map[string]*workflow.ServiceError{}
		if _, final := s.keepsOwners.(*workflow.ServiceError); len(not)+len(leave) > 0 && s.keepsOwners != nil && !final {
			return has, s.keepsOwners
		}
		a := s.app(m.ObjectID)
		for _, user := range users {
			if s.noOwners != nil {
				has.Refused[strings.ToLower(user)] = s.noOwners
				continue
			}
			a.owner = user
			if !slices.Contains(a.owners, user) {
				a.owners = append(a.owners, user)
			}
		}
		for _, user := range not {
			if no, final := s.keepsOwners.(*workflow.ServiceError); final {
				has.Refused[strings.ToLower(user)] = no
			} else if s.noOwners == nil && len(users) > 0 {
				a.owners = set.Without(a.owners, []string{user})
			}
		}
		has.Owners = slices.Clone(a.owners)
		if s.keepsOwners == nil {
			a.principalOwners = set.Without(a.principalOwners, leave)
		}
		if has.Unread = s.hidesOwners; has.Unread == nil {
			has.Principal = slices.Clone(a.principalOwners)
		}
		return has, nil
	})
}

func (s *fakeSession) EnsureConsent(_ context.Context, sp string, ps []plan.Permission, keep ...plan.Permission) error {
	_, err := call(s.wired, "consent", func() (bool, error) {
		if s.consent != nil {
			return false, s.consent
		}
		roles := slices.Clone(s.extra)
		for _, p := range ps {
			if p.Type == catalog.Application && p.ResourceAppID != "hr" { // a token is for one service
				roles = append(roles, p.Name)
			}
		}
		if kept := set.Minus(keep, ps, plan.SamePermission); len(kept) > 0 { // and what is there of another kind
			ps = set.Union(ps, s.app(sp).granted, plan.SamePermission)
			for _, p := range kept {
				if p.Type == catalog.Application && p.ResourceAppID == catalog.MicrosoftGraph {
					roles = append(roles, p.Name)
				}
			}
		}
		s.app(sp).roles, s.app(sp).granted = roles, ps
		return true, nil
	})
	return err
}

func (s *fakeSession) PolicyFor(context.Context, string) (workflow.AppPolicy, error) {
	return s.who.Policy, nil
}

func (s *fakeSession) Passwords(_ context.Context, id string) ([]workflow.Password, error) {
	return call(s.wired, "keys", func() ([]workflow.Password, error) { return slices.Collect(maps.Values(s.app(id).keys)), nil })
}

func (s *fakeSession) AddPassword(_ context.Context, id, label string, expires time.Time) (workflow.Password, seal.Secret, error) {
	p, err := call(s.wired, "add key", func() (workflow.Password, error) {
		s.made++
		k := workflow.Password{KeyID: fmt.Sprint("key", s.made), Label: label, Expires: expires}
		s.app(id).keys[k.KeyID] = k
		return k, nil
	})
	return p, seal.New("S3CRET " + p.KeyID), err
}

func (s *fakeSession) RemovePassword(_ context.Context, id, keyID string) error {
	_, err := call(s.wired, "remove key", func() (bool, error) { delete(s.app(id).keys, keyID); return true, nil })
	return err
}

func (s *fakeSession) DeleteApplication(_ context.Context, name, _ string) error {
	_, err := call(s.wired, "delete", func() (bool, error) {
		if a := s.apps[name]; a != nil {
			s.deleted[name] = a
			delete(s.apps, name)
		}
		return true, nil
	})
	return err
}

func (w *wired) Prove(_ context.Context, _, appID string, with workflow.Proof, _ []string) (map[string][]string, error) {
	return call(w, "proof", func() (map[string][]string, error) {
		if w.lag--; w.lag >= 0 {
			return nil, busy{}
		}
		if with.Secret.IsZero() {
			if !slices.Contains(w.app(appID).thumbprints, strings.TrimPrefix(with.Keyed.PFX.Reveal(), "PFX ")) {
				return nil, &workflow.ServiceError{Code: "700027", Text: "the certificate is not known"}
			}
			return map[string][]string{catalog.MicrosoftGraph: w.app(appID).roles}, nil
		}
		if _, ok := w.app(appID).keys[strings.TrimPrefix(with.Secret.Reveal(), "S3CRET ")]; !ok {
			return nil, &workflow.ServiceError{Code: "7000215", Text: "the secret is not known"}
		}
		return map[string][]string{catalog.MicrosoftGraph: w.app(appID).roles}, nil
	})
}
