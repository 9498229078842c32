package graphops

import (
	"bytes"
	"flag"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
)

var (
	seeds    = flag.Int("seeds", 220, "how many seeds TestEveryKindEndsAsItShould plays")
	fromOne  = flag.Int("from", 0, "the first of them")
	removals = flag.Int("removals", 12, "how many seeds the tests of removals play")
	oneSeed  = flag.Int("seed", -1, "the only one to play, with all that happens")
)

// seedProducts are all that is offered, and the earlier releases under names of their own.
var seedProducts = sync.OnceValue(func() []workflow.Product {
	l, err := pack.Open("")
	if err != nil {
		panic(err)
	}
	all := l.Offered()
	for _, p := range l.Offered() {
		for _, v := range l.Versions(p.Name) {
			if v == p.Version {
				continue
			}
			old, err := l.Find(p.Name, v)
			if err != nil {
				panic(err)
			}
			old.Name += "-" + v
			all = append(all, old)
		}
	}
	return all
})

// seedPermissions are those that any product or test names, by resource. Microsoft Graph
// has hundreds of others, and reading them is most of what a seed would take.
var seedPermissions = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{catalog.MicrosoftGraph: append([]string{"Calendars.Read"}, botScopes...)}
	add := func(p workflow.Permission) { all[p.ResourceAppID] = append(all[p.ResourceAppID], p.Name) }
	for _, p := range seedProducts() {
		for _, n := range p.Permissions {
			add(n.Permission)
		}
	}
	for _, k := range someKeys {
		if c, ok := catalog.ByKey(k); ok {
			p, _ := workflow.Known(c.ResourceAppID, c.Type, c.Name)
			add(p)
		}
	}
	all[catalog.MicrosoftGraph] = append(all[catalog.MicrosoftGraph], "User.ReadBasic.All", "RoleManagement.ReadWrite.Directory", "Directory.Read.All")
	return all
})

// A way is a product with one of the credentials that it can have.
type way struct {
	product    workflow.Product
	credential workflow.CredentialKind
}

var ways = sync.OnceValue(func() (all []way) {
	for _, p := range seedProducts() {
		for _, o := range p.Credentials {
			all = append(all, way{p, o.Kind})
			if o.Kind == workflow.OwnCertificate {
				all = append(all, way{p, workflow.MadeCertificate})
			}
		}
	}
	return all
})

// An ending is a kind of request, or of task, with how it is played and what there has
// to be at the end.
type ending struct {
	name string
	play func(*game)
	// for which ways; nil is all
	fits func(way) bool
}

func expires(g way) bool {
	return g.credential != workflow.NoCredential && g.credential != workflow.Federated
}

func secretly(g way) bool {
	return g.credential == workflow.ClientSecret || g.credential == workflow.MadeCertificate
}

var endings = []ending{
	{"register", (*game).register, nil},
	{"update", (*game).update, nil},
	{"renew", (*game).renew, expires},
	{"recreate", (*game).recreate, nil},
	{"retire", (*game).retire, nil},
	{"adopt", (*game).adopt, nil},
	{"verify", (*game).verify, nil},
	{"remove-old", (*game).removeOld, expires},
	{"undo", (*game).undo, secretly},
	{"undo-renew", (*game).undoRenew, secretly},
	{"undo-adopt", (*game).undoAdopt, secretly},
}

// A game is one seed played.
type game struct {
	*seedWorld
	way
	name    string
	crashes bool
	broken  []string
	forms   int
}

// TestEveryKindEndsAsItShould holds on every seed: one app, exactly what was approved, one
// live credential, no false alarm, no second sign-in that could have been avoided, and
// nothing left over. services.md, section 1.
func TestEveryKindEndsAsItShould(t *testing.T) {
	if *oneSeed >= 0 {
		playSeed(t, uint64(*oneSeed), true)
		return
	}
	count := make(map[string]int)
	var mu sync.Mutex
	t.Run("seeds", func(t *testing.T) {
		for part := range 2 {
			t.Run(fmt.Sprint(part), func(t *testing.T) {
				t.Parallel()
				for seed := *fromOne + part; seed < *fromOne+*seeds; seed += 2 {
					name := playSeed(t, uint64(seed), false)
					mu.Lock()
					count[name]++
					mu.Unlock()
				}
			})
		}
	})
	t.Logf("%d seeds from %d: %v", *seeds, *fromOne, count)
}

