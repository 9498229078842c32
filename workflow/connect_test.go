package workflow_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestACertificateMadeHereGoesToTheServerAndToNobody(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t).WithServer()
		w.Pages = "" // nothing is handed to a person
		var log bytes.Buffer
		w.Out = &log
		n := w.Boot()
		p.On(w, n)
		r := w.AskServer(n, workflowtest.ServerDraft("payroll-backup"))
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		r = w.Settle(n, r.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)
		n.Stop()

		a, has := w.One(), w.Vb365.Has["contoso.onmicrosoft.com"]
		if len(w.Vb365.Has) != 1 || has.AppID != r.Made.AppID || has.Region != "Worldwide" || !has.Exchange || !has.SharePoint ||
			has.Teams || has.TeamsChats {
			t.Errorf("the server has %+v", w.Vb365.Has)
		}
		if thumb := thumbprintOf(has); !slices.Equal(a.Thumbprints, []string{thumb}) || r.Made.Thumbprint != thumb {
			t.Errorf("the app has %v, the request %s and the server %s", a.Thumbprints, r.Made.Thumbprint, thumb)
		}
		if r.Made.Connected != "contoso.onmicrosoft.com: Exchange, SharePoint" ||
			r.Steps.Get(workflow.StepConnect).Note != r.Made.Connected ||
			r.Steps.Get(workflow.StepProof).Status != workflow.StepDone {
			t.Errorf("made %+v, steps %+v", r.Made, r.Steps)
		}
		w.Shredded(r)
		for _, by := range []people.Person{workflowtest.Bea, workflowtest.Ada, workflowtest.Zoe} {
			if _, _, err := n.Claim(t.Context(), r.ID, by); err == nil {
				t.Errorf("%s opened it", by.Name)
			}
		}
		if slices.ContainsFunc(r.History, func(e workflow.Event) bool { return strings.Contains(e.Text, "Ready") }) || r.Outcomes != 1 {
			t.Errorf("history %+v", r.History)
		}
		w.NoSecrets(log.String(), has.PFX.Reveal(), has.Password.Reveal(), "PFX "+r.Made.Thumbprint)
	})
}

func TestACertificateOfTheRequestersIsToldByItsThumbprint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithServer()
		n := w.Boot()
		defer n.Stop()
		d := workflowtest.ServerDraft("payroll-backup")
		d.Credential, d.Certificate, d.Lifetime = plan.CredentialCertificate, workflowtest.NewCertificate(), 0
		r := w.Settle(n, w.AskServer(n, d).ID, workflow.StateDone)
		has := w.Vb365.Has["contoso.onmicrosoft.com"]
		if has.Thumbprint != r.Thumbprint() || has.Thumbprint == "" || !has.PFX.IsZero() || r.Made.Connected == "" {
			t.Errorf("the server has %+v, and the request %+v", has, r.Made)
		}
	})
}

