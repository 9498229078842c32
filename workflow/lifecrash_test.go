package workflow_test

import (
	"slices"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// Each verb for an app that there is, with the power cut after every outside call.
func TestAPowerCutInTheLifeOfAnAppLosesNothingAndDoublesNothing(t *testing.T) {
	for _, verb := range []struct {
		name string
		ask  func(t *testing.T, w *workflowtest.World, n *workflowtest.Node, before *workflow.Request) (*workflow.Request, error)
		want func(t *testing.T, w *workflowtest.World, before, r *workflow.Request)
	}{
		{"update", func(t *testing.T, _ *workflowtest.World, n *workflowtest.Node, before *workflow.Request) (*workflow.Request, error) {
			d := workflowtest.FollowUp("V-update")
			d.RedirectURIs = []string{"https://other.contoso.com"}
			return n.Update(t.Context(), workflowtest.Bea, before.ID, d)
		}, func(t *testing.T, w *workflowtest.World, before, r *workflow.Request) {
			if a := w.One(); !slices.Equal(a.RedirectURIs, []string{"https://other.contoso.com"}) || len(a.Keys) != 1 ||
				r.Made.KeyID != before.Made.KeyID {
				t.Errorf("the app is %+v", a)
			}
		}},
		{"retire", func(t *testing.T, _ *workflowtest.World, n *workflowtest.Node, before *workflow.Request) (*workflow.Request, error) {
			return n.Retire(t.Context(), workflowtest.Bea, before.ID, workflowtest.FollowUp("V-retire"))
		}, func(t *testing.T, w *workflowtest.World, _, _ *workflow.Request) {
			if len(w.Apps) != 0 || len(w.Deleted) != 1 {
				t.Errorf("there are %v and %v", w.Apps, w.Deleted)
			}
			for _, a := range w.Deleted {
				if len(a.Keys) != 0 || len(a.Granted) != 0 {
					t.Errorf("the deleted app has %+v", a)
				}
			}
		}},
		{"recreate", func(t *testing.T, w *workflowtest.World, n *workflowtest.Node, before *workflow.Request) (*workflow.Request, error) {
			w.Mu.Lock()
			for name, a := range w.Apps { // somebody deletes it in the portal
				w.Deleted[name] = a
				delete(w.Apps, name)
			}
			w.Mu.Unlock()
			return n.Recreate(t.Context(), workflowtest.Bea, before.ID, workflowtest.FollowUp("V-recreate"))
		}, func(t *testing.T, w *workflowtest.World, before, r *workflow.Request) {
			if a := w.One(); len(a.Keys) != 1 || a.Keys[r.Made.KeyID].KeyID == "" || r.Made.AppID != before.Made.AppID {
				t.Errorf("the app is %+v", a)
			}
		}},
	} {
		t.Run(verb.name, func(t *testing.T) {
			workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
				w := workflowtest.New(t)
				n := w.Boot()
				before := w.HandedOver(n)
				p.On(w, n)
				r, err := verb.ask(t, w, n, before)
				if err != nil {
					t.Fatal(err)
				}
				w.Settle(n, r.ID, workflow.StateDone)
				n = p.Back(n)
				r = w.Settle(n, r.ID, workflow.StateDone)
				workflowtest.Pass(time.Second)
				n.Stop()
				verb.want(t, w, before, r)
				if w.Get(before.ID).Successor != r.ID {
					t.Error("the request before does not know of it")
				}
			})
		})
	}
}
