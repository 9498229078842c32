package graphops

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

// cutAfter cuts the power once so many calls to Graph that change something were carried
// out, before their answers are there. Negative is never. calls counts them.
func (g *game) cutAfter(n int) (calls *atomic.Int64) {
	calls = new(atomic.Int64)
	on := g.power
	counts := func(r *http.Request) bool {
		if !on.Load() {
			return false
		}
		if r.URL.Host == "graph.test" && r.Method != http.MethodGet && calls.Add(1) > int64(n) && n >= 0 {
			on.Store(false)
		}
		return on.Load()
	}
	g.net.after.Store(&counts)
	return calls
}

// retiredWithACut retires an app that is as old as it says, with the power cut after call
// at, and returns how long it took from then on, and how many calls there were.
func retiredWithACut(t *testing.T, seed uint64, of way, age time.Duration, at int) (took time.Duration, calls int) {
	var log bytes.Buffer
	var g *game
	synctest.Test(t, func(t *testing.T) {
		g = &game{seedWorld: newSeedWorld(t, seed, &log), way: of, name: "payroll"}
		g.played(func(g *game) {
			old := g.sold()
			g.lags()
			time.Sleep(age)
			r, err := g.desk.Retire(g.t.Context(), bea, old.ID, form.Draft{Origin: "R", Reason: "not needed"})
			id := g.approve(r, err)
			g.until(id, func(r *workflow.Request) bool { return r.State == workflow.StateProvisioning })
			n := g.cutAfter(at)
			g.until(id, func(r *workflow.Request) bool { return r.State == workflow.StateDone || !g.power.Load() })
			calls = int(n.Load())
			g.net.after.Store(nil)
			if !g.power.Load() {
				g.crash()
				began := time.Now()
				g.ends(id, workflow.StateDone)
				took = time.Since(began)
			}
			g.isRetired(old)
		})
		g.running()
	})
	if len(g.broken) > 0 {
		t.Errorf("seed %d, %s, the power cut after call %d: %s", seed, of.credential, at, strings.Join(g.broken, "\n  "))
	}
	return took, calls
}

// A power cut amid the removal of credentials and consents: nothing was stored of what is
// gone. But what an app was given long ago every replica knows, so what is not there was
// removed, and the next session need not wait until a list may be believed.
func TestARetirementGoesOnAtOnceAfterAPowerCutAnywhere(t *testing.T) {
	played := map[plan.CredentialKind]bool{}
	for _, of := range ways() {
		if !of.product.Custom || played[of.credential] {
			continue
		}
		played[of.credential] = true
		var longest time.Duration
		cuts := 0
		for seed := range uint64(2) {
			_, calls := retiredWithACut(t, seed, of, 3*time.Hour, -1)
			for at := range calls {
				took, _ := retiredWithACut(t, seed, of, 3*time.Hour, at)
				longest = max(longest, took)
				cuts++
			}
		}
		t.Logf("%s: %d power cuts, the next session took %s at most", of.credential, cuts, longest)
		if longest > time.Minute {
			t.Errorf("%s: the next session took %s", of.credential, longest)
		}
	}
}

// An app that is young itself is waited for, and no longer than it is young.
func TestTheRetirementOfAYoungAppGoesOnToo(t *testing.T) {
	of := ways()[slices.IndexFunc(ways(), func(w way) bool { return w.product.Custom && w.credential == plan.CredentialSecret })]
	_, calls := retiredWithACut(t, 0, of, 0, -1)
	for at := range calls {
		if took, _ := retiredWithACut(t, 0, of, 0, at); took > workflow.Youth+time.Minute {
			t.Errorf("the power cut after call %d: the next session took %s", at, took)
		}
	}
}
