package workflowtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
)

// ReadWhole is what the fake tenant has of an app, what a test has put beside it, and what it
// hides.
func (s *fakeSession) ReadWhole(_ context.Context, m workflow.Made, p plan.Plan) (whole.App, error) {
	return call(s.Wires, s.wholeCall(), func() (whole.App, error) {
		a := s.App(m.ObjectID)
		has := whole.App{AppID: m.AppID}
		if a == nil {
			return has, nil
		}
		has = whole.App{AppID: m.AppID, Name: a.DisplayName, Audience: a.Audience, PublicClientFlows: a.PublicClientFlows,
			Application: whole.Side{ObjectID: m.ObjectID, Credentials: a.credentials(), Owners: accounts(a.Owners)},
			Principal:   whole.Side{ObjectID: cmp.Or(m.ServicePrincipal, m.AppID), Owners: accounts(a.PrincipalOwners)},
			Claims:      a.OptionalClaims, IdentifierURIs: slices.Clone(a.IdentifierURIs),
			Lock: whole.Lock{Enabled: true, All: true}, AssignmentRequired: false}
		for n := range s.OnPrincipal {
			has.Principal.Credentials = append(has.Principal.Credentials, whole.Credential{Kind: whole.Password,
				KeyID: fmt.Sprint("principal-", n)})
		}
		for i, uris := range [][]string{a.RedirectURIs, a.SPARedirectURIs, a.PublicRedirectURIs} {
			for _, uri := range uris {
				has.Redirects = append(has.Redirects, whole.Redirect{Platform: plan.Platforms[i], URI: uri})
			}
		}
		s.given(a, &has)
		a.offered(&has)
		for _, d := range a.Directory {
			has.Directory = append(has.Directory, whole.DirectoryRole{DefinitionID: d, Scope: "/"})
		}
		has.Directory = append(has.Directory, a.Beyond.Directory...)
		has.Grants = append(has.Grants, a.Beyond.Grants...)
		has.Groups = append(has.Groups, a.Beyond.Groups...)
		has.Application.Credentials = append(has.Application.Credentials, a.Beyond.Application.Credentials...)
		has.AccessTokens, has.IDTokens = a.Beyond.AccessTokens, a.Beyond.IDTokens
		has.Gaps = append(has.Gaps, a.Beyond.Gaps...)
		if len(p.AzureRoles) == 0 { // there is no token for Azure
			has.Gaps = append(has.Gaps, whole.Gap{Of: whole.KindAzure, What: whole.AzureRoles,
				Why: "this sign-in does not reach Azure"})
			return has, nil
		}
		for _, pair := range a.Azure {
			slash := strings.LastIndexByte(pair, '/')
			if slices.ContainsFunc(p.Subscriptions, func(s string) bool { return azurescope.Same(s, pair[:slash]) }) {
				has.Azure = append(has.Azure, whole.AzureRole{Scope: strings.ToLower(pair[:slash]), Role: pair[slash+1:]})
			}
		}
		return has, nil
	})
}

// given are the permissions that an app has, and those that a test has given it besides.
func (s *fakeSession) given(a *FakeApp, has *whole.App) {
	on := func(q plan.Permission) whole.Resource {
		if q.ResourceAppID == plan.Self {
			return whole.Resource{AppID: has.AppID, Name: q.Resource}
		}
		if id, gone := q.OnGone(); gone {
			return whole.Resource{ObjectID: id, Name: q.Resource}
		}
		return whole.Resource{AppID: q.ResourceAppID, Name: q.Resource}
	}
	for _, q := range a.Granted {
		if q.Type == catalog.Application {
			has.Roles = append(has.Roles, whole.Role{Resource: on(q), ID: "role " + q.Name, Value: q.Name})
		} else {
			has.Grants = append(has.Grants, whole.Grant{Resource: on(q), Scope: q.Name})
		}
	}
	for _, name := range slices.Concat(s.Extra, s.Foreign) {
		service, role, is := strings.Cut(name, "/")
		if !is {
			service, role = "Microsoft Graph", name
		}
		has.Roles = append(has.Roles, whole.Role{Resource: whole.Resource{AppID: service, Name: service}, ID: "role " + role, Value: role})
	}
}

func (a *FakeApp) offered(has *whole.App) {
	if len(a.Scopes) > 0 && !a.Anonymous {
		has.IdentifierURIs = append(has.IdentifierURIs, "api://"+has.AppID)
	}
	for _, sc := range a.Scopes {
		has.Scopes = append(has.Scopes, whole.Scope{ID: "scope " + sc.Name, Value: sc.Name, AdminsOnly: sc.AdminsOnly,
			Title: sc.Title, Words: sc.Words, UserTitle: sc.UserTitle, UserWords: sc.UserWords})
		for _, c := range sc.PreAuthorized {
			has.Clients = append(has.Clients, whole.Client{AppID: c, ScopeID: "scope " + sc.Name})
		}
	}
	for _, r := range a.AppRoles {
		has.AppRoles = append(has.AppRoles, whole.AppRole{ID: "role " + r.Name, Value: r.Name, Users: r.Users, Apps: r.Apps})
	}
}

func (a *FakeApp) credentials() (all []whole.Credential) {
	for id, k := range a.Keys {
		all = append(all, whole.Credential{Kind: whole.Password, KeyID: id, Name: k.Label, Ends: k.Expires})
	}
	for _, t := range a.Thumbprints {
		all = append(all, whole.Credential{Kind: whole.Certificate, Thumbprint: t})
	}
	for _, f := range a.Federated {
		all = append(all, whole.Credential{Kind: whole.Federated, Trust: f})
	}
	return all
}

func accounts(ids []string) (all []whole.Owner) {
	for _, id := range ids {
		all = append(all, whole.Owner{ObjectID: id, Kind: "user"})
	}
	return all
}

// Session is that of somebody who has signed in.
func (w *World) Session() workflow.Session {
	return &fakeSession{Wires: &Wires{w, new(bool)}, who: w.Signer}
}

func (w *Wires) ShowDrift(_ context.Context, l workflow.Drifting) (string, string, error) {
	type where struct{ channel, ts string }
	at, err := call(w, "show drift", func() (where, error) {
		w.Drifted = append(w.Drifted, l)
		return where{"D" + l.To.ID, "drift"}, nil
	})
	return at.channel, at.ts, err
}

// wholeCall tells a look at an app that is adopted, which follows the record of it, from the
// check at the end.
func (s *fakeSession) wholeCall() string {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, c := range slices.Backward(s.Calls) {
		switch {
		case c == "look" || c == "whole":
			return "whole"
		case c != "owners" && !strings.HasPrefix(c, "draw "): // the record looks at owners, too
			return "inspect"
		}
	}
	return "inspect"
}
