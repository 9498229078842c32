package graphops

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// approve approves what was asked for.
func (g *game) approve(r *workflow.Request, err error) string {
	g.t.Helper()
	g.must(err)
	_, err = g.desk.Approve(g.t.Context(), r.ID, ada, r.Rev)
	g.must(err)
	return r.ID
}

// ends waits until a request has come to one of the states, pressing what a person has to
// press and nothing else: what was found of an app that is adopted is decided on.
func (g *game) ends(id string, want ...workflow.State) *workflow.Request {
	g.t.Helper()
	crashed := g.crashing()
	began := time.Now()
	for {
		r, err := g.desk.Get(g.t.Context(), id)
		g.must(err)
		if crashed(r) {
			g.crash()
		}
		switch {
		case slices.Contains(want, r.State):
			g.net.after.Store(nil)
			g.calm(r)
			return r
		case r.State == workflow.StateSignIn && r.SignIn.Status == workflow.SignInOver:
			if g.isTokenEnd(r) {
				g.presses++
				g.expired[id]++
			} else if r.Failure.Rule != workflow.RuleRestart || g.lost[id] < restarts(r) {
				g.no("%s asks for another sign-in: %s", id, r.Failure.Text)
				return r
			}
			_, err := g.desk.NewCode(g.t.Context(), id, ada)
			g.must(err)
		case r.State == workflow.StatePending && r.Look.Rev > 0: // the app was looked at, and is shown
			_, err := g.desk.Approve(g.t.Context(), id, ada, r.Rev)
			g.must(err)
			g.tasks[id]++ // the look was one
		case r.State == workflow.StateFailed || r.State == workflow.StatePending && time.Since(began) > time.Minute:
			g.no("%s is %s: %s", id, r.State, r.Failure.Text)
			return r
		case time.Since(began) > 3*time.Hour:
			g.no("%s is still %s after three hours", id, r.State)
			return r
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// crashing decides when the process crashes while it is at work on a request: never, after
// some time, or when a call of some number was carried out and nobody has its answer yet.
// The function reports whether that is now.
func (g *game) crashing() func(*workflow.Request) bool {
	if !g.crashes {
		return func(*workflow.Request) bool { return false }
	}
	if how := g.chance.IntN(3); how > 0 {
		g.cutAfter(g.chance.IntN(12))
		if on := g.power; how == 1 && g.credential == plan.CredentialSecret { // a secret that nobody has
			lost := func(r *http.Request) bool {
				if strings.HasSuffix(r.URL.Path, "/addPassword") {
					on.Store(false)
				}
				return on.Load()
			}
			g.net.after.Store(&lost)
		}
		on := g.power
		return func(*workflow.Request) bool {
			cut := !on.Load() && on == g.power
			if cut {
				g.net.after.Store(nil)
			}
			return cut
		}
	}
	began, at, done := time.Now(), time.Duration(g.chance.Int64N(int64(40*time.Second))), false
	return func(r *workflow.Request) bool {
		if done || time.Since(began) < at || r.State != workflow.StateProvisioning {
			return false
		}
		done = true
		return true
	}
}

// restarts is how often people were told of one.
func restarts(r *workflow.Request) (n int) {
	for _, e := range r.History {
		if e.Kind == workflow.EventRestarted {
			n++
		}
	}
	return n
}

// calm checks that nothing happened that frightens people or costs their time: they signed
// in once for each task, and again only where a crash or the end of a token cost that.
func (g *game) calm(r *workflow.Request) {
	for _, e := range r.History {
		switch e.Kind {
		case workflow.EventAlarm, workflow.EventFailed, workflow.EventSignInFailed:
			if !g.tokensEnd || e.Kind != workflow.EventSignInFailed {
				g.no("%s: %s: %s", r.ID, e.Kind, e.Text)
			}
		}
	}
	lost, codes := g.lost[r.ID], g.codesFor(r.ID)
	if told := restarts(r); told != lost {
		g.no("%s: %d restarts were told of, and %d crashes cost a sign-in", r.ID, told, lost)
	}
	if g.tasks[r.ID]++; codes != g.tasks[r.ID]+lost+g.expired[r.ID] {
		g.no("%s: people signed in %d times for %d tasks, and %d crashes and %d ends of a token cost a sign-in", r.ID, codes,
			g.tasks[r.ID], lost, g.expired[r.ID])
	}
}
