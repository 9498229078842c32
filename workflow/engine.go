package workflow

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/seal"
)

// An Engine does what requests owe: messages, sign-ins, steps, deadlines. It
// learns of a change from the Desk and of deadlines from WakeAt; at start it
// finds in the store what an earlier process left undone.
//
// For each request it runs at most one worker, which makes moves and steps, and
// one painter, which draws messages. They never wait for each other: a slow
// Slack holds up no step, and a slow Entra no message.
type Engine struct {
	desk   *Desk
	store  Store
	dir    Directory
	msg    Messenger
	people People
	key    *seal.Key
	policy Policy
	now    func() time.Time
	log    *slog.Logger

	backoff func(tries int) time.Duration
	slowest time.Duration // between tries of a step that waits for what is young

	wg      sync.WaitGroup
	poke    chan struct{}
	drawing chan struct{} // a place for each message that is being sent

	mu      sync.Mutex
	stop    context.Context // ends when no new work may begin
	hard    context.Context // ends a few seconds later: calls under way are saved first
	running map[job]bool    // whether the job has to run once more
	live    map[string]*live
	checks  map[string]*check // by request and person, or by whom is linked
	notOwn  map[string]bool   // requests to whose app nobody can sign in
}

// A job is one request's worker or painter.
type job struct {
	id    string
	paint bool
}

// EngineConfig is what an Engine is made of.
type EngineConfig struct {
	Desk      *Desk
	Store     Store
	Directory Directory
	Messenger Messenger
	People    People           // nil means that nobody is known to have left
	Key       *seal.Key        // seals secrets
	Now       func() time.Time // nil means time.Now
	Log       *slog.Logger     // nil means slog.Default()

	// Backoff is how long a step waits after so many tries, unless the service says more.
	// Nil means seconds at first, and half a minute later on.
	Backoff func(tries int) time.Duration
}

const (
	// drain is how long calls under way may take once the engine has to stop.
	drain = 7 * time.Second
	// drawers is how many messages are sent at the same time.
	drawers = 16
	// lookAgain is how often the engine looks into the store without a reason.
	lookAgain = time.Minute
	// rest is the least time between two looks.
	rest = 100 * time.Millisecond
)

// NewEngine returns an engine that hears of every change that the desk makes.
func NewEngine(c EngineConfig) *Engine {
	e := &Engine{
		desk: c.Desk, dir: c.Directory, msg: c.Messenger, people: c.People, key: c.Key, policy: c.Desk.policy,
		now: c.Now, log: c.Log, backoff: c.Backoff,
		poke: make(chan struct{}, 1), drawing: make(chan struct{}, drawers),
		running: map[job]bool{}, live: map[string]*live{}, checks: map[string]*check{}, notOwn: map[string]bool{},
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.Default()
	}
	if e.backoff == nil {
		e.backoff, e.slowest = backoff, 30*time.Second
	}
	e.store = shredder{c.Store, c.Key, e.log}
	c.Desk.changed, c.Desk.people, c.Desk.checking, c.Desk.linking = e.Wake, c.People, e.startCheck, e.startLink
	c.Desk.drifting = e.startDrift
	return e
}

// Run works until ctx ends, lets calls under way finish and be saved, forgets
// every token, and returns.
func (e *Engine) Run(ctx context.Context) error {
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	e.mu.Lock()
	e.stop, e.hard = ctx, hard
	e.mu.Unlock()

	e.shredOrphans(ctx)
	if err := e.resume(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	e.wg.Go(func() { e.tellDaily(ctx) })
	e.wg.Go(func() { e.watchRecipients(ctx) })
	e.watch(ctx)

	timer := time.AfterFunc(drain, cancel)
	defer timer.Stop()
	e.wg.Wait()
	for _, l := range e.live {
		l.end()
	}
	return nil
}

// resume looks at every request that was signing in or provisioning when an
// earlier process stopped: its codes and tokens are gone with that process.
func (e *Engine) resume(ctx context.Context) error {
	for _, s := range []State{StateSignIn, StateProvisioning, StateUnlinked} {
		found, _, err := Readable(every(ctx, e.store, Query{State: s}))
		if err != nil {
			return err
		}
		for _, r := range found {
			e.Wake(r.ID)
		}
	}
	return nil
}

// watch starts the work that is due, and sleeps until more is.
func (e *Engine) watch(ctx context.Context) {
	named := map[string]bool{}
	for ctx.Err() == nil {
		next := e.look(ctx, named)
		timer := time.NewTimer(max(rest, min(lookAgain, next)))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-e.poke:
			sleep(ctx, rest)
		}
		timer.Stop()
	}
}