func TestWhatTheServerSaysNoToIsShownAndCanBeTriedAgain(t *testing.T) {
	var shreddedOne []string
	for name, on := range map[string]struct {
		do    func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request) error
		state workflow.State
		check func(t *testing.T, w *workflowtest.World, r *workflow.Request)
	}{
		"Retry proves the app again and connects it": {func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request) error {
			w.Vb365.Refuses = nil
			_, err := n.Retry(t.Context(), r.ID, workflowtest.Ada, r.Rev)
			return err
		}, workflow.StateDone, func(t *testing.T, w *workflowtest.World, r *workflow.Request) {
			if thumb := thumbprintOf(w.Vb365.Has["contoso.onmicrosoft.com"]); !slices.Equal(w.One().Thumbprints, []string{thumb}) ||
				r.Made.Connected == "" {
				t.Errorf("the app has %v, and the server %s", w.One().Thumbprints, thumb)
			}
			if n := count(w.Calls, "proof"); n != 2 {
				t.Errorf("it was proved %d times", n)
			}
			w.Shredded(r)
		}},
		"Undo deletes the app and shreds the credential": {func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request) error {
			_, err := n.Undo(t.Context(), r.ID, workflowtest.Ada)
			return err
		}, workflow.StateUndone, func(t *testing.T, w *workflowtest.World, r *workflow.Request) {
			if len(w.Apps) != 0 || len(w.Vb365.Has) != 0 {
				t.Errorf("apps %v, server %v", w.Apps, w.Vb365.Has)
			}
			w.Shredded(r)
		}},
		"a sign-in that nobody finishes leaves it as it was": {func(w *workflowtest.World, n *workflowtest.Node,
			r *workflow.Request) error {
			_, err := n.Undo(t.Context(), r.ID, workflowtest.Ada)
			workflowtest.Pass(time.Second)
			n.Cancel(t.Context(), r.ID, workflowtest.Ada)
			return err
		}, workflow.StateFailed, func(t *testing.T, w *workflowtest.World, r *workflow.Request) {
			if len(r.Handover.File) == 0 || !strings.Contains(r.Failure.Text, "press Retry or Undo") {
				t.Errorf("it has %+v and says %s", r.Handover, r.Failure.Text)
			}
		}},
		"nobody goes on with it in time, so its key is shredded and Retry makes another": {func(w *workflowtest.World, n *workflowtest.Node,
			r *workflow.Request) error {
			old := w.One().Thumbprints
			workflowtest.Pass(workflow.DefaultPolicy.RevealWithin - time.Minute)
			if len(w.Get(r.ID).Handover.File) == 0 {
				t.Error("the key was shredded too early")
			}
			workflowtest.Pass(2 * time.Minute)
			late := w.Get(r.ID)
			if late.Handover.KeepsSealed() || late.State != workflow.StateFailed {
				t.Errorf("it is %s and still has %+v", late.State, late.Handover)
			}
			w.Vb365.Refuses = nil
			_, err := n.Retry(t.Context(), r.ID, workflowtest.Ada, late.Rev)
			shreddedOne = old
			return err
		}, workflow.StateDone, func(t *testing.T, w *workflowtest.World, r *workflow.Request) {
			if thumb := thumbprintOf(w.Vb365.Has["contoso.onmicrosoft.com"]); !slices.Equal(w.One().Thumbprints, []string{thumb}) ||
				slices.Contains(shreddedOne, thumb) {
				t.Errorf("the app has %v, and the server %s; the key of %v was shredded", w.One().Thumbprints, thumb, shreddedOne)
			}
			w.Shredded(r)
		}},
		"it is handed over instead": {func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request) error {
			_, err := n.HandOver(t.Context(), r.ID, workflowtest.Ada, r.Rev)
			return err
		}, workflow.StateReady, func(t *testing.T, w *workflowtest.World, r *workflow.Request) {
			if r.Plan.Backup.Server != "" || r.Approval.Digest != r.Plan.Digest() || r.Steps.Get(workflow.StepConnect) != nil ||
				len(w.Vb365.Has) != 0 {
				t.Errorf("the plan has %+v, the steps are %+v", r.Plan.Backup, r.Steps)
			}
			if h := r.Handover; h.Status != workflow.HandoverKept || len(h.File) == 0 {
				t.Errorf("the hand-over is %+v", h)
			}
		}},
		"the server is no longer configured": {func(w *workflowtest.World, n *workflowtest.Node, r *workflow.Request) error {
			n.SetBackups(nil)
			w.Vb365.Refuses = nil
			_, err := n.Retry(t.Context(), r.ID, workflowtest.Ada, r.Rev)
			return err
		}, workflow.StateFailed, func(t *testing.T, w *workflowtest.World, r *workflow.Request) {
			if !strings.Contains(r.Failure.Text, "vb365-prod is no longer configured") || len(w.Vb365.Has) != 0 {
				t.Errorf("it failed with %s", r.Failure.Text)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t).WithServer()
				w.Vb365.Refuses = &workflow.ServiceError{Code: "ParameterValidationFailure",
					Text: "vb365-prod refused to add the organization. It says: “Wrong license”"}
				n := w.Boot()
				defer n.Stop()
				r := w.AskServer(n, workflowtest.ServerDraft("payroll-backup"))
				w.Approved(n, r.ID)
				r = w.Get(r.ID)
				if r.State != workflow.StateFailed ||
					!strings.Contains(r.Failure.Text,
						"“Connect the backup server” failed: vb365-prod refused to add the organization. It says: “Wrong license”") ||
					len(r.Handover.File) == 0 {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if m := w.Messages[r.Posts[workflow.PostNamed(workflow.PostOutcome, r.Outcomes)].TS]; m == nil ||
					m.Drawn.Failure.Text != r.Failure.Text {
					t.Error("the requester is not told")
				}
				if !n.MayHandOver(r) {
					t.Error("it can't be handed over instead")
				}
				several := r.Clone()
				if several.Plan.Approvals = 2; n.MayHandOver(several) {
					t.Error("one approver may hand over what takes two")
				}
				if err := on.do(w, n, r); err != nil {
					t.Fatal(err)
				}
				workflowtest.Pass(time.Second)
				if w.Get(r.ID).State == workflow.StateSignIn {
					w.Use(w.CodeFor(w.Get(r.ID)), nil)
				}
				workflowtest.Pass(20 * time.Second)
				r = w.Get(r.ID)
				if r.State != on.state {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				on.check(t, w, r)
			})
		})
	}
}

