package bot

import (
	"context"
	"testing"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

func TestAnExistingAppIsAskedForWithTheForm(t *testing.T) {
	w := newWorld(t)
	values := filled("HR Portal")
	values["Application"] = map[string]any{"Application": map[string]any{"type": "radio_buttons",
		"selected_option": map[string]any{"value": existingApp}}}
	if reply := w.submission(requestForm, `{"p":"vbo365"}`, "V1", values); reply != nil {
		t.Fatalf("answered %v", reply)
	}
	r, err := w.desk.Get(t.Context(), "EA-1")
	if err != nil || r.Kind != workflow.KindAdopt || r.Plan.AppName != "HR Portal" {
		t.Errorf("it is %+v, %v", r, err)
	}
}

func TestAFormIsCommittedBeforeItIsAcknowledgedAndOnlyOnce(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		if reply := w.submission(requestForm, `{"p":"vbo365"}`, "V1", filled("payroll")); reply != nil {
			t.Errorf("answered %v", reply)
		}
	}
	all, _ := w.desk.List(context.Background(), workflow.Query{})
	if len(all) != 1 || all[0].Plan.AppName != "payroll" || len(all[0].Plan.RedirectURIs) != 1 ||
		all[0].Requester.Email != "bea@contoso.com" {
		t.Errorf("kept %+v", all)
	}
}

func TestMistakesComeBackUnderTheirFields(t *testing.T) {
	w := newWorld(t)
	bad := filled("")
	bad["Redirect URIs of vbo365"] = map[string]any{"value": map[string]any{"value": "http://example.com"}}
	reply, _ := w.submission(requestForm, `{"p":"vbo365"}`, "V1", bad).(*slack.ViewSubmissionResponse)
	if reply == nil || reply.Errors["App name"] == "" || reply.Errors["Redirect URIs of vbo365"] == "" {
		t.Errorf("answered %+v", reply)
	}
	for block := range reply.Errors {
		if _, ok := bad[block]; !ok {
			t.Errorf("%s is not in the view", block)
		}
	}
}
