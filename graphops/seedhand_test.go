package graphops

import (
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// hand is Ada at work in the tenant, without the bot.
func (g *game) hand(plan workflow.Plan, do func(workflow.Session)) {
	scopes := plan.SignInScopes(workflow.Provision)
	in, err := g.dir.SignIn(g.t.Context(), "contoso", scopes)
	g.must(err)
	g.must(g.entra.SignIn(in.Prompt().Code.Reveal(), "ada@contoso.com"))
	s, err := in.Wait(g.t.Context(), workflow.Ask{Resources: plan.Resources(), Email: "bea@contoso.com", Subscriptions: plan.Subscriptions})
	g.must(err)
	do(s)
	s.Close()
}

// legacy makes an application that has been in use for long, and that Bea owns.
func (g *game) legacy() (before entratest.Application) {
	mail, _ := workflow.Known(catalog.MicrosoftGraph, catalog.Application, "Mail.Read")
	calendars, _ := workflow.Known(catalog.MicrosoftGraph, catalog.Delegated, "Calendars.Read")
	plan := workflow.Plan{Permissions: []workflow.Permission{mail, calendars}}
	g.hand(plan, func(s workflow.Session) {
		ctx := g.t.Context()
		id, appID, err := s.EnsureApplication(ctx, workflow.App{UniqueName: "legacy", DisplayName: g.name, Notes: "since 2019", Audience: "AzureADMyOrg",
			RedirectURIs: []string{"https://hr.contoso.com/callback"}, Permissions: plan.Permissions})
		g.must(err)
		sp, err := s.EnsureServicePrincipal(ctx, appID)
		g.must(err)
		g.must(s.EnsureConsent(ctx, sp, plan.Permissions))
		_, _, err = s.AddKey(ctx, id, "by hand", time.Now().Add(200*24*time.Hour))
		g.must(err)
		_, err = s.EnsureOwners(ctx, workflow.Made{ObjectID: id}, []string{s.Signer().Requesters[0].ObjectID}, nil, nil)
		g.must(err)
		before, _ = g.tenant.Application(appID)
	})
	return before
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
	r = g.opened(g.ends(g.approve(r, nil), workflow.Ready, workflow.Done))
	g.adoptedStands(r, before)
}

func (g *game) undoAdopt() {
	r, before := g.adopted()
	r = g.lapsed(g.approve(r, nil))
	_, err := g.desk.Undo(g.t.Context(), r.ID, ada)
	g.must(err)
	g.ends(r.ID, workflow.Undone)
	g.same(before)
}

// verify makes by hand what a plan says, and has it looked at.
func (g *game) verify() {
	r, err := g.desk.Submit(g.t.Context(), bea, g.draft())
	g.must(err)
	g.byHand(r)
	g.lags()
	r, err = g.desk.Verify(g.t.Context(), r.ID, ada, "")
	g.must(err)
	g.ends(r.ID, workflow.Done)
}

// byHand makes what a plan says.
func (g *game) byHand(r *workflow.Request) {
	p := r.Plan
	g.hand(p, func(s workflow.Session) {
		ctx := g.t.Context()
		a := workflow.App{UniqueName: "by-hand", DisplayName: p.AppName, Audience: p.Audience, RedirectURIs: p.RedirectURIs, SPARedirectURIs: p.SPARedirectURIs,
			PublicRedirectURIs: p.PublicRedirectURIs, PublicClientFlows: p.PublicClientFlows, Permissions: p.Permissions, Scopes: p.Scopes}
		id, appID, err := s.EnsureApplication(ctx, a)
		g.must(err)
		sp, err := s.EnsureServicePrincipal(ctx, appID)
		g.must(err)
		if len(p.Scopes) > 0 {
			g.must(s.EnsureAPI(ctx, id, appID, a))
		}
		g.must(s.EnsureConsent(ctx, sp, p.Permissions))
		for _, role := range p.DirectoryRoles {
			g.must(s.EnsureDirectoryRole(ctx, sp, role.TemplateID))
		}
		if len(p.AzureRoles) > 0 {
			g.must(s.EnsureAzureRoles(ctx, sp, "by-hand", p.Subscriptions, p.AzureRoles))
		}
		switch c := p.Credential; c.Kind {
		case workflow.ClientSecret:
			_, _, err = s.AddKey(ctx, id, "by hand", time.Now().Add(c.Lifetime))
			g.must(err)
		case workflow.OwnCertificate:
			_, err = s.EnsureCertificate(ctx, id, "by hand", c.Certificate)
			g.must(err)
		case workflow.MadeCertificate:
			made, _, err := g.dir.MakeCertificate("by hand", time.Now().Add(c.Lifetime))
			g.must(err)
			_, err = s.EnsureCertificate(ctx, id, "by hand", made)
			g.must(err)
		case workflow.Federated:
			g.must(s.EnsureFederated(ctx, id, "by-hand", c.Federated))
		}
		_, err = s.EnsureOwners(ctx, workflow.Made{ObjectID: id}, []string{s.Signer().Requesters[0].ObjectID}, nil, nil)
		g.must(err)
	})
}
