package serve

import (
	"regexp"
	"strings"
	"testing"
)

var unguessable = regexp.MustCompile(`^entra-app-[0-9a-f]{8}-ea-\d+-([a-z2-7]{26})$`)

// Whoever may register apps could register one under the name that the bot is
// going to use, with a credential of their own, and have it consented.
func TestNobodyCanKnowUnderWhichNameAnAppIsGoingToBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	var parts []string
	for i, name := range []string{"payroll-backup", "wages-backup"} {
		w.asks(name)
		w.approves("register the app "+name, "Approve")
		w.sees(w.bea, w.bea.DM, name+" · Ready")
		found := unguessable.FindStringSubmatch(w.made()[i].UniqueName)
		if found == nil {
			t.Fatalf("it can be guessed: %s", w.made()[i].UniqueName)
		}
		parts = append(parts, found[1])
	}
	if parts[0] == parts[1] {
		t.Errorf("one name tells the next: %s", parts[0])
	}
	for _, e := range w.slack.Journal() {
		for _, p := range parts {
			if strings.Contains(strings.ToLower(e.Body+e.Answer), p) {
				t.Errorf("%s %s shows it", e.Direction, e.Method)
			}
		}
	}
	for _, p := range parts {
		if strings.Contains(strings.ToLower(w.log.String()), p) {
			t.Error("the log shows it")
		}
	}
}