func count(calls []string, name string) (n int) {
	for _, c := range calls {
		if c == name {
			n++
		}
	}
	return n
}

func TestAServerThatIsBusyIsWaitedForByItsName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithServer()
		w.Vb365.Refuses = workflowtest.Busy{After: 5 * time.Second}
		n := w.Boot()
		defer n.Stop()
		r := w.AskServer(n, workflowtest.ServerDraft("payroll-backup"))
		w.Approved(n, r.ID)
		if s := w.Get(r.ID).Steps.Get(workflow.StepConnect); s.Status != workflow.StepWaiting || s.Note != "waiting for vb365-prod" {
			t.Errorf("the step is %+v", s)
		}
		workflowtest.Pass(4 * time.Minute)
		if r := w.Get(r.ID); r.State != workflow.StateFailed ||
			!strings.Contains(r.Failure.Text, "vb365-prod did not respond properly for 3 minutes") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestWhatDoesNotFitAServerIsSaidUnderItsField(t *testing.T) {
	w := workflowtest.New(t).WithServer()
	n := w.Boot()
	defer n.Stop()
	for name, c := range map[string]struct {
		edit  func(*form.Draft)
		field form.Field
	}{
		"a server that is not configured": {func(d *form.Draft) { d.Backup = "vb365-test" }, form.FieldBackup},
		"a product without services": {func(d *form.Draft) { d.Product, d.Subscriptions = "backup", []string{workflowtest.Subscription} },
			form.FieldBackup},
		"a secret": {func(d *form.Draft) { d.Credential, d.Lifetime = plan.CredentialSecret, 720*time.Hour },
			form.FieldCredential},
		"nothing that is backed up": {func(d *form.Draft) { d.Workloads = []string{"reports"} }, form.FieldBackup},
	} {
		d := workflowtest.ServerDraft("a")
		c.edit(&d)
		_, err := n.Submit(t.Context(), workflowtest.Bea, d)
		if wrong, ok := errors.AsType[form.Errors](err); !ok || wrong[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	plain, with := workflowtest.ServerDraft("a"), workflowtest.ServerDraft("a")
	plain.Backup = ""
	p, _ := n.Product("backed-up")
	if p.Plan(pack.Choice{Workloads: plain.Workloads}).Digest() == p.Plan(pack.Choice{Workloads: with.Workloads,
		Backup: with.Backup}).Digest() {
		t.Error("the server is not part of what is approved")
	}
	if kinds := fmt.Sprint(n.Credentials(p, "vb365-prod")); !strings.HasPrefix(kinds, "[{made-certificate") ||
		strings.Contains(kinds, "secret") {
		t.Errorf("with a server there are %s", kinds)
	}
}

func TestAServerThatSaysNothingOfWhatItHasIsConnectedAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t).WithServer()
		w.Vb365.Silent = true
		n := w.Boot()
		defer n.Stop()
		r := w.AskServer(n, workflowtest.ServerDraft("payroll-backup"))
		r = w.Settle(n, r.ID, workflow.StateDone)
		if r.Handover.KeepsSealed() || r.Handover.Status != workflow.HandoverNone || r.Made.Connected != "contoso.onmicrosoft.com" ||
			!r.IsConnected() {
			t.Errorf("it is %s, connected with %q, and its handover is %q", r.State, r.Made.Connected, r.Handover.Status)
		}
		for _, e := range r.History {
			if strings.Contains(e.Text, "waits to be opened") {
				t.Errorf("somebody was told: %s", e.Text)
			}
		}
	})
}
