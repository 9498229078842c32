package workflowtest

import (
	"context"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Settle lets people do what they have to until a request is in a state.
func (w *World) Settle(n *Node, id string, want workflow.State) *workflow.Request {
	w.T.Helper()
	for range 30 {
		w.People(n, id)
		r, off := w.Get(id), false
		w.Set(func() { off = *n.Off })
		if r.State == want || off {
			return r
		}
		if r.State == workflow.StateReady {
			if _, given, err := n.Claim(context.Background(), id, Bea); err == nil {
				n.Opened(context.Background(), id, Bea)
				w.given = given
				synctest.Wait()
			}
			w.Fetch(n.Desk, w.given)
		}
		Pass(time.Second)
	}
	r := w.Get(id)
	w.T.Fatalf("%s is %s, want %s: %s; steps %+v", id, r.State, want, r.Failure.Text, r.Steps)
	return nil
}

// HandedOver is an app whose secret Bea has opened.
func (w *World) HandedOver(n *Node) *workflow.Request {
	w.T.Helper()
	return w.Settle(n, w.Request(n), workflow.StateDone)
}

// Renews has Bea ask for a new credential of an app.
func (w *World) Renews(n *Node, before *workflow.Request, d form.Draft) *workflow.Request {
	w.T.Helper()
	d.Origin = "V-renew"
	r, err := n.Renew(w.T.Context(), Bea, before.ID, d)
	if err != nil {
		w.T.Fatal(err)
	}
	return r
}

// One is the only app there is.
func (w *World) One() *FakeApp {
	w.T.Helper()
	if len(w.Apps) != 1 {
		w.T.Fatalf("%d apps", len(w.Apps))
	}
	for _, a := range w.Apps {
		return a
	}
	return nil
}

// FollowUp is a form about an app that is there.
func FollowUp(origin string) form.Draft {
	d := Draft("")
	d.Origin = origin
	return d
}

// Portal is an app without a credential, with which people sign in.
func (w *World) Portal(n *Node) *workflow.Request {
	w.T.Helper()
	w.Signer = AdaOfAzure()
	d := CertificateDraft("portal")
	d.Credential, d.Certificate = plan.CredentialNone, nil
	app, err := n.Submit(w.T.Context(), Bea, d)
	if err != nil {
		w.T.Fatal(err)
	}
	return w.Settle(n, app.ID, workflow.StateDone)
}
