package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

func TestOwnersWhoHaveLeftAreMarked(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "backup", func(r *workflow.Request) {
		inState(workflow.StateDone)(r)
		r.Plan.Owners = []people.Person{{ID: "UTOM", Name: "Tom"}}
	})
	w.bot.people.known = map[string]knownPerson{"UBEA": {Person: people.Person{ID: "UBEA"}, at: time.Now(), left: true},
		"UADA": {Person: people.Person{ID: "UADA"}, at: time.Now()}}
	for _, text := range []string{"apps", "status " + r.ID} {
		said := w.saysTo("UADA", text)
		if n := strings.Count(said, "(has left)"); n != 1 {
			t.Errorf("%s: %d have left: %s", text, n, said)
		}
		at, tom := strings.Index(said, "(has left)"), strings.LastIndex(said, `"UTOM"`)
		if bea := strings.LastIndex(said[:max(at, 0)], `"UBEA"`); bea < 0 || tom < at {
			t.Errorf("%s: the wrong one has left: %s", text, said)
		}
	}
	if n := len(w.of("users.info")); n != 1 {
		t.Errorf("%d people were looked up, want the one who was not known, once", n)
	}
}
