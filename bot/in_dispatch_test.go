package bot

import (
	"context"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

func TestAPayloadWithStrangeMembersIsStillRead(t *testing.T) {
	w := newWorld(t)
	r := w.request(t, "payroll", "x", nil)
	w.bot.person(context.Background(), "UADA")
	w.bot.Dispatch(context.Background(), Envelope{InteractionKind,
		[]byte(`{"type":"block_actions","user":{"id":"UADA","new":[1]},"value":{"an":"object"},
		"view":{"id":5,"state":{"values":[]}},"channel":"CAPPROVE","container":[],"actions":[{"action_id":"future","value":{"x":1}},
		{"type":"button","action_id":"approve","value":"` + buttonValue(r) + `","confirm":7}]}`)})
	w.bot.Wait()
	if got, _ := w.desk.Get(context.Background(), r.ID); got.State != workflow.StateSignIn {
		t.Errorf("it is %s", got.State)
	}
}

func TestPayloadsWithThingsWeDoNotKnowAreAnswered(t *testing.T) {
	w := newWorld(t)
	for _, payload := range []string{
		`{"type":"view_submission","user":{"id":"UBEA"},"view":{"id":"V1","callback_id":"request","state":{"values":[]}}}`,
		`{"type":"view_submission","user":{"id":"UBEA"},"view":{"id":"V1","callback_id":"request","state":{"values":{"Product":{"value":{"type":"hologram","value":{"x":1}}}}}}}`,
		`{"type":"block_actions","actions":[{"type":"hologram","action_id":"x","value":"EA-1 1"}],"user":{"id":"UBEA"},"new":{"field":1}}`,
		`{"type":"of-tomorrow"}`, `{}`, `[]`, `null`, ``, `{"type":"block_actions"}`,
	} {
		w.bot.Dispatch(context.Background(), Envelope{InteractionKind, []byte(payload)})
	}
	w.bot.Wait()
	if strings.Contains(w.log.String(), "panic") {
		t.Error(w.log.String())
	}
}
