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
)

func TestACertificateMadeHereGoesToTheServerAndToNobody(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t).withServer()
		w.pages = "" // nothing is handed to a person
		var log bytes.Buffer
		w.out = &log
		n := w.boot()
		p.on(w, n)
		r := w.askServer(n, serverDraft("payroll-backup"))
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		r = w.settle(n, r.ID, workflow.StateDone)
		pass(time.Second)
		n.stop()

		a, has := w.one(), w.vb365.has["contoso.onmicrosoft.com"]
		if len(w.vb365.has) != 1 || has.AppID != r.Made.AppID || has.Region != "Worldwide" || !has.Exchange || !has.SharePoint ||
			has.Teams || has.TeamsChats {
			t.Errorf("the server has %+v", w.vb365.has)
		}
		if thumb := thumbprintOf(has); !slices.Equal(a.thumbprints, []string{thumb}) || r.Made.Thumbprint != thumb {
			t.Errorf("the app has %v, the request %s and the server %s", a.thumbprints, r.Made.Thumbprint, thumb)
		}
		if r.Made.Connected != "contoso.onmicrosoft.com: Exchange, SharePoint" ||
			r.Steps.Get(workflow.StepConnect).Note != r.Made.Connected ||
			r.Steps.Get(workflow.StepProof).Status != workflow.StepDone {
			t.Errorf("made %+v, steps %+v", r.Made, r.Steps)
		}
		w.shredded(r)
		for _, by := range []people.Person{bea, ada, zoe} {
			if _, _, err := n.Claim(t.Context(), r.ID, by); err == nil {
				t.Errorf("%s opened it", by.Name)
			}
		}
		if slices.ContainsFunc(r.History, func(e workflow.Event) bool { return strings.Contains(e.Text, "Ready") }) || r.Outcomes != 1 {
			t.Errorf("history %+v", r.History)
		}
		w.noSecrets(log.String(), has.PFX.Reveal(), has.Password.Reveal(), "PFX "+r.Made.Thumbprint)
	})
}

func TestACertificateOfTheRequestersIsToldByItsThumbprint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).withServer()
		n := w.boot()
		defer n.stop()
		d := serverDraft("payroll-backup")
		d.Credential, d.Certificate, d.Lifetime = plan.CredentialCertificate, newCertificate(), 0
		r := w.settle(n, w.askServer(n, d).ID, workflow.StateDone)
		has := w.vb365.has["contoso.onmicrosoft.com"]
		if has.Thumbprint != r.Thumbprint() || has.Thumbprint == "" || !has.PFX.IsZero() || r.Made.Connected == "" {
			t.Errorf("the server has %+v, and the request %+v", has, r.Made)
		}
	})
}

