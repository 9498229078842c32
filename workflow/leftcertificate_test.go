package workflow_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

func withCertificate(origin string, pem []byte) form.Draft {
	u := d2(origin)
	u.Subscriptions, u.Owners, u.Certificate = []string{subscription}, []people.Person{zoe}, pem
	return u
}

// gaveUpWithACertificate is the thumbprint of a first certificate that an update has added
// before it failed and was given up.
func gaveUpWithACertificate(t *testing.T, w *world, n *node, head *workflow.Request, pem []byte) string {
	t.Helper()
	r, err := n.Update(t.Context(), bea, head.ID, withCertificate("V-half", pem))
	if err != nil {
		t.Fatal(err)
	}
	w.set(func() {
		w.before = func(call string) error {
			if call == "inspect" {
				return &workflow.ServiceError{Code: "no", Text: "no"}
			}
			return nil
		}
	})
	r = w.signsInFor(n, r)
	w.set(func() { w.before = nil })
	has := w.one().thumbprints
	if r.State != workflow.StateFailed || len(has) != 1 {
		t.Fatalf("it is %s: %s; the app has %q", r.State, r.Failure.Text, has)
	}
	if r, err = n.GiveUp(t.Context(), r.ID, ada); err != nil || !strings.Contains(r.Failure.Text, "until the next update") {
		t.Fatalf("%v, %v", r, err)
	}
	pass(2 * time.Second)
	if left := w.get(head.ID).Residue.Certificates; !slices.Equal(left, has) {
		t.Fatalf("it is known to have left %q, and the app has %q", left, has)
	}
	return has[0]
}

// A first certificate that a given-up update has left is known, and the next update shows
// it and removes it, with the power cut after any call.
func TestAnUpdateRemovesTheFirstCertificateThatAGivenUpOneHasLeft(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		n := w.boot()
		head := w.portal(n)
		left := gaveUpWithACertificate(t, w, n, head, newCertificate())
		p.on(w, n)
		d := withCertificate("V-back", nil)
		r, err := n.Update(t.Context(), bea, head.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(r.Changes(), plan.Change{Added: false, What: plan.CredentialChange, Name: "certificate " + left}) {
			t.Errorf("it is shown as %v", r.Changes())
		}
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		r = w.settle(n, r.ID, workflow.StateDone)
		pass(time.Second)
		n.stop()
		if has := w.one().thumbprints; len(has) > 0 || len(r.Residue.Certificates) > 0 {
			t.Errorf("the app has %q; left is %q", has, r.Residue.Certificates)
		}
	})
}

// An update that brings the same certificate keeps it, and one that brings another has it
// in its place.
func TestAnUpdateKeepsOnlyTheCertificateThatItBrings(t *testing.T) {
	for name, same := range map[string]bool{"the same": true, "another": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				head := w.portal(n)
				pem := newCertificate()
				left := gaveUpWithACertificate(t, w, n, head, pem)
				if !same {
					pem = newCertificate()
				}
				r, err := n.Update(t.Context(), bea, head.ID, withCertificate("V-first", pem))
				if err != nil {
					t.Fatal(err)
				}
				r = w.settle(n, r.ID, workflow.StateDone)
				want := r.Plan.Credential.Certificate.Thumbprint
				if has := w.one().thumbprints; !slices.Equal(has, []string{want}) || same != (want == left) ||
					len(r.Residue.Certificates) > 0 {
					t.Errorf("the app has %q, and %s was left", has, left)
				}
			})
		})
	}
}

// An app that is retired keeps none of it.
func TestARetiredAppHasNoCertificateThatAGivenUpUpdateHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		head := w.portal(n)
		gaveUpWithACertificate(t, w, n, head, newCertificate())
		r, err := n.Retire(t.Context(), bea, head.ID, d2("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		for _, a := range w.deleted {
			if len(a.thumbprints) > 0 {
				t.Errorf("the deleted app has %q", a.thumbprints)
			}
		}
	})
}
