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
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func withCertificate(origin string, pem []byte) form.Draft {
	u := workflowtest.FollowUp(origin)
	u.Subscriptions, u.Owners, u.Certificate = []string{workflowtest.Subscription}, []people.Person{workflowtest.Zoe}, pem
	return u
}

// gaveUpWithACertificate is the thumbprint of a first certificate that an update has added
// before it failed and was given up.
func gaveUpWithACertificate(t *testing.T, w *workflowtest.World, n *workflowtest.Node, head *workflow.Request, pem []byte) string {
	t.Helper()
	r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, withCertificate("V-half", pem))
	if err != nil {
		t.Fatal(err)
	}
	w.Set(func() {
		w.Before = func(call string) error {
			if call == "inspect" {
				return &workflow.ServiceError{Code: "no", Text: "no"}
			}
			return nil
		}
	})
	r = w.SignsInFor(n, r)
	w.Set(func() { w.Before = nil })
	has := w.One().Thumbprints
	if r.State != workflow.StateFailed || len(has) != 1 {
		t.Fatalf("it is %s: %s; the app has %q", r.State, r.Failure.Text, has)
	}
	if r, err = n.GiveUp(t.Context(), r.ID, workflowtest.Ada); err != nil || !strings.Contains(r.Failure.Text, "until the next update") {
		t.Fatalf("%v, %v", r, err)
	}
	workflowtest.Pass(2 * time.Second)
	if left := w.Get(head.ID).Residue.Certificates; !slices.Equal(left, has) {
		t.Fatalf("it is known to have left %q, and the app has %q", left, has)
	}
	return has[0]
}

// A first certificate that a given-up update has left is known, and the next update shows
// it and removes it, with the power cut after any call.
func TestAnUpdateRemovesTheFirstCertificateThatAGivenUpOneHasLeft(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		head := w.Portal(n)
		left := gaveUpWithACertificate(t, w, n, head, workflowtest.NewCertificate())
		p.On(w, n)
		d := withCertificate("V-back", nil)
		r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(r.Changes(), plan.Change{Added: false, What: plan.CredentialChange, Name: "certificate " + left}) {
			t.Errorf("it is shown as %v", r.Changes())
		}
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		r = w.Settle(n, r.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)
		n.Stop()
		if has := w.One().Thumbprints; len(has) > 0 || len(r.Residue.Certificates) > 0 {
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
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				head := w.Portal(n)
				pem := workflowtest.NewCertificate()
				left := gaveUpWithACertificate(t, w, n, head, pem)
				if !same {
					pem = workflowtest.NewCertificate()
				}
				r, err := n.Update(t.Context(), workflowtest.Bea, head.ID, withCertificate("V-first", pem))
				if err != nil {
					t.Fatal(err)
				}
				r = w.Settle(n, r.ID, workflow.StateDone)
				want := r.Plan.Credential.Certificate.Thumbprint
				if has := w.One().Thumbprints; !slices.Equal(has, []string{want}) || same != (want == left) ||
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
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		head := w.Portal(n)
		gaveUpWithACertificate(t, w, n, head, workflowtest.NewCertificate())
		r, err := n.Retire(t.Context(), workflowtest.Bea, head.ID, workflowtest.FollowUp("V-retire"))
		if err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		for _, a := range w.Deleted {
			if len(a.Thumbprints) > 0 {
				t.Errorf("the deleted app has %q", a.Thumbprints)
			}
		}
	})
}
