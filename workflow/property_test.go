package workflow_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

var (
	sequences = flag.Int("sequences", 150, "how many sequences of events TestNothingHappensWithoutPermittedPeople plays")
	firstSeed = flag.Uint64("first", 1, "the seed of the first of them")
)

// A human is somebody with an account and several identities. Only the test knows that they
// are one person.
type human struct {
	name, account string
	slack         []people.Person
}

// crowd are people who try everything. Ada and Zoe approve, with the first of their Slack accounts.
func crowd() (all []*human) {
	for _, name := range []string{"ada", "zoe", "bea", "tom"} {
		h := &human{name: name, account: "OBJ-" + strings.ToUpper(name)}
		h.slack = []people.Person{
			{ID: "U" + strings.ToUpper(name), Email: name + "@contoso.com", Confirmed: people.EmailProved},
			{ID: "U" + strings.ToUpper(name) + "PLUS", Email: name + "+2@contoso.com", Confirmed: people.EmailProved}, // no account has it
			{ID: "U" + strings.ToUpper(name) + "ALIAS", Email: name + ".alias@contoso.com", Confirmed: people.EmailProved},
			{ID: "U" + strings.ToUpper(name) + "HIDES"},
			{ID: "U" + strings.ToUpper(name) + "LIES", Email: "bea@contoso.com", Confirmed: people.EmailUnproved},
		}
		for i := range h.slack {
			h.slack[i].Name = h.slack[i].ID
		}
		all = append(all, h)
	}
	return all
}

// A play is one sequence of events.
type play struct {
	t      *testing.T
	w      *workflowtest.World
	n      *workflowtest.Node
	random *rand.Rand
	crowd  []*human
	ids    []string
	opened map[string]int      // how often somebody was shown a secret, by its key ID
	gain   map[string][]*human // who became an owner by a request, as of its last sign-in
	told   []string            // what has happened, for whoever reads a failure
	ready  int
}

func (p *play) note(format string, args ...any) {
	p.told = append(p.told, fmt.Sprintf(format, args...))
}

func pick[T any](p *play, of []T) T { return of[p.random.IntN(len(of))] }

// anybody is one of somebody's Slack accounts.
func (p *play) anybody() people.Person {
	who := pick(p, pick(p, p.crowd).slack)
	return p.w.Profiles[who.ID]
}

// behind is whose Slack account, or account in the tenant, that is.
func (p *play) behind(id string) *human {
	i := slices.IndexFunc(p.crowd, func(h *human) bool {
		return h.account == id || slices.ContainsFunc(h.slack, func(q people.Person) bool { return q.ID == id })
	})
	if i < 0 {
		return nil
	}
	return p.crowd[i]
}

// signer is a human's account as a sign-in shows it, with what that can look up.
func (p *play) signer(h *human) workflow.Signer {
	who := workflowtest.AdaSignsIn()
	who.ObjectID, who.UPN, who.Requesters, who.Owners = h.account, h.name+"@contoso.com", nil, map[string][]workflow.Account{}
	for _, o := range p.crowd {
		a := []workflow.Account{{ObjectID: o.account, UPN: o.name + "@contoso.com", Mail: o.name + "@contoso.com"}}
		for _, key := range []string{o.account, o.name + "@contoso.com", o.name + ".alias@contoso.com"} {
			who.Owners[key] = a
		}
		who.Owners[o.name+"+2@contoso.com"] = nil
	}
	return who
}

// acts are what can happen. Each is tried by whoever, whether they may or not.
var acts = []func(p *play){
	func(p *play) { // somebody asks
		d := workflowtest.Draft(fmt.Sprint("app-", len(p.ids), "-", p.random.IntN(1000)))
		if p.random.IntN(3) == 0 {
			d.Owners = append(d.Owners, p.anybody())
		}
		by := p.anybody()
		r, err := p.n.Submit(context.Background(), by, d)
		p.note("%s asks: %v", by.ID, err)
		if err == nil {
			p.ids = append(p.ids, r.ID)
		}
	},
	func(p *play) {
		h := pick(p, p.crowd)
		p.links(h, pick(p, h.slack))
	},
	func(p *play) {
		by := p.anybody()
		_, err := p.n.Unlink(context.Background(), "", by)
		p.note("%s unlinks: %v", by.ID, err)
	},
	presses("approve", (*workflow.Desk).Approve), presses("approve", (*workflow.Desk).Approve),
	presses("retry", (*workflow.Desk).Retry), presses("cancel", whatever((*workflow.Desk).Cancel)),
	presses("new code", whatever((*workflow.Desk).NewCode)), presses("undo", whatever((*workflow.Desk).Undo)),
	func(p *play) {
		if len(p.ids) > 0 {
			p.uses(p.w.Get(pick(p, p.ids)), pick(p, p.crowd))
		}
	},
	func(p *play) {
		p.press("open", func(id string, by people.Person, _ int) error { return p.opens(id, by) })
	},
	(*play).goesOn, (*play).goesOn, (*play).goesOn, (*play).goesOn, (*play).goesOn, (*play).goesOn,
	func(p *play) { workflowtest.Pass(time.Duration(p.random.IntN(10)) * time.Second) },
	func(p *play) { // rarely days, which take long to play
		if p.random.IntN(10) == 0 {
			workflowtest.Pass(time.Duration(p.random.IntN(100)) * time.Hour)
		}
	},
	func(p *play) { // the process is restarted
		p.n.Stop()
		p.n = p.w.Boot()
		synctest.Wait()
		p.note("restarted")
	},
	func(p *play) { // a profile gets another address, which Slack has not confirmed yet, or has
		who := p.anybody()
		who.Email, who.Confirmed = "bea@contoso.com", people.EmailUnproved
		if p.random.IntN(2) == 0 {
			who.Email, who.Confirmed = p.behind(who.ID).name+"@contoso.com", people.EmailProved
		}
		p.w.Set(func() { p.w.Profiles[who.ID] = who })
		p.note("%s has the address %s, %s", who.ID, who.Email, who.Confirmed)
	},
}

