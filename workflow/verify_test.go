package workflow

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever forgot a consent by hand is told so before the coffee is cold, and once.
func TestWhatIsMissingOfWhatWasMadeByHandIsSaidSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		app := w.byHand(legacyID, "payroll-backup", "OBJ-BEA")
		n := w.boot()
		defer n.stop()
		id := w.request(n)
		r := w.get(id)
		w.set(func() {
			app.App = App{DisplayName: "payroll-backup", Audience: r.Plan.Audience, RedirectURIs: r.Plan.RedirectURIs}
			app.granted, app.roles, app.thumbprints, app.federated = r.Plan.Permissions[:1], nil, nil, nil
			app.keys = map[string]Password{"k": {KeyID: "k", Expires: time.Now().Add(24 * time.Hour)}}
		})
		if _, err := n.Verify(t.Context(), id, ada, legacyID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		began := time.Now()
		w.use(w.codeFor(w.get(id)), nil)
		for r = w.get(id); r.State != Pending && time.Since(began) < giveUp; r = w.get(id) {
			pass(time.Second)
		}
		const says = "What was made by hand is not what the plan says. "
		if took := time.Since(began); took > 2*settles {
			t.Errorf("it took %s", took)
		}
		if text := r.Failure.Text; strings.Count(text, says) != 1 || strings.Count(text, "Mend it and verify it again") != 1 || !strings.Contains(text, "the app lacks ") || strings.ContainsAny(text, "[]") {
			t.Errorf("it says: %s", text)
		}
	})
}
