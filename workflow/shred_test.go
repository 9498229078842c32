package workflow_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestEveryEndOfASecretDestroysItsKey(t *testing.T) {
	for name, end := range map[string]func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request){
		"opened": func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request) {
			w.Settle(n, r.ID, workflow.StateDone)
		},
		"revoked in time": func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request) {
			workflowtest.Pass(w.Policy.RevealWithin + time.Hour)
		},
		"undone": func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request) {
			workflowtest.Pass(w.Policy.RevealWithin + time.Hour)
			if _, err := n.Undo(t.Context(), r.ID, workflowtest.Ada); err != nil {
				t.Fatal(err)
			}
			w.Settle(n, r.ID, workflow.StateUndone)
		},
	} {
		for kind, ask := range map[string]func(w *workflowtest.World, n *workflowtest.Node) *workflow.Request{
			"secret": func(w *workflowtest.World, n *workflowtest.Node) *workflow.Request {
				return w.UpTo(n, w.Request(n), workflow.StateReady)
			},
			"certificate": (*workflowtest.World).AskMade,
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := workflowtest.New(t)
					n := w.Boot()
					defer func() { n.Stop() }()
					r := ask(w, n)
					if w.KeysFit(); w.Ring.Len() == 0 {
						t.Fatal("nothing is sealed")
					}
					end(w, n, r)
					if w.KeysFit(); w.Ring.Len() != 0 {
						t.Errorf("there are %d keys yet", w.Ring.Len())
					}
				})
			})
		}
	}
}

// A crash can come between the shredding of a secret and the end of its key.
func TestAKeyThatOutlivedItsSecretEndsAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		r := w.UpTo(n, w.Request(n), workflow.StateReady)
		second, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("another"))
		if err != nil {
			t.Fatal(err)
		}
		others := w.UpTo(n, second.ID, workflow.StateReady).ID
		w.Ring.Fails(errors.New("the disk is away"))
		w.Settle(n, r.ID, workflow.StateDone)
		w.Ring.Fails(nil)
		if w.Ring.Len() != 2 {
			t.Fatalf("there are %d keys", w.Ring.Len())
		}
		w.Sealed("EA-999", "of a request that was never kept")
		n.Stop()
		n = w.Boot()
		synctest.Wait()
		w.KeysFit()
		w.Settle(n, others, workflow.StateDone) // its secret still opens
		n.Stop()
	})
}

func TestARestoredStoreMakesAnotherSecretByRetry(t *testing.T) {
	for _, kind := range []string{"secret", "certificate"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				var r *workflow.Request
				if kind == "secret" {
					r = w.UpTo(n, w.Request(n), workflow.StateReady)
				} else {
					r = w.AskMade(n)
				}
				backup := maps.Clone(w.Store.Requests)
				w.Settle(n, r.ID, workflow.StateDone)
				n.Stop()
				w.Store.Requests = backup
				n = w.Boot()
				defer func() { n.Stop() }()
				_, given, err := n.Claim(t.Context(), r.ID, workflowtest.Bea)
				if refusedBy(err) != workflow.RuleTooLate || !given.IsZero() ||
					!strings.Contains(err.Error(), "An approver can press Retry") {
					t.Fatalf("Bea gets %q: %v", given.Reveal(), err)
				}
				again := w.Get(r.ID)
				if again.State != workflow.StateRevoked {
					t.Fatalf("it is %s", again.State)
				}
				if _, err := n.Retry(t.Context(), r.ID, workflowtest.Ada, again.Rev); err != nil {
					t.Fatal(err)
				}
				w.Settle(n, r.ID, workflow.StateDone)
				if a := w.One(); len(a.Keys)+len(a.Thumbprints) != 1 {
					t.Errorf("the app has %v and %v", a.Keys, a.Thumbprints)
				}
				w.KeysFit()
			})
		})
	}
}

func TestASecretThatCanNotBeSealedIsMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Ring.Fails(errors.New("the disk is full"))
		n := w.Boot()
		defer n.Stop()
		id := w.Request(n)
		w.Approves(n, id)
		workflowtest.Pass(time.Hour)
		if r := w.Get(id); r.State != workflow.StateFailed || len(r.Handover.Sealed) != 0 {
			t.Fatalf("it is %s with %v", r.State, r.Handover)
		}
		w.Ring.Fails(nil)
		w.Retry(n, id)
		w.Settle(n, id, workflow.StateDone)
		if a := w.One(); len(a.Keys) != 1 {
			t.Errorf("the app has the keys %v", a.Keys)
		}
	})
}

func TestASealedSecretIsBoundToItsKeyAndItsName(t *testing.T) {
	raw := make([]byte, seal.KeySize)
	key, _ := seal.NewKey(raw)
	raw[0] = 1
	other, _ := seal.NewKey(raw)
	ring := &workflowtest.Ring{}
	sealed, err := key.On(ring).Seal("EA-1", seal.New("hunter2"))
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (seal.Secret, error){
		"with another key":  func() (seal.Secret, error) { return other.On(ring).Open("EA-1", sealed) },
		"without a ring":    func() (seal.Secret, error) { return key.Open("EA-1", sealed) },
		"for another":       func() (seal.Secret, error) { return key.On(ring).Open("EA-2", sealed) },
		"cut short":         func() (seal.Secret, error) { return key.On(ring).Open("EA-1", sealed[:20]) },
		"from another ring": func() (seal.Secret, error) { return key.On(&workflowtest.Ring{}).Open("EA-1", sealed) },
	} {
		if s, err := open(); err == nil || !s.IsZero() {
			t.Errorf("%s it opens", name)
		}
	}
	if s, err := key.On(ring).Open("EA-1", sealed); err != nil || s.Reveal() != "hunter2" {
		t.Errorf("it opens with %q, %v", s.Reveal(), err)
	}
}
