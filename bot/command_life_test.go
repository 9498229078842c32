package bot

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

func TestAFormIsNotOpenedForThoseWhoMayNotSendIt(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", inState(workflow.StateDone))
	for _, verb := range []string{actRenew, actUpdate, actRetire} {
		w.press("UTOM", verb, r.ID)
		if said := w.saysTo("UTOM", verb+" "+r.ID); !strings.Contains(said, "and its owners can ask for that") {
			t.Errorf("%s is answered with %s", verb, said)
		}
	}
	if n := len(w.of("views.open")); n != 0 {
		t.Errorf("%d forms were opened", n)
	}
	told := w.of("/response/1")
	for _, c := range told {
		if !strings.Contains(c.Get("json"), "and its owners can ask for that") {
			t.Errorf("somebody is told %v", c)
		}
	}
	if len(told) != 3 {
		t.Errorf("told %d times", len(told))
	}
	w.press("UBEA", actRenew, r.ID)
	if n := len(w.of("views.open")); n != 1 {
		t.Errorf("for the requester %d forms were opened", n)
	}
}

func TestUpdateOfAnAppThatIsNotOursOpensTheFormForIt(t *testing.T) {
	w := newWorld(t)
	w.request(t, "payroll", "x", inState(workflow.StateDone))
	if got := w.says("update HR Portal"); got != "null" {
		t.Errorf("it is answered with %s", got)
	}
	w.bot.Wait()
	opened := w.of("views.open")
	if len(opened) != 1 || !strings.Contains(opened[0].Get("json"), `"initial_value":"HR Portal"`) ||
		!strings.Contains(opened[0].Get("json"), "one of its owners") {
		t.Fatalf("it opens %v", opened)
	}
	if got := w.says("update payrol"); !strings.Contains(got, "Did you mean “payroll”?") || !strings.Contains(got, "App ID") {
		t.Errorf("a slip is answered with %s", got)
	}
	if got := w.says("update EA-77"); !strings.Contains(got, "No app called EA-77 was registered or adopted here") {
		t.Errorf("a request that is none is answered with %s", got)
	}
	w.bot.Wait()
	if n := len(w.of("views.open")); n != 1 {
		t.Errorf("%d views were opened", n)
	}
}
