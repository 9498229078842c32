package workflow_test

import (
	"slices"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// Each verb for an app that there is, with the power cut after every outside call.
func TestAPowerCutInTheLifeOfAnAppLosesNothingAndDoublesNothing(t *testing.T) {
	for _, verb := range []struct {
		name string
		ask  func(t *testing.T, w *world, n *node, before *workflow.Request) (*workflow.Request, error)
		want func(t *testing.T, w *world, before, r *workflow.Request)
	}{
		{"update", func(t *testing.T, _ *world, n *node, before *workflow.Request) (*workflow.Request, error) {
			d := d2("V-update")
			d.RedirectURIs = []string{"https://other.contoso.com"}
			return n.Update(t.Context(), bea, before.ID, d)
		}, func(t *testing.T, w *world, before, r *workflow.Request) {
			if a := w.one(); !slices.Equal(a.RedirectURIs, []string{"https://other.contoso.com"}) || len(a.keys) != 1 ||
				r.Made.KeyID != before.Made.KeyID {
				t.Errorf("the app is %+v", a)
			}
		}},
		{"retire", func(t *testing.T, _ *world, n *node, before *workflow.Request) (*workflow.Request, error) {
			return n.Retire(t.Context(), bea, before.ID, d2("V-retire"))
		}, func(t *testing.T, w *world, _, _ *workflow.Request) {
			if len(w.apps) != 0 || len(w.deleted) != 1 {
				t.Errorf("there are %v and %v", w.apps, w.deleted)
			}
			for _, a := range w.deleted {
				if len(a.keys) != 0 || len(a.granted) != 0 {
					t.Errorf("the deleted app has %+v", a)
				}
			}
		}},
		{"recreate", func(t *testing.T, w *world, n *node, before *workflow.Request) (*workflow.Request, error) {
			w.mu.Lock()
			for name, a := range w.apps { // somebody deletes it in the portal
				w.deleted[name] = a
				delete(w.apps, name)
			}
			w.mu.Unlock()
			return n.Recreate(t.Context(), bea, before.ID, d2("V-recreate"))
		}, func(t *testing.T, w *world, before, r *workflow.Request) {
			if a := w.one(); len(a.keys) != 1 || a.keys[r.Made.KeyID].KeyID == "" || r.Made.AppID != before.Made.AppID {
				t.Errorf("the app is %+v", a)
			}
		}},
	} {
		t.Run(verb.name, func(t *testing.T) {
			withThePowerCut(t, func(t *testing.T, p *power) {
				w := newWorld(t)
				n := w.boot()
				before := w.handedOver(n)
				p.on(w, n)
				r, err := verb.ask(t, w, n, before)
				if err != nil {
					t.Fatal(err)
				}
				w.settle(n, r.ID, workflow.StateDone)
				n = p.back(n)
				r = w.settle(n, r.ID, workflow.StateDone)
				pass(time.Second)
				n.stop()
				verb.want(t, w, before, r)
				if w.get(before.ID).Successor != r.ID {
					t.Error("the request before does not know of it")
				}
			})
		})
	}
}