func playSeed(t *testing.T, seed uint64, loud bool) string {
	e := endings[seed%uint64(len(endings))]
	var fitting []way
	for _, w := range ways() {
		if e.fits == nil || e.fits(w) {
			fitting = append(fitting, w)
		}
	}
	of := fitting[seed/uint64(len(endings))%uint64(len(fitting))]
	name := fmt.Sprintf("%s of %s with %s", e.name, of.product.Name, of.credential)
	var g *game
	var log bytes.Buffer
	var took time.Duration
	synctest.Test(t, func(t *testing.T) { // a failure in it would end all
		g = &game{seedWorld: newSeedWorld(t, seed, &log), way: of, name: "payroll"}
		g.crashes = g.chance.IntN(4) == 0
		began := time.Now()
		g.played(e.play)
		took = time.Since(began)
		g.running()
	})
	if len(g.broken) > 0 {
		t.Errorf("seed %d, %s, crashes %t: %s\nplay it again with: go test ./graphops -run TestEveryKindEndsAsItShould -seed %d -v",
			seed, name, g.crashes, strings.Join(g.broken, "\n  "), seed)
	}
	if loud {
		t.Logf("%s took %s", name, took)
		for _, e := range g.entra.Journal() {
			t.Logf("%s %s %s %s %d %s replica %d %s", e.Time.Format("15:04:05.00"), e.Op, e.Method, e.Path, e.Status, e.Code, e.Replica, e.Body)
		}
		t.Log(log.String())
	}
	return e.name
}

// TestASeedIsOneHistory holds for the product too, with all that it does at the same time.
func TestASeedIsOneHistory(t *testing.T) {
	for _, seed := range []uint64{1, 14, 88} {
		var histories [2]string
		for i := range histories {
			var log bytes.Buffer
			synctest.Test(t, func(t *testing.T) {
				g := &game{seedWorld: newSeedWorld(t, seed, &log), way: ways()[seed%uint64(len(ways()))], name: "payroll"}
				g.played((*game).update)
				g.running()
				for _, e := range g.entra.Journal() {
					histories[i] += fmt.Sprintf("%s %s %d %s %d\n", e.Time.Format(time.StampMilli), e.Op, e.Status, e.Code, e.Replica)
				}
			})
		}
		if histories[0] != histories[1] {
			t.Errorf("seed %d had two histories:\n%s\n%s", seed, histories[0], histories[1])
		}
	}
}

func (g *game) no(format string, args ...any) {
	g.broken = append(g.broken, fmt.Sprintf(format, args...))
}

func (g *game) must(err error) {
	if err != nil {
		g.no("%v (%#v)\n%s", err, err, debug.Stack())
		panic(over{})
	}
}

// over ends a game that can't go on.
type over struct{}

// played plays, and comes back from a game that is over.
func (g *game) played(play func(*game)) {
	defer func() {
		if p := recover(); p != nil && p != (over{}) {
			panic(p)
		}
	}()
	play(g)
}

// draft is a form that is filled in for the product.
func (g *game) draft() workflow.Draft {
	g.forms++
	d := workflow.Draft{Origin: fmt.Sprint("V", g.forms), Product: g.product.Name, AppName: g.name, Reason: "nightly backup", Team: "CTEAM",
		RedirectURIs: g.product.RedirectURIs, Subscriptions: []string{seedSubscription}}
	g.fillCredential(&d, g.credential)
	if g.product.RedirectRequired {
		d.RedirectURIs = []string{"https://portal.contoso.com:4443"}
	}
	if n := len(g.product.Workloads); n > 0 {
		for _, i := range g.chance.Perm(n)[:1+g.chance.IntN(n)] {
			d.Workloads = append(d.Workloads, g.product.Workloads[i].Name)
		}
		if g.product.OneWorkload {
			d.Workloads = d.Workloads[:1]
		}
	}
	if g.product.Custom {
		d.Permissions = g.somePermissions()
		if g.chance.IntN(2) == 0 {
			d.Scopes = []string{"access_as_user: Use it", "manage, admins: Manage it"}
		}
	}
	if g.chance.IntN(3) == 0 {
		d.Owners = []workflow.Person{tom}
	}
	return d
}

