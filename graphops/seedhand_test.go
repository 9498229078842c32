package graphops

import (
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// hand is Ada at work in the tenant, without the bot.
func (g *game) hand(p plan.Plan, do func(workflow.Session)) {
	scopes := p.SignInScopes()
	in, err := g.dir.SignIn(g.t.Context(), "contoso", scopes)
	g.must(err)
	g.must(g.entra.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"))
	s, err := in.Wait(g.t.Context(), workflow.Ask{Resources: p.Resources(), Email: "bea@contoso.com", Subscriptions: p.Subscriptions})
	g.must(err)
	do(s)
	s.Close()
}

// legacy makes an application that Bea owns: it has been in use for long, or was made
// by hand minutes ago.
func (g *game) legacy() (before entratest.Application) {
	defer g.youngByHand()()
	mail, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Mail.Read")
	calendars, _ := plan.Known(catalog.MicrosoftGraph, catalog.Delegated, "Calendars.Read")
	p := plan.Plan{Permissions: []plan.Permission{mail, calendars}}
	g.hand(p, func(s workflow.Session) {
		audiences := plan.Audiences[:3]
		a := workflow.App{UniqueName: "legacy", DisplayName: g.name, Notes: "since 2019",
			Audience:     audiences[g.chance.IntN(len(audiences))],
			RedirectURIs: []string{"https://hr.contoso.com/callback"}, Permissions: p.Permissions}
		id, appID, sp := g.makes(s, a)
		g.byHandDone(func() error { return s.EnsureConsent(g.t.Context(), sp, p.Permissions) })
		g.byHandDone(func() error {
			_, _, err := s.AddPassword(g.t.Context(), id, "by hand", time.Now().Add(200*24*time.Hour))
			return err
		})
		g.owns(s, id)
		before, _ = g.tenant.Application(appID)
	})
	return before
}

// youngByHand makes it a tenant of replicas before something is made by hand, sometimes,
// and lets seconds or minutes pass after it.
func (g *game) youngByHand() (pass func()) {
	if g.chance.IntN(2) == 0 {
		return func() {}
	}
	g.lags()
	most := 10 * time.Minute
	if g.chance.IntN(2) == 0 {
		most = 30 * time.Second
	}
	return func() { time.Sleep(time.Duration(g.chance.Int64N(int64(most)))) }
}

// byHandDone repeats what somebody does by hand.
func (g *game) byHandDone(do func() error) { g.must(g.untilDone(do)) }

// makes is an application made by hand, with its service principal.
func (g *game) makes(s workflow.Session, a workflow.App) (id, appID, sp string) {
	g.byHandDone(func() (err error) { id, appID, err = s.EnsureApplication(g.t.Context(), a); return err })
	g.byHandDone(func() (err error) { sp, err = s.EnsureServicePrincipal(g.t.Context(), principalFor(appID)); return err })
	return id, appID, sp
}

// owns makes Bea the owner of what Ada has made.
func (g *game) owns(s workflow.Session, id string) {
	g.byHandDone(func() error {
		_, err := s.EnsureOwners(g.t.Context(), workflow.Made{ObjectID: id}, []string{s.Signer().Requesters[0].ObjectID}, nil, nil)
		return err
	})
}

func (g *game) adopted() (*workflow.Request, entratest.Application) {
	before := g.legacy()
	g.lags()
	d := g.draft()
	d.Existing = true
	r, err := g.desk.Submit(g.t.Context(), bea, d)
	g.must(err)
	return r, before
}

func (g *game) adopt() {
	r, before := g.adopted()
	r = g.opened(g.ends(g.approve(r, nil), workflow.StateReady, workflow.StateDone))
	g.adoptedStands(r, before)
}

func (g *game) undoAdopt() {
	r, before := g.adopted()
	r = g.lapsed(g.approve(r, nil))
	_, err := g.desk.Undo(g.t.Context(), r.ID, ada)
	g.must(err)
	g.ends(r.ID, workflow.StateUndone)
	g.same(before)
}

// verify makes by hand what a plan says, and has it looked at.
func (g *game) verify() {
	r, err := g.desk.Submit(g.t.Context(), bea, g.draft())
	g.must(err)
	pass := g.youngByHand()
	g.byHand(r)
	pass()
	g.lags()
	r, err = g.desk.Verify(g.t.Context(), r.ID, ada, "")
	g.must(err)
	g.ends(r.ID, workflow.StateDone)
}

// byHand makes what a plan says.
func (g *game) byHand(r *workflow.Request) {
	p := r.Plan
	g.hand(p, func(s workflow.Session) {
		ctx := g.t.Context()
		a := workflow.App{UniqueName: "by-hand", DisplayName: p.AppName, Audience: p.Audience, RedirectURIs: p.RedirectURIs,
			SPARedirectURIs:    p.SPARedirectURIs,
			PublicRedirectURIs: p.PublicRedirectURIs, PublicClientFlows: p.PublicClientFlows, Permissions: p.Permissions, Scopes: p.Scopes,
			AppRoles: p.AppRoles, OptionalClaims: p.OptionalClaims, IdentifierURIs: p.IdentifierURIs}
		id, appID, sp := g.makes(s, a)
		g.byHandDone(func() error { return s.ExposeScopes(ctx, id, appID, a) })
		g.byHandDone(func() error { return s.EnsureConsent(ctx, sp, p.Permissions) })
		for _, role := range p.DirectoryRoles {
			g.byHandDone(func() error { return s.EnsureDirectoryRole(ctx, sp, role.TemplateID) })
		}
		if len(p.AzureRoles) > 0 {
			g.byHandDone(func() error { return s.EnsureAzureRoles(ctx, sp, "by-hand", p.Subscriptions, p.AzureRoles) })
		}
		g.credentialByHand(s, id, p.Credential)
		g.owns(s, id)
	})
}

func (g *game) credentialByHand(s workflow.Session, id string, c plan.Credential) {
	ctx := g.t.Context()
	made, _, err := g.dir.MakeCertificate("by hand", time.Now().Add(90*24*time.Hour))
	g.must(err)
	g.byHandDone(func() (err error) {
		switch c.Kind {
		case plan.CredentialSecret:
			_, _, err = s.AddPassword(ctx, id, "by hand", time.Now().Add(c.Lifetime))
		case plan.CredentialCertificate:
			_, err = s.EnsureCertificate(ctx, id, "by hand", c.Certificate)
		case plan.CredentialMadeCertificate:
			_, err = s.EnsureCertificate(ctx, id, "by hand", made)
		case plan.CredentialFederated:
			err = s.EnsureFederated(ctx, id, "by-hand", c.Federated)
		}
		return err
	})
}
