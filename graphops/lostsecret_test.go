package graphops

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// slowly makes lists old for up to so long: services.md, section 1, has reports of minutes.
func slowly(most time.Duration) entratest.Replication {
	return entratest.Replication{Delay: func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(int64(most))) }}
}

// The answer to addPassword is lost, and the list that is read next is older than the
// secret that was made: it is found all the same before the request ends, and exactly one
// secret is live, the one that is handed over.
func TestASecretWhoseAnswerWasLostDoesNotStay(t *testing.T) {
	register := func(g *game) {
		r, err := g.desk.Submit(g.t.Context(), bea, g.drawn())
		g.stands(g.opened(g.ends(g.approve(r, err), workflow.StateReady)))
	}
	renew := func(g *game) {
		r, err := g.desk.Renew(g.t.Context(), bea, g.oldApp.ID, g.draft())
		g.hasBoth(g.oldApp, g.opened(g.ends(g.approve(r, err), workflow.StateReady)))
	}
	for _, c := range []struct {
		name         string
		status, lost int
		when         entratest.When
		renews       bool
		behind, most time.Duration
	}{
		{"made, and 503 is answered", 503, 1, entratest.After, false, 12 * time.Minute, 25 * time.Minute},
		{"made, and the connection ends", 0, 1, entratest.After, false, 12 * time.Minute, 25 * time.Minute},
		{"made twice, and 504 is answered", 504, 2, entratest.After, false, time.Minute, 25 * time.Minute},
		{"made for a renewal", 503, 1, entratest.After, true, 12 * time.Minute, 25 * time.Minute},
		{"not made, and 503 is answered, which nobody can tell", 503, 1, entratest.Before, false, time.Minute, 25 * time.Minute},
		{"not made, and 429 is answered", 429, 2, entratest.Before, false, time.Minute, 5 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			someSeeds(t, 3, func(w way) bool { return w.credential == plan.CredentialSecret }, func(g *game) {
				if c.renews {
					g.oldApp = g.sold()
					time.Sleep(time.Hour)
				}
				g.tenant.Replicate(slowly(c.behind))
				g.entra.Fail("addPassword", c.when, c.status, c.lost)
				began := time.Now()
				if c.renews {
					renew(g)
				} else {
					register(g)
				}
				if took := time.Since(began); took > c.most {
					g.no("it took %s", took)
				}
			})
		})
	}
}