func (g *game) fillCredential(d *workflow.Draft, kind workflow.CredentialKind) {
	d.Credential = kind
	switch kind {
	case workflow.ClientSecret, workflow.MadeCertificate:
		d.Lifetime = 90 * 24 * time.Hour
	case workflow.OwnCertificate:
		d.Certificate = g.ownCertificate()
	case workflow.Federated:
		d.Federated = workflow.FederatedIssuer{Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:contoso/backup:ref:refs/heads/main"}
	}
}

var someKeys = []string{"graph:Application:Directory.Read.All", "graph:Application:Group.Read.All", "graph:Application:Mail.Read", "graph:Delegated:User.Read",
	"graph:Delegated:Mail.Read", "exchange:Application:full_access_as_app", "sharepoint:Application:Sites.FullControl.All"}

func (g *game) somePermissions() []string {
	var keys []string
	for _, i := range g.chance.Perm(len(someKeys))[:1+g.chance.IntN(4)] {
		if _, ok := catalog.ByKey(someKeys[i]); ok {
			keys = append(keys, someKeys[i])
		}
	}
	if len(keys) == 0 {
		keys = someKeys[:1]
	}
	return keys
}

// lags makes the tenant one of replicas. Sometimes that is early, so that what the request
// is about is young.
func (g *game) lags() { g.tenant.Replicate(entratest.Replication{}) }

func (g *game) maybeYoung() {
	if g.chance.IntN(2) == 0 {
		g.lags()
	}
}

// ask submits what is played, and approves it.
func (g *game) approve(r *workflow.Request, err error) string {
	g.t.Helper()
	g.must(err)
	_, err = g.desk.Approve(g.t.Context(), r.ID, ada, r.Rev)
	g.must(err)
	return r.ID
}

// ends waits until a request has come to one of the states, pressing what a person has to
// press and nothing else.
func (g *game) ends(id string, want ...workflow.State) *workflow.Request {
	g.t.Helper()
	crashAt := time.Duration(-1)
	if g.crashes {
		crashAt = time.Duration(g.chance.Int64N(int64(40 * time.Second)))
	}
	began, restarted := time.Now(), 0
	for {
		r, err := g.desk.Get(g.t.Context(), id)
		g.must(err)
		switch {
		case slices.Contains(want, r.State):
			g.calm(r, restarted)
			return r
		case r.State == workflow.Signing && r.SignIn.Status == workflow.SignInOver:
			if r.Failure.Rule != workflow.RuleRestart {
				g.no("%s asks for another sign-in: %s", id, r.Failure.Text)
				return r
			}
			_, err := g.desk.NewCode(g.t.Context(), id, ada)
			g.must(err)
		case r.State == workflow.Failed || r.State == workflow.Pending && time.Since(began) > time.Minute:
			g.no("%s is %s: %s", id, r.State, r.Failure.Text)
			return r
		case time.Since(began) > 3*time.Hour:
			g.no("%s is still %s after three hours", id, r.State)
			return r
		}
		if crashAt >= 0 && time.Since(began) >= crashAt && r.State == workflow.Provisioning {
			crashAt = -1
			restarted++
			g.crash()
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// calm checks that nothing happened that frightens people or costs their time.
func (g *game) calm(r *workflow.Request, restarts int) {
	for _, e := range r.History {
		switch e.What {
		case workflow.Alarmed, workflow.HasFailed, workflow.SignInUseless:
			g.no("%s: %s: %s", r.ID, e.What, e.Text)
		}
	}
}

// sold plays a registration to its end: what it made is the requester's.
func (g *game) sold() *workflow.Request {
	g.t.Helper()
	crashes := g.crashes
	g.crashes = false
	defer func() { g.crashes = crashes }()
	r, err := g.desk.Submit(g.t.Context(), bea, g.draft())
	r = g.ends(g.approve(r, err), workflow.Ready, workflow.Done)
	return g.opened(r)
}

// opened has Bea take the credential, if it is handed over.
func (g *game) opened(r *workflow.Request) *workflow.Request {
	g.t.Helper()
	if r.State != workflow.Ready {
		return r
	}
	_, given, err := g.desk.Claim(g.t.Context(), r.ID, bea)
	g.must(err)
	r, err = g.desk.Opened(g.t.Context(), r.ID, bea)
	g.must(err)
	proof := workflow.Proof{Secret: given.Secret}
	if !given.Link.IsZero() {
		_, token, _ := strings.Cut(given.Link.Reveal(), workflow.PagePath)
		_, file, err := g.desk.FetchFile(g.t.Context(), workflow.NewSecret(token))
		g.must(err)
		r, err = g.desk.Fetched(g.t.Context(), r.ID)
		g.must(err)
		proof = workflow.Proof{Keyed: workflow.Keyed{PFX: file, Password: given.Secret}}
	}
	g.tenant.Settle()
	if _, err := g.dir.Prove(g.t.Context(), "contoso", r.Made.AppID, proof, nil); err != nil {
		g.no("what was handed over does not work: %v", err)
	}
	return r
}

func (g *game) register() {
	g.lags()
	r, err := g.desk.Submit(g.t.Context(), bea, g.draft())
	r = g.opened(g.ends(g.approve(r, err), workflow.Ready, workflow.Done))
	g.stands(r)
}

func (g *game) update() {
	g.maybeYoung()
	old := g.sold()
	g.lags()
	d := g.draft()
	d.Owners = []workflow.Person{tom}
	if len(old.Plan.Owners) > 0 {
		d.Owners = nil
	}
	r, err := g.desk.Update(g.t.Context(), bea, old.ID, d)
	g.stands(g.ends(g.approve(r, err), workflow.Done))
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
	return g.opened(g.ends(g.approve(r, err), workflow.Ready, workflow.Overlap))
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
	g.stands(g.ends(r.ID, workflow.Done))
}

func (g *game) recreate() {
	g.maybeYoung()
	old := g.retired()
	if g.chance.IntN(4) == 0 { // it is gone for good
		time.Sleep(31 * 24 * time.Hour)
	}
	g.lags()
	r, err := g.desk.Recreate(g.t.Context(), bea, old.ID, g.draft())
	g.stands(g.opened(g.ends(g.approve(r, err), workflow.Ready, workflow.Done)))
}

func (g *game) retire() {
	g.maybeYoung()
	old := g.sold()
	g.lags()
	g.ended(old)
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
	r, err := g.desk.Retire(g.t.Context(), bea, old.ID, workflow.Draft{Origin: fmt.Sprint("R", g.forms), Reason: "not needed"})
	return g.ends(g.approve(r, err), workflow.Done)
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
	g.ends(r.ID, workflow.Undone)
	g.nothing(1)
}

// lapsed lets nobody open the credential.
func (g *game) lapsed(id string) *workflow.Request {
	crashes := g.crashes
	g.crashes = false
	defer func() { g.crashes = crashes }()
	r := g.ends(id, workflow.Ready)
	time.Sleep(73 * time.Hour)
	r, err := g.desk.Get(g.t.Context(), r.ID)
	g.must(err)
	if r.State != workflow.RevokedState {
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
	g.ends(r.ID, workflow.Undone)
	g.stands(old)
}

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
		_, err = s.EnsureOwners(ctx, id, []string{s.Signer().Requesters[0].ObjectID}, nil)
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
		_, err = s.EnsureOwners(ctx, id, []string{s.Signer().Requesters[0].ObjectID}, nil)
		g.must(err)
	})
}

// apps are those of the tenant but the bot's own.
func (g *game) apps() []entratest.Application {
	g.tenant.Settle()
	return slices.DeleteFunc(g.tenant.Applications(), func(a entratest.Application) bool { return a.AppID == g.client })
}

// nothing checks that no app is there, and so many are among the deleted ones.
func (g *game) nothing(deleted int) {
	if apps := g.apps(); len(apps) != 0 {
		g.no("%d apps are left: %+v", len(apps), apps)
	}
	bin := g.tenant.DeletedApplications()
	if len(bin) != deleted {
		g.no("%d deleted apps, want %d", len(bin), deleted)
	}
	g.noAzure()
}

// noAzure checks that nothing but Ada has a role in Azure.
func (g *game) noAzure() {
	for _, a := range g.tenant.AzureAssignments() {
		if a.Principal != "ada@contoso.com" {
			g.no("a role in Azure is left: %+v", a)
		}
	}
	if roles := g.tenant.AzureRoleDefinitions(); len(roles) > 0 {
		g.no("custom roles are left: %+v", roles)
	}
}

func (g *game) list(what string, got, want []string) {
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		g.no("%s\n    has   %q\n    wants %q", what, got, want)
	}
}

// stands checks that there is one app, and that it is what was approved.
func (g *game) stands(r *workflow.Request) {
	apps := g.apps()
	if len(apps) != 1 {
		g.no("%d apps, want one: %+v", len(apps), apps)
		return
	}
	a := apps[0]
	p := r.Plan
	if a.AppID != r.Made.AppID || a.ID != r.Made.ObjectID || a.ServicePrincipalID != r.Made.ServicePrincipal {
		g.no("it is %s %s %s, and %+v was written down", a.AppID, a.ID, a.ServicePrincipalID, r.Made)
	}
	g.hasPlan(a, p, nil)
	g.hasCredential(a, r)
}

// hasPlan checks all but the credential. more are grants that it may have besides.
func (g *game) hasPlan(a entratest.Application, p workflow.Plan, more []string) {
	var roles, scopes, requested []string
	for _, q := range p.Permissions {
		resource := q.Resource
		if q.ResourceAppID == workflow.Self {
			resource = a.DisplayName
		}
		name := resource + "/" + q.Name
		requested = append(requested, name)
		if q.Type == catalog.Application {
			roles = append(roles, name)
		} else {
			scopes = append(scopes, name)
		}
	}
	g.list("application permissions", a.Roles, roles)
	g.list("delegated permissions", a.Scopes, scopes)
	g.list("what it asks for", a.Requested, requested)
	g.list("web redirect URIs", a.Web, p.RedirectURIs)
	g.list("SPA redirect URIs", a.SPA, p.SPARedirectURIs)
	g.list("public redirect URIs", a.PublicClient, p.PublicRedirectURIs)
	var names []string
	for _, s := range p.Scopes {
		names = append(names, s.Name)
	}
	var exposed []string
	for _, s := range a.Exposed {
		exposed = append(exposed, s.Value)
		if !s.Enabled {
			g.no("the scope %s is disabled", s.Value)
		}
	}
	g.list("exposed scopes", exposed, names)
	names = nil
	for _, role := range p.DirectoryRoles {
		names = append(names, role.Name)
	}
	g.list("directory roles", a.DirectoryRoles, names)
	names = nil
	for _, o := range append([]workflow.Person{bea}, p.Owners...) {
		names = append(names, o.Email)
	}
	g.list("owners", a.Owners, names)
	g.hasAzure(a, p)
	if a.SignInAudience != p.Audience || a.PublicClientFlows != p.PublicClientFlows {
		g.no("audience %s, public client flows %t", a.SignInAudience, a.PublicClientFlows)
	}
}

func (g *game) hasAzure(a entratest.Application, p workflow.Plan) {
	var has, want []string
	for _, r := range a.AzureRoles {
		has = append(has, r.SubscriptionID+"/"+strings.TrimSpace(strings.Split(r.Role, "(entra-app-")[0]))
	}
	custom := 0
	for _, r := range p.AzureRoles {
		want = append(want, seedSubscription+"/"+r.Name)
		if r.ID == "" {
			custom++
		}
	}
	g.list("roles in Azure", has, want)
	if roles := g.tenant.AzureRoleDefinitions(); len(roles) != custom {
		g.no("%d custom roles, want %d", len(roles), custom)
	}
}

// hasCredential checks that the app has one live credential, that of r.
func (g *game) hasCredential(a entratest.Application, r *workflow.Request) {
	var has, want []string
	for _, p := range a.Passwords {
		has = append(has, "secret "+p.KeyID)
	}
	for _, c := range a.Certificates {
		has = append(has, "certificate "+c.Thumbprint)
	}
	for _, f := range a.Federated {
		has = append(has, "trust in "+f.Issuer)
	}
	want = g.credentialOf(r)
	g.list("credentials", has, want)
}

func (g *game) credentialOf(r *workflow.Request) []string {
	switch r.Plan.Credential.Kind {
	case workflow.ClientSecret:
		return []string{"secret " + r.Made.KeyID}
	case workflow.OwnCertificate, workflow.MadeCertificate:
		return []string{"certificate " + r.Thumbprint()}
	case workflow.Federated:
		return []string{"trust in " + r.Plan.Credential.Federated.Issuer}
	}
	return nil
}

// hasBoth checks that the app has the old credential and the new one.
func (g *game) hasBoth(old, r *workflow.Request) {
	apps := g.apps()
	if len(apps) != 1 {
		g.no("%d apps, want one", len(apps))
		return
	}
	var has []string
	for _, p := range apps[0].Passwords {
		has = append(has, "secret "+p.KeyID)
	}
	for _, c := range apps[0].Certificates {
		has = append(has, "certificate "+c.Thumbprint)
	}
	g.list("credentials", has, append(g.credentialOf(old), g.credentialOf(r)...))
	g.hasPlan(apps[0], r.Plan, nil)
}

// adoptedStands checks that an adopted app has what it had and what was approved.
func (g *game) adoptedStands(r *workflow.Request, before entratest.Application) {
	apps := g.apps()
	if len(apps) != 1 || apps[0].ID != before.ID || apps[0].ServicePrincipalID != before.ServicePrincipalID {
		g.no("the adopted app is not the only one: %+v", apps)
		return
	}
	a, p := apps[0], r.Has()
	for _, in := range []struct {
		what      string
		has, want []string
	}{
		{"application permissions", a.Roles, before.Roles}, {"delegated permissions", a.Scopes, before.Scopes}, {"web redirect URIs", a.Web, before.Web}, {"owners", a.Owners, before.Owners},
	} {
		for _, n := range in.want {
			if !slices.Contains(in.has, n) {
				g.no("of its %s %s is gone", in.what, n)
			}
		}
	}
	want := g.credentialOf(r)
	for _, c := range before.Passwords {
		want = append(want, "secret "+c.KeyID)
	}
	var has []string
	for _, c := range a.Passwords {
		has = append(has, "secret "+c.KeyID)
	}
	for _, c := range a.Certificates {
		has = append(has, "certificate "+c.Thumbprint)
	}
	for _, f := range a.Federated {
		has = append(has, "trust in "+f.Issuer)
	}
	g.list("credentials", has, want)
	g.hasPlanOfAdopted(a, p)
}

func (g *game) hasPlanOfAdopted(a entratest.Application, p workflow.Plan) {
	var roles, scopes []string
	for _, q := range p.Permissions {
		resource := q.Resource
		if q.ResourceAppID == workflow.Self {
			resource = a.DisplayName
		}
		if q.Type == catalog.Application {
			roles = append(roles, resource+"/"+q.Name)
		} else {
			scopes = append(scopes, resource+"/"+q.Name)
		}
	}
	g.list("application permissions", a.Roles, roles)
	g.list("delegated permissions", a.Scopes, scopes)
	g.list("web redirect URIs", a.Web, p.RedirectURIs)
	g.hasAzure(a, p)
}

// same checks that an app is as it was.
func (g *game) same(before entratest.Application) {
	apps := g.apps()
	if len(apps) != 1 || apps[0].ID != before.ID {
		g.no("the app is not the only one: %+v", apps)
		return
	}
	is := func(a entratest.Application) string {
		for _, l := range [][]string{a.Roles, a.Scopes, a.Owners, a.Requested, a.Web, a.SPA, a.PublicClient, a.IdentifierURIs, a.DirectoryRoles} {
			slices.Sort(l)
		}
		return fmt.Sprintf("%q %q %q %q %q %q %q %q %q %v %v %v %v %v", a.Roles, a.Scopes, a.Owners, a.Requested, a.Web, a.SPA, a.PublicClient, a.IdentifierURIs,
			a.DirectoryRoles, a.Passwords, a.Certificates, a.Federated, a.AzureRoles, len(a.Exposed))
	}
	if was, now := is(before), is(apps[0]); was != now {
		g.no("it was %s\n    and is  %s", was, now)
	}
	g.noAzure()
}
