package serve

import "testing"

// The approver waits from the sign-in on, and most of that is round trips to Graph
// one after another. What counts is what the bot does, from the token on. Two of them read
// the app as a whole, with all that it has besides the plan.
func TestTheBackupProductTakesNoMoreThanTwelveRoundTrips(t *testing.T) {
	w := newWorld(t)
	w.readsPolicy()
	w.start()
	w.sends("vb365-backup", nil, map[string]any{"App name": "payroll-backup", "Reason": "nightly backup", "Certificate": selfSigned(t),
		"Owners": []string{"U0TOM00001"}})
	w.press(w.ada, w.sees(w.ada, in(approval), "register the app payroll-backup"), "Approve")
	w.until("there is a code", func() bool { return w.code() != "" })
	trips, entries := w.entra.RoundTrips(), len(w.entra.Journal())
	w.signsIn("ada@contoso.com")
	w.sees(w.ada, in(approval), "EA-1: payroll-backup · Done")
	if n := w.entra.RoundTrips() - trips; n > 12 {
		t.Errorf("it took %d round trips to Graph", n)
		for _, e := range w.entra.Journal()[entries:] {
			if !e.Batch {
				t.Log(e.Op, e.Path)
			}
		}
	}
	tokens := 0
	for _, e := range w.entra.Journal()[entries:] {
		if e.Op == "token" && e.Status == 200 {
			tokens++
		}
	}
	if tokens != 2 {
		t.Errorf("it took %d tokens, want that of the code and the one with all that is optional", tokens)
	}
}
