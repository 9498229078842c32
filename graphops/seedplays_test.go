package graphops

import (
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/seal"
)

// lags makes the tenant one of replicas, which know all that there is now. It is one for
// the rest of the game: what is young then stays young.
func (g *game) lags() {
	if !g.lagging {
		g.tenant.Replicate(entratest.Replication{})
	}
	g.lagging = true
}

// maybeYoung is lags, early: what the request is about is young.
func (g *game) maybeYoung() {
	if g.chance.IntN(2) == 0 {
		g.lags()
	}
}

// sold plays a registration to its end: what it made is the requester's.
func (g *game) sold() *workflow.Request {
	g.t.Helper()
	crashes := g.crashes
	g.crashes = false
	defer func() { g.crashes = crashes }()
	r, err := g.desk.Submit(g.t.Context(), bea, g.draft())
	r = g.ends(g.approve(r, err), workflow.StateReady, workflow.StateDone)
	return g.opened(r)
}

// opened has Bea take the credential, if it is handed over.
func (g *game) opened(r *workflow.Request) *workflow.Request {
	g.t.Helper()
	if r.State != workflow.StateReady {
		return r
	}
	_, given, err := g.desk.Claim(g.t.Context(), r.ID, bea)
	g.must(err)
	r, err = g.desk.Opened(g.t.Context(), r.ID, bea)
	g.must(err)
	proof := workflow.Proof{Secret: given.Secret}
	if !given.Link.IsZero() {
		_, token, _ := strings.Cut(given.Link.Reveal(), workflow.PagePath)
		_, file, err := g.desk.FetchFile(g.t.Context(), seal.New(token))
		g.must(err)
		r, err = g.desk.Fetched(g.t.Context(), r.ID)
		g.must(err)
		proof = workflow.Proof{Keyed: workflow.PFX{PFX: file, Password: given.Secret}}
	}
	err = g.untilDone(func() error {
		_, err := g.dir.Prove(g.t.Context(), "contoso", r.Made.AppID, proof, nil)
		return err
	})
	if err != nil {
		g.no("what was handed over does not work: %v", err)
	}
	return r
}

func (g *game) register() {
	g.lags()
	r, err := g.desk.Submit(g.t.Context(), bea, g.draft())
	r = g.opened(g.ends(g.approve(r, err), workflow.StateReady, workflow.StateDone))
	g.stands(r)
}

func (g *game) update() {
	g.maybeYoung()
	old := g.sold()
	g.lags()
	d := g.draft()
	d.Owners = []people.Person{tom}
	if len(old.Plan.Owners) > 0 {
		d.Owners = nil
	}
	r, err := g.desk.Update(g.t.Context(), bea, old.ID, d)
	g.stands(g.ends(g.approve(r, err), workflow.StateDone))
}

func (g *game) renew() {
	g.maybeYoung()
	old := g.sold()
	g.lags()
	r := g.renewed(old)
	g.hasBoth(old, r)
}

func (g *game) renewed(old *workflow.Request) *workflow.Request {
	d := g.draft()
	r, err := g.desk.Renew(g.t.Context(), bea, old.ID, d)
	return g.opened(g.ends(g.approve(r, err), workflow.StateReady, workflow.StateOverlap))
}

func (g *game) removeOld() {
	g.maybeYoung()
	old := g.sold()
	if g.chance.IntN(2) == 0 {
		g.lags()
	}
	crashes := g.crashes
	g.crashes = false
	r := g.renewed(old)
	g.crashes = crashes
	g.lags()
	_, err := g.desk.SayWorks(g.t.Context(), r.ID, bea)
	g.must(err)
	_, err = g.desk.RemoveOld(g.t.Context(), r.ID, ada)
	g.must(err)
	g.stands(g.ends(r.ID, workflow.StateDone))
}

func (g *game) recreate() {
	g.maybeYoung()
	old := g.retired()
	if g.chance.IntN(4) == 0 { // it is gone for good
		time.Sleep(31 * 24 * time.Hour)
	}
	g.lags()
	r, err := g.desk.Recreate(g.t.Context(), bea, old.ID, g.draft())
	g.stands(g.opened(g.ends(g.approve(r, err), workflow.StateReady, workflow.StateDone)))
}

func (g *game) retire() {
	g.maybeYoung()
	old := g.sold()
	g.lags()
	g.ended(old)
	g.isRetired(old)
}

// isRetired checks that nothing is left of an app.
func (g *game) isRetired(old *workflow.Request) {
	g.nothing(1)
	for _, a := range g.tenant.DeletedApplications() {
		if len(a.Passwords)+len(a.Certificates)+len(a.Federated) > 0 {
			g.no("the retired app has a credential: %+v %+v %+v", a.Passwords, a.Certificates, a.Federated)
		}
	}
	g.hand(old.Plan, func(s workflow.Session) { // and should somebody restore it, no consent comes back
		g.must(g.untilDone(func() error {
			_, err := s.RestoreApplication(g.t.Context(), old.Made.AppID, old.Made.ServicePrincipal)
			return err
		}))
	})
	g.tenant.Settle()
	if a, _ := g.tenant.Application(old.Made.AppID); a.ServicePrincipalID != old.Made.ServicePrincipal || len(a.Roles)+len(a.Scopes) > 0 {
		g.no("the retired app is restored with %q and %q", a.Roles, a.Scopes)
	}
}

func (g *game) ended(old *workflow.Request) *workflow.Request {
	r, err := g.desk.Retire(g.t.Context(), bea, old.ID, form.Draft{Origin: fmt.Sprint("R", g.forms), Reason: "not needed"})
	return g.ends(g.approve(r, err), workflow.StateDone)
}

func (g *game) retired() *workflow.Request {
	old := g.sold()
	crashes := g.crashes
	g.crashes = false
	defer func() { g.crashes = crashes }()
	return g.ended(old)
}

func (g *game) undo() {
	g.lags()
	r, err := g.desk.Submit(g.t.Context(), bea, g.draft())
	r = g.lapsed(g.approve(r, err))
	_, err = g.desk.Undo(g.t.Context(), r.ID, ada)
	g.must(err)
	g.ends(r.ID, workflow.StateUndone)
	g.nothing(1)
}

// lapsed lets nobody open the credential.
func (g *game) lapsed(id string) *workflow.Request {
	crashes := g.crashes
	g.crashes = false
	defer func() { g.crashes = crashes }()
	r := g.ends(id, workflow.StateReady)
	time.Sleep(73 * time.Hour)
	r, err := g.desk.Get(g.t.Context(), r.ID)
	g.must(err)
	if r.State != workflow.StateRevoked {
		g.no("%s is %s", r.ID, r.State)
	}
	return r
}

func (g *game) undoRenew() {
	g.maybeYoung()
	old := g.sold()
	g.lags()
	r, err := g.desk.Renew(g.t.Context(), bea, old.ID, g.draft())
	r = g.lapsed(g.approve(r, err))
	_, err = g.desk.Undo(g.t.Context(), r.ID, ada)
	g.must(err)
	g.ends(r.ID, workflow.StateUndone)
	g.stands(old)
}
