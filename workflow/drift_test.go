package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// drift is how an app differs a day after it was handed over, once edit has been at it.
func drift(t *testing.T, edit func(w *workflowtest.World, app *workflowtest.FakeApp)) (d workflow.Drift) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.HandedOver(n)
		workflowtest.Pass(24 * time.Hour)
		w.Set(func() { edit(w, w.One()) })
		var err error
		if d, err = workflow.Drifts(t.Context(), w.Store, w.Get(r.ID), w.Session(), time.Now); err != nil {
			t.Fatal(err)
		}
	})
	return d
}

func TestAnAppThatNobodyTouchedHasNoDrift(t *testing.T) {
	if d := drift(t, func(*workflowtest.World, *workflowtest.FakeApp) {}); d.Differs() || len(d.Lines()) > 0 {
		t.Errorf("it says %q", d.Lines())
	}
}

func TestDriftTellsForeignCredentialsFromAllElse(t *testing.T) {
	old := time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		edit                func(w *workflowtest.World, app *workflowtest.FakeApp)
		foreign, more, less string
	}{
		"a secret with the bot's own label": {func(w *workflowtest.World, app *workflowtest.FakeApp) {
			for _, k := range app.Keys {
				app.Keys["other"] = workflow.Password{KeyID: "other", Label: k.Label, Expires: k.Expires}
				return
			}
		}, "client secret other", "", ""},
		"a trust": {func(w *workflowtest.World, app *workflowtest.FakeApp) {
			app.Federated = []plan.FederatedIssuer{{Issuer: "https://i.example", Subject: "s"}}
		}, "trust in https://i.example for s", "", ""},
		"on its service principal": {func(w *workflowtest.World, _ *workflowtest.FakeApp) { w.OnPrincipal = 1 },
			"client secret principal-0 of its service principal", "", ""},
		"older than the app, which was not adopted": {func(w *workflowtest.World, app *workflowtest.FakeApp) {
			app.Beyond.Application.Credentials = []whole.Credential{{Kind: whole.Password, KeyID: "old", Begins: old}}
		}, "client secret old", "", ""},
		"an owner": {func(_ *workflowtest.World, app *workflowtest.FakeApp) {
			app.Owners = append(app.Owners, "o-carl")
		}, "", "owner the account o-carl", ""},
		"the secret": {func(_ *workflowtest.World, app *workflowtest.FakeApp) { clear(app.Keys) }, "", "", "client secret "},
		"a permission": {func(_ *workflowtest.World, app *workflowtest.FakeApp) {
			app.Granted = app.Granted[1:]
		}, "", "", "Microsoft Graph/"},
		"a redirection": {func(_ *workflowtest.World, app *workflowtest.FakeApp) {
			app.RedirectURIs = []string{"https://evil.example"}
		}, "", "https://evil.example", "redirect URI"},
	} {
		d := drift(t, c.edit)
		for want, got := range map[string][]string{"foreign " + c.foreign: d.Foreign, "more " + c.more: d.More, "less " + c.less: d.Less} {
			_, want, _ = strings.Cut(want, " ")
			if (want == "") != (len(got) == 0) || want != "" && !strings.Contains(strings.Join(got, "; "), want) {
				t.Errorf("%s: %q is not among %q; foreign %q, more %q, less %q", name, want, got, d.Foreign, d.More, d.Less)
			}
		}
	}
}

func TestDriftKnowsWhatIsGoneFromWhatIsNotShown(t *testing.T) {
	gone := drift(t, func(w *workflowtest.World, _ *workflowtest.FakeApp) { clear(w.Apps) })
	if !gone.Gone || !gone.Differs() {
		t.Errorf("an app that is gone: %q", gone.Lines())
	}
	hidden := drift(t, func(_ *workflowtest.World, app *workflowtest.FakeApp) {
		app.Beyond.Gaps = []whole.Gap{{Of: whole.KindCredential, What: "its credentials", Why: "nobody may"}}
		clear(app.Keys)
	})
	if hidden.Differs() || !slices.Equal(hidden.Lines(), []string{"Not read: its credentials. Nobody may."}) {
		t.Errorf("an app that is not shown: %q", hidden.Lines())
	}
	broken := drift(t, func(w *workflowtest.World, _ *workflowtest.FakeApp) {
		w.Before = func(string) error { return workflowtest.Busy{} }
	})
	if broken.Differs() || len(broken.Unknown) != 1 {
		t.Errorf("where nobody answers: %q", broken.Lines())
	}
}

// A credential that was replaced and is still there was made here, and is no foreign one.
func TestAReplacedCredentialThatIsStillThereIsDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		first := w.HandedOver(n)
		old := w.Get(first.ID).Made.KeyID
		r := w.Renews(n, first, workflowtest.FollowUp("V"))
		r = w.Settle(n, r.ID, workflow.StateOverlap)
		workflowtest.Pass(time.Hour)
		d, err := workflow.Drifts(t.Context(), w.Store, w.Get(r.ID), w.Session(), time.Now)
		if err != nil || d.Differs() {
			t.Errorf("with both it says %q: %v", d.Lines(), err)
		}
		r, err = w.Store.Update(t.Context(), r.ID, func(r *workflow.Request) error { r.State = workflow.StateDone; return nil })
		if err != nil || w.One().Keys[old].KeyID != old {
			t.Fatal(err)
		}
		d, err = workflow.Drifts(t.Context(), w.Store, r, w.Session(), time.Now)
		if err != nil || len(d.Foreign) > 0 || len(d.More) != 1 || !strings.Contains(d.More[0], "has been replaced since") {
			t.Errorf("foreign %q, more %q: %v", d.Foreign, d.More, err)
		}
	})
}