func (p *play) ctx() context.Context { return context.Background() }

// A button is the one transaction of it.
type button func(d *workflow.Desk, ctx context.Context, id string, by people.Person, rev int) (*workflow.Request, error)

// whatever is a button that counts at any revision.
func whatever(do func(*workflow.Desk, context.Context, string, people.Person) (*workflow.Request, error)) button {
	return func(d *workflow.Desk, ctx context.Context, id string, by people.Person, _ int) (*workflow.Request, error) {
		return do(d, ctx, id, by)
	}
}

// presses has anybody press a button.
func presses(what string, do button) func(p *play) {
	return func(p *play) {
		p.press(what, func(id string, by people.Person, rev int) error {
			_, err := do(p.n.Desk, p.ctx(), id, by, rev)
			return err
		})
	}
}

// press has anybody press a button of any request, of the card as it is or as it was. The ones who
// may are half of those who do.
func (p *play) press(what string, do func(id string, by people.Person, rev int) error) {
	if len(p.ids) == 0 {
		return
	}
	id, by := pick(p, p.ids), p.anybody()
	r := p.w.Get(id)
	if p.random.IntN(2) == 0 {
		by = pick(p, []people.Person{workflowtest.Ada, workflowtest.Zoe, r.Requester})
	}
	rev := r.Rev
	if p.random.IntN(4) == 0 {
		rev -= p.random.IntN(3)
	}
	p.note("%s presses %s of %s: %v", by.ID, what, id, do(id, by, rev))
}

// goesOn has the newest request go on as its people would have it.
func (p *play) goesOn() {
	if len(p.ids) == 0 {
		return
	}
	r := p.w.Get(p.ids[len(p.ids)-1])
	asks := p.behind(r.Requester.ID)
	approver := p.w.Profiles["UADA"]
	if asks.name == "ada" {
		approver = p.w.Profiles["UZOE"]
	}
	var err error
	switch {
	case r.State == workflow.StateUnlinked:
		p.links(asks, r.Requester)
	case r.State == workflow.StatePending:
		_, err = p.n.Approve(p.ctx(), r.ID, approver, r.Rev)
	case r.State == workflow.StateSignIn && p.w.CodeFor(r) != "":
		p.uses(r, p.behind(r.Approval.By.ID))
	case r.State == workflow.StateSignIn:
		_, err = p.n.NewCode(p.ctx(), r.ID, r.Approval.By)
	case r.State == workflow.StateFailed, r.State == workflow.StateRevoked:
		_, err = p.n.Retry(p.ctx(), r.ID, approver, r.Rev)
	case r.State == workflow.StateReady:
		p.opens(r.ID, r.Requester)
	default:
		workflowtest.Pass(2 * time.Second)
	}
	p.note("%s, which is %s, goes on: %v", r.ID, r.State, err)
	workflowtest.Pass(time.Second)
}

// links has somebody sign in to be linked, with an account of their own.
func (p *play) links(h *human, by people.Person) {
	_, err := p.n.Link(p.ctx(), "", p.w.Profiles[by.ID])
	workflowtest.Pass(time.Second)
	if l := p.w.NewestLinking(by.ID); err == nil && l.Prompt != nil {
		p.w.Set(func() {
			p.w.Account = identity.Account{TenantID: workflowtest.ContosoID, ObjectID: h.account, UPN: h.name + "@contoso.com"}
		})
		p.w.Use(l.Prompt.Code.Reveal(), nil)
		workflowtest.Pass(time.Second)
	}
	p.note("%s links %s: %v %s", by.ID, h.account, err, p.w.NewestLinking(by.ID).Said)
}