func TestWhatTheServerSaysNoToIsShownAndCanBeTriedAgain(t *testing.T) {
	var shreddedOne []string
	for name, on := range map[string]struct {
		do    func(w *world, n *node, r *workflow.Request) error
		state workflow.State
		check func(t *testing.T, w *world, r *workflow.Request)
	}{
		"Retry proves the app again and connects it": {func(w *world, n *node, r *workflow.Request) error {
			w.vb365.refuses = nil
			_, err := n.Retry(t.Context(), r.ID, ada, r.Rev)
			return err
		}, workflow.StateDone, func(t *testing.T, w *world, r *workflow.Request) {
			if thumb := thumbprintOf(w.vb365.has["contoso.onmicrosoft.com"]); !slices.Equal(w.one().thumbprints, []string{thumb}) ||
				r.Made.Connected == "" {
				t.Errorf("the app has %v, and the server %s", w.one().thumbprints, thumb)
			}
			if n := count(w.calls, "proof"); n != 2 {
				t.Errorf("it was proved %d times", n)
			}
			w.shredded(r)
		}},
		"Undo deletes the app and shreds the credential": {func(w *world, n *node, r *workflow.Request) error {
			_, err := n.Undo(t.Context(), r.ID, ada)
			return err
		}, workflow.StateUndone, func(t *testing.T, w *world, r *workflow.Request) {
			if len(w.apps) != 0 || len(w.vb365.has) != 0 {
				t.Errorf("apps %v, server %v", w.apps, w.vb365.has)
			}
			w.shredded(r)
		}},
		"a sign-in that nobody finishes leaves it as it was": {func(w *world, n *node, r *workflow.Request) error {
			_, err := n.Undo(t.Context(), r.ID, ada)
			pass(time.Second)
			n.Cancel(t.Context(), r.ID, ada)
			return err
		}, workflow.StateFailed, func(t *testing.T, w *world, r *workflow.Request) {
			if len(r.Handover.File) == 0 || !strings.Contains(r.Failure.Text, "press Retry or Undo") {
				t.Errorf("it has %+v and says %s", r.Handover, r.Failure.Text)
			}
		}},
		"nobody goes on with it in time, so its key is shredded and Retry makes another": {func(w *world, n *node,
			r *workflow.Request) error {
			old := w.one().thumbprints
			pass(workflow.DefaultPolicy.RevealWithin - time.Minute)
			if len(w.get(r.ID).Handover.File) == 0 {
				t.Error("the key was shredded too early")
			}
			pass(2 * time.Minute)
			late := w.get(r.ID)
			if late.Handover.KeepsSealed() || late.State != workflow.StateFailed {
				t.Errorf("it is %s and still has %+v", late.State, late.Handover)
			}
			w.vb365.refuses = nil
			_, err := n.Retry(t.Context(), r.ID, ada, late.Rev)
			shreddedOne = old
			return err
		}, workflow.StateDone, func(t *testing.T, w *world, r *workflow.Request) {
			if thumb := thumbprintOf(w.vb365.has["contoso.onmicrosoft.com"]); !slices.Equal(w.one().thumbprints, []string{thumb}) ||
				slices.Contains(shreddedOne, thumb) {
				t.Errorf("the app has %v, and the server %s; the key of %v was shredded", w.one().thumbprints, thumb, shreddedOne)
			}
			w.shredded(r)
		}},
		"it is handed over instead": {func(w *world, n *node, r *workflow.Request) error {
			_, err := n.HandOver(t.Context(), r.ID, ada, r.Rev)
			return err
		}, workflow.StateReady, func(t *testing.T, w *world, r *workflow.Request) {
			if r.Plan.Backup.Server != "" || r.Approval.Digest != r.Plan.Digest() || r.Steps.Get(workflow.StepConnect) != nil ||
				len(w.vb365.has) != 0 {
				t.Errorf("the plan has %+v, the steps are %+v", r.Plan.Backup, r.Steps)
			}
			if h := r.Handover; h.Status != workflow.HandoverKept || len(h.File) == 0 {
				t.Errorf("the hand-over is %+v", h)
			}
		}},
		"the server is no longer configured": {func(w *world, n *node, r *workflow.Request) error {
			n.SetBackups(nil)
			w.vb365.refuses = nil
			_, err := n.Retry(t.Context(), r.ID, ada, r.Rev)
			return err
		}, workflow.StateFailed, func(t *testing.T, w *world, r *workflow.Request) {
			if !strings.Contains(r.Failure.Text, "vb365-prod is no longer configured") || len(w.vb365.has) != 0 {
				t.Errorf("it failed with %s", r.Failure.Text)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t).withServer()
				w.vb365.refuses = &workflow.ServiceError{Code: "ParameterValidationFailure",
					Text: "vb365-prod refused to add the organization. It says: “Wrong license”"}
				n := w.boot()
				defer n.stop()
				r := w.askServer(n, serverDraft("payroll-backup"))
				w.approved(n, r.ID)
				r = w.get(r.ID)
				if r.State != workflow.StateFailed ||
					!strings.Contains(r.Failure.Text,
						"“Connect the backup server” failed: vb365-prod refused to add the organization. It says: “Wrong license”") ||
					len(r.Handover.File) == 0 {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if m := w.messages[r.Posts[workflow.PostNamed(workflow.PostOutcome, r.Outcomes)].TS]; m == nil ||
					m.drawn.Failure.Text != r.Failure.Text {
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
				pass(time.Second)
				if w.get(r.ID).State == workflow.StateSignIn {
					w.use(w.codeFor(w.get(r.ID)), nil)
				}
				pass(20 * time.Second)
				r = w.get(r.ID)
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
		w := newWorld(t).withServer()
		w.vb365.refuses = busy{5 * time.Second}
		n := w.boot()
		defer n.stop()
		r := w.askServer(n, serverDraft("payroll-backup"))
		w.approved(n, r.ID)
		if s := w.get(r.ID).Steps.Get(workflow.StepConnect); s.Status != workflow.StepWaiting || s.Note != "waiting for vb365-prod" {
			t.Errorf("the step is %+v", s)
		}
		pass(4 * time.Minute)
		if r := w.get(r.ID); r.State != workflow.StateFailed ||
			!strings.Contains(r.Failure.Text, "vb365-prod did not respond properly for 3 minutes") {
			t.Errorf("it is %s: %s", r.State, r.Failure.Text)
		}
	})
}

func TestWhatDoesNotFitAServerIsSaidUnderItsField(t *testing.T) {
	w := newWorld(t).withServer()
	n := w.boot()
	defer n.stop()
	for name, c := range map[string]struct {
		edit  func(*form.Draft)
		field form.Field
	}{
		"a server that is not configured": {func(d *form.Draft) { d.Backup = "vb365-test" }, form.FieldBackup},
		"a product without services": {func(d *form.Draft) { d.Product, d.Subscriptions = "backup", []string{subscription} },
			form.FieldBackup},
		"a secret": {func(d *form.Draft) { d.Credential, d.Lifetime = plan.CredentialSecret, 720*time.Hour },
			form.FieldCredential},
		"nothing that is backed up": {func(d *form.Draft) { d.Workloads = []string{"reports"} }, form.FieldBackup},
	} {
		d := serverDraft("a")
		c.edit(&d)
		_, err := n.Submit(t.Context(), bea, d)
		if wrong, ok := errors.AsType[form.Errors](err); !ok || wrong[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	plain, with := serverDraft("a"), serverDraft("a")
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
		w := newWorld(t).withServer()
		w.vb365.silent = true
		n := w.boot()
		defer n.stop()
		r := w.askServer(n, serverDraft("payroll-backup"))
		r = w.settle(n, r.ID, workflow.StateDone)
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