// look wakes every request that is due and returns how long it is until the next is.
// Those that a newer version kept are named once.
func (e *Engine) look(ctx context.Context, named map[string]bool) time.Duration {
	const page = 200
	now := e.now()
	due, _, err := Readable(e.store.List(ctx, Query{DueBy: now.Add(lookAgain), Limit: page}))
	if err != nil {
		if ctx.Err() == nil {
			e.log.Error("looking for due requests", "err", err)
		}
		return lookAgain
	}
	next := lookAgain
	for _, r := range due { // in whatever order: one out of its place keeps no other from being woken
		if no := fromNewer(r.ID, r.Kind, r.Task); no != nil {
			if !named[r.ID] {
				e.log.Error("nothing is done", "request", r.ID, "kind", r.Kind, "task", r.Task, "err", no)
			}
			named[r.ID] = true
			continue
		}
		if r.WakeAt.After(now) {
			next = min(next, r.WakeAt.Sub(now))
			continue
		}
		e.Wake(r.ID)
	}
	if len(due) == page {
		next = min(next, time.Second) // more may be due: look again when some of these are done
	}
	return next
}

// Wake makes sure that somebody looks at a request soon.
func (e *Engine) Wake(id string) {
	e.start(job{id, false})
	e.start(job{id, true})
}

// start runs a job, or lets the one that runs go round once more.
func (e *Engine) start(j job) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stop == nil || e.stop.Err() != nil {
		return // resume will find it
	}
	if _, on := e.running[j]; on {
		e.running[j] = true
		return
	}
	e.running[j] = false
	e.wg.Go(func() { e.run(j) })
}

func (e *Engine) run(j job) {
	well := true
	for again := true; again; {
		well = e.caught(j.id, func() {
			if j.paint {
				e.paint(e.stop, j.id)
			} else {
				e.work(e.stop, j.id)
			}
		})
		e.mu.Lock()
		if again = e.running[j] && e.stop.Err() == nil; again {
			e.running[j] = false
		} else {
			delete(e.running, j)
		}
		e.mu.Unlock()
	}
	if !well {
		return // it is looked at again with the others, in a while
	}
	select { // its next deadline may be the earliest
	case e.poke <- struct{}{}:
	default:
	}
}

// caught keeps a mistake in one request's work from ending everybody's. The
// request is looked at again when it is due.
func (e *Engine) caught(id string, do func()) (well bool) { return caught(e.log, id, do) }

func caught(log *slog.Logger, id string, do func()) (well bool) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("panic", "request", id, "panic", p, "ref", newRef(), "stack", string(debug.Stack()))
		}
	}()
	do()
	return true
}

// save makes one transaction with the engine's own edit, and has drawn what it changed.
// told is what the log gets with it, besides what the request's history tells.
func (e *Engine) save(id string, edit func(r *Request, now time.Time) error, told ...audit.Entry) (*Request, error) {
	r, err := e.store.Update(audit.Along(context.WithoutCancel(e.hard), told...), id, func(r *Request) error {
		now := e.now()
		if err := edit(r, now); err != nil {
			return err
		}
		r.WakeAt = e.policy.nextWake(r, now)
		return nil
	})
	if err != nil {
		e.log.Error("saving", "request", id, "err", err)
	} else if len(owedPosts(r)) > 0 {
		e.start(job{id, true})
	}
	return r, err
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