// key is by what somebody's account is looked up.
func (p *play) key(q people.Person) string {
	if l, err := p.w.Store.Link(p.ctx(), q.ID, workflowtest.ContosoID); err == nil {
		return l.ObjectID
	}
	return p.w.Profiles[q.ID].Address()
}

// uses has somebody sign in with the code of a request, whoever's it is.
func (p *play) uses(r *workflow.Request, h *human) {
	if code := p.w.CodeFor(r); code != "" {
		who := p.signer(h)
		who.Requesters = who.Owners[p.key(r.Requester)]
		p.gain[r.ID] = nil
		for _, o := range r.Plan.Owners { // whose account nobody finds becomes no owner
			if len(who.Owners[p.key(o)]) > 0 {
				p.gain[r.ID] = append(p.gain[r.ID], p.behind(o.ID))
			}
		}
		p.w.Set(func() { p.w.Signer = who })
		p.note("%s signs in for %s", h.name, r.ID)
		p.w.Use(code, nil)
	}
}

// opens has somebody open a secret.
func (p *play) opens(id string, by people.Person) error {
	_, g, err := p.n.Claim(p.ctx(), id, by)
	if err != nil {
		return err
	}
	p.isShown(id, by, g.Reveal())
	if p.random.IntN(2) == 0 {
		_, err = p.n.Opened(p.ctx(), id, by)
	}
	return err
}

// look checks that whatever is in the tenant is there by right.
func (p *play) look() {
	for _, id := range p.ids {
		r := p.w.Get(id)
		if r.State != workflow.StateProvisioning && r.Made.ObjectID == "" || r.Task == workflow.TaskUndo {
			continue
		}
		p.byRight(r)
	}
}

// byRight checks who stood behind what was done for r.
func (p *play) byRight(r *workflow.Request) {
	asks, signs := p.behind(r.Requester.ID), p.behind(r.SignIn.ObjectID)
	if r.SignIn.ObjectID == "" { // a new code is out
		return
	}
	approver := map[string]string{"OBJ-ADA": "UADA", "OBJ-ZOE": "UZOE"}[r.SignIn.ObjectID]
	switch {
	case r.SignIn.Status != workflow.SignInDone:
		return
	case approver == "" || r.Approval.By.ID != approver:
		p.fail(r, "%s approved, and %s signed in", r.Approval.By.ID, r.SignIn.ObjectID)
	case signs == asks:
		p.fail(r, "%s asked and signed in", asks.name)
	case slices.Contains(p.gain[r.ID], signs):
		p.fail(r, "%s gains by it, and signed in", signs.name)
	case r.Approval.Digest != r.Plan.Digest():
		p.fail(r, "another plan was approved")
	case r.Known.ObjectID == "" || p.behind(r.Known.ObjectID) != asks:
		p.fail(r, "it is for %s, and %s asked", r.Known.ObjectID, asks.name)
	}
}

// isShown checks whom a secret is shown to, and how often.
func (p *play) isShown(id string, by people.Person, secret string) {
	r := p.w.Get(id)
	p.ready++
	if p.opened[secret]++; by.ID != r.Requester.ID || p.behind(by.ID) != p.behind(r.Requester.ID) {
		p.fail(r, "%s was shown its secret", by.ID)
	}
	if r.SignIn.Status != workflow.SignInDone {
		p.fail(r, "its secret was shown, and nobody has signed in")
	}
	p.byRight(r)
}

func (p *play) fail(r *workflow.Request, format string, args ...any) {
	p.t.Errorf("%s of %s, %s: %s\n%s", r.ID, r.Requester.ID, r.State, fmt.Sprintf(format, args...), strings.Join(p.told, "\n"))
}

// Nothing reaches provisioning, and no credential is opened, without distinct, permitted,
// identified people and a matching sign-in bound to what they saw, whatever the order of events.
func TestNothingHappensWithoutPermittedPeople(t *testing.T) {
	shown := 0
	for seed := *firstSeed; seed < *firstSeed+uint64(*sequences) && !t.Failed(); seed++ {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.Unlinked(t)
			p := &play{t: t, w: w, random: rand.New(rand.NewPCG(seed, 9)), crowd: crowd(), opened: map[string]int{},
				gain: map[string][]*human{}}
			for _, h := range p.crowd {
				for _, q := range h.slack {
					w.Profiles[q.ID] = q
				}
			}
			p.n = w.Boot()
			synctest.Wait()
			for range 60 {
				pick(p, acts)(p)
				synctest.Wait()
				p.look()
			}
			p.n.Stop()
			shown += p.ready
			if t.Failed() {
				t.Logf("go test ./workflow -run TestNothingHappensWithoutPermittedPeople -first %d -sequences 1", seed)
			}
		})
	}
	t.Logf("%d sequences of 60 events; %d times a secret was shown", *sequences, shown)
	if shown == 0 && *sequences >= 100 {
		t.Error("no secret was ever shown: the events do not get far enough to test anything")
	}
}
