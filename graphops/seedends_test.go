package graphops

import (
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

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
			if g.isTokenEnd(r) {
				g.presses++
			} else if r.Failure.Rule != workflow.RuleRestart {
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
			if !g.tokensEnd || e.What != workflow.SignInUseless {
				g.no("%s: %s: %s", r.ID, e.What, e.Text)
			}
		}
	}
}
