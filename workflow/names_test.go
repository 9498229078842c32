package workflow_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// oddNames are names as people have them. services.md section 5: they hold joiners,
// double and trailing spaces.
var oddNames = map[string]string{ // as it is: as people see it
	"two  spaces":            "two spaces",
	"at the end ":            "at the end",
	"نرم\u200cافزار پشتیبان": "نرم\u200cافزار پشتیبان",
	"क\u094d\u200dष":         "क\u094d\u200dष",
	"\U0001F468\u200d\U0001F469\u200d\U0001F467 app": "\U0001F468\u200d\U0001F469\u200d\U0001F467 app",
	"pay\u200droll":      "payroll",
	"turned\u202e round": "turned round",
}

func TestAnAppIsAdoptedAndFoundByItsNameAsItIs(t *testing.T) {
	for name, shown := range oddNames {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			w.ByHand(workflowtest.LegacyID, name, "OBJ-BEA")
			if shown != name { // another one, which looks the same
				w.ByHand("bbbbbbbb-0000-4000-8000-00000000000b", shown, "OBJ-BEA")
			}
			n := w.Boot()
			defer n.Stop()
			r, err := n.Submit(t.Context(), workflowtest.Bea, adoption(name))
			if err != nil {
				t.Fatal(err)
			}
			r = w.Settle(n, r.ID, workflow.StateDone)
			if r.Made.AppID != workflowtest.LegacyID || r.AppName() != shown || r.Has().AppName != name {
				t.Errorf("%q is adopted as %s, shown as %q, and is called %q", name, r.Made.AppID, r.AppName(), r.Has().AppName)
			}
			for _, typed := range []string{name, shown, strings.ToUpper(name)} {
				if found, err := n.App(t.Context(), typed, workflowtest.Bea, ""); err != nil || found.ID != r.ID {
					t.Errorf("%q is %v, %v", typed, found, err)
				}
			}
			if shown == name {
				return
			}
			other, err := n.Submit(t.Context(), workflowtest.Bea, again(adoption(shown), "V-2")) // it is no duplicate
			if err != nil {
				t.Fatal(err)
			}
			other = w.Settle(n, other.ID, workflow.StateDone)
			for typed, want := range map[string]string{name: r.ID, shown: other.ID} {
				if found, err := n.App(t.Context(), typed, workflowtest.Bea, ""); err != nil || found.ID != want {
					t.Errorf("of two, %q is %v, %v", typed, found, err)
				}
			}
		})
	}
}

// services.md section 5: a name is looked up as it is. One that only looks like it is never
// taken for it: it is named, and the person chooses.
func TestAnAppWhoseNameOnlyLooksLikeTheTypedOneIsNotAdopted(t *testing.T) {
	for typed, shown := range map[string]string{" HR  portal ": `" HR  portal "`, "HR\u00a0portal": `"HR\u00a0portal"`,
		"\u202dHR portal": `"\u202dHR portal"`, "HR por\u200btal": `"HR por\u200btal"`} {
		synctest.Test(t, func(t *testing.T) {
			w := workflowtest.New(t)
			w.ByHand(workflowtest.LegacyID, "HR portal", "OBJ-BEA")
			n := w.Boot()
			defer n.Stop()
			r, err := n.Submit(t.Context(), workflowtest.Bea, adoption(typed))
			if err != nil {
				t.Fatal(err)
			}
			r = w.SignsInFor(n, r)
			for _, text := range []string{"no application called " + shown + " in", "Nothing was changed",
				"There is an application called HR portal", "App ID " + workflowtest.LegacyID} {
				if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, text) {
					t.Errorf("%q: it is %s, and not said is %q: %s", typed, r.State, text, r.Failure.Text)
				}
			}
			if changes := w.Wrote(); len(changes) > 0 {
				t.Errorf("the tenant was changed: %v", changes)
			}
			if _, err := n.GiveUp(t.Context(), r.ID, workflowtest.Bea); err != nil {
				t.Fatal(err)
			}
			r, err = n.Submit(t.Context(), workflowtest.Bea, again(adoption(workflowtest.LegacyID), "V-2"))
			if err != nil {
				t.Fatal(err)
			}
			if r = w.Settle(n, r.ID, workflow.StateDone); r.Made.AppID != workflowtest.LegacyID {
				t.Errorf("it is %+v", r.Made)
			}
		})
	}
}

func TestWhatNobodyCanSeeIsNotShown(t *testing.T) {
	for words, want := range map[string]string{"a\u200cb": "ab", "\u200dü": "ü", "ü\u200d": "ü", "نرم\u200c افزار": "نرم افزار",
		"\u202eabc\u2066": "abc"} {
		if got := text.Plain(words); got != want {
			t.Errorf("%q is %q", words, got)
		}
	}
}

// The newest fifty are not all.
func TestAnOldAppIsFoundByItsNameBehindManyNewOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.ByHand(workflowtest.LegacyID, "a", "OBJ-BEA")
		n := w.Boot()
		defer n.Stop()
		first, err := n.Submit(t.Context(), workflowtest.Bea, adoption("a"))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, first.ID, workflow.StateDone)
		for i := range 60 {
			r := &workflow.Request{Origin: fmt.Sprint("V", i), State: workflow.StateDenied, Requester: workflowtest.Bea, Tenant: "contoso",
				Plan: plan.Plan{AppName: fmt.Sprint("a", i)}, Posts: workflow.Posts{}}
			if _, err := w.Store.Create(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		if found, err := n.App(t.Context(), "a", workflowtest.Bea, ""); err != nil || found.ID != first.ID {
			t.Errorf("%v, %v", found, err)
		}
	})
}

// In a big tenant the step says what was not seen of the other apps.
func TestWhatWasNotSeenOfOtherAppsIsOnTheStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer, w.Unseen = workflowtest.AdaOfAzure(), "the others were not"
		n := w.Boot()
		defer n.Stop()
		r, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.CertificateDraft("a"))
		if err != nil {
			t.Fatal(err)
		}
		if r = w.Settle(n, r.ID, workflow.StateDone); !strings.HasSuffix(r.Steps.Get(workflow.StepCertificate).Note,
			"; the others were not") {
			t.Errorf("the note is %q", r.Steps.Get(workflow.StepCertificate).Note)
		}
	})
}
