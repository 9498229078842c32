package workflow_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// looked is what an approver is shown at the end, who signs in as the world's Signer.
func looked(t *testing.T, w *workflowtest.World, n *workflowtest.Node) workflow.Drifting {
	t.Helper()
	if _, err := n.Drift(t.Context(), "", workflowtest.Ada, ""); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	w.Mu.Lock()
	code := w.Drifted[len(w.Drifted)-1]
	w.Mu.Unlock()
	if code.Prompt == nil || code.To.ID != "UADA" {
		t.Fatalf("she was shown %+v", code)
	}
	w.Use(code.Prompt.Code.Reveal(), nil)
	workflowtest.Pass(time.Minute)
	w.Mu.Lock()
	defer w.Mu.Unlock()
	return w.Drifted[len(w.Drifted)-1]
}

func TestAnApproverIsToldWhatHasBecomeOfTheApps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.HandedOver(n)
		workflowtest.Pass(24 * time.Hour)
		before := w.Get(r.ID).Rev
		if l := looked(t, w, n); l.Prompt != nil || len(l.Found) > 0 || !strings.HasPrefix(l.Said, "1 app compared: 1 as approved.") {
			t.Errorf("she is told %+v", l)
		}
		w.Set(func() { w.One().Keys["other"] = workflow.Password{KeyID: "other"} })
		l := looked(t, w, n)
		if len(l.Found) != 1 || l.Found[0].App.ID != r.ID || !strings.Contains(l.Said, "0 as approved, 1 not.") ||
			!strings.Contains(l.Said, "a credential that no request here has made") {
			t.Errorf("she is told %+v", l)
		}
		if w.Get(r.ID).Rev != before {
			t.Error("the request was changed")
		}
	})
}

func TestOnlyTheApproversOwnAccountIsShownTheApps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		w.HandedOver(n)
		for _, c := range []struct {
			who  people.Person
			rule workflow.Rule
		}{
			{workflowtest.Bea, workflow.RuleNotApprover},
			{people.Person{ID: "UADA", Outside: "you are a guest here"}, workflow.RuleOutsider},
		} {
			_, err := n.Drift(t.Context(), "", c.who, "")
			if no, ok := errors.AsType[*workflow.Refusal](err); !ok || no.Rule != c.rule {
				t.Errorf("%s: %v", c.who.ID, err)
			}
		}
		was := w.Signer
		for name, edit := range map[string]func(*workflow.Signer){
			"another account": func(s *workflow.Signer) { s.ObjectID, s.UPN = "OBJ-EVE", "eve@contoso.com" },
			"another tenant":  func(s *workflow.Signer) { s.TenantID = "other" },
		} {
			w.Signer = was
			edit(&w.Signer)
			if l := looked(t, w, n); len(l.Found) > 0 || !strings.Contains(l.Said, "Nothing was compared.") {
				t.Errorf("%s: she is told %+v", name, l)
			}
		}
	})
}
