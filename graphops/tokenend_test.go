package graphops

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
)

// slow makes it a tenant of replicas of which some hear of a change only after a token's
// life, which is short here: what takes twenty minutes is to end more than one.
func (g *game) slow() {
	g.tenant.Change(func(k *entratest.Knobs) { k.TokenLifetime = 4 * time.Minute })
	g.tenant.Replicate(entratest.Replication{Delay: func(r *rand.Rand) time.Duration {
		if r.IntN(3) > 0 {
			return time.Duration(r.Int64N(int64(4 * time.Second)))
		}
		return 3*time.Minute + time.Duration(r.Int64N(int64(9*time.Minute)))
	}})
	g.lagging, g.tokensEnd = true, true
}

// isTokenEnd reports whether a request waits for one press because a token has ended, and
// says so.
func (g *game) isTokenEnd(r *workflow.Request) bool {
	says := r.Failure.Text
	return g.tokensEnd && r.Failure.Rule == workflow.RuleSignIn && strings.Contains(says, "Nothing is lost: press New code")
}

// services.md, section 1: twenty minutes of patience fit into one token's life. Where the
// token ends first all the same, one press goes on, and nothing is lost, made twice or
// taken for wrong.
func TestATokenThatEndsAmidAWaitCostsOnePress(t *testing.T) {
	presses := 0
	for _, play := range []func(*game){(*game).register, (*game).update, (*game).renew, (*game).removeOld} {
		someSeeds(t, 4, expires, func(g *game) {
			g.slow()
			play(g)
			presses += g.presses
		})
	}
	if presses == 0 {
		t.Error("no token has ended")
	}
	t.Logf("%d presses", presses)
}
