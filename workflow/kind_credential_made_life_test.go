package workflow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

func TestACertificateThatIsNotTakenIsRevokedAndRetryMakesAnother(t *testing.T) {
	for name, c := range map[string]struct {
		until func(w *workflowtest.World, n *workflowtest.Node, id string)
		after time.Duration
		words string
	}{
		"nobody opened the password": {func(*workflowtest.World, *workflowtest.Node, string) {}, workflow.DefaultPolicy.RevealWithin,
			"Nobody opened the certificate within 3 days"},
		"Slack never confirmed": {func(_ *workflowtest.World, n *workflowtest.Node, id string) {
			n.Claim(context.Background(), id, workflowtest.Bea)
		}, workflow.ClaimAgain,
			"Slack never confirmed that it showed the certificate"},
		"nobody fetched the file": {func(_ *workflowtest.World, n *workflowtest.Node, id string) {
			workflowtest.Pass(time.Hour)
			n.Claim(context.Background(), id, workflowtest.Bea)
			n.Opened(context.Background(), id, workflowtest.Bea)
		}, workflow.DefaultPolicy.RevealWithin, "Nobody fetched the certificate's file within 3 days"},
		"nobody knows whether it arrived": {func(_ *workflowtest.World, n *workflowtest.Node, id string) {
			_, given, _ := n.Claim(context.Background(), id, workflowtest.Bea)
			n.Opened(context.Background(), id, workflowtest.Bea)
			n.FetchFile(context.Background(), workflowtest.TokenOf(given))
		}, workflow.SendFor, "It is not known whether the certificate's file arrived"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				n := w.Boot()
				defer n.Stop()
				r := w.AskMade(n)
				old := r.Made.Thumbprint
				c.until(w, n, r.ID)
				before := w.Get(r.ID).Handover
				workflowtest.Pass(c.after - 15*time.Second)
				if r := w.Get(r.ID); r.State != workflow.StateReady {
					t.Errorf("too early it is %s", r.State)
				}
				workflowtest.Pass(time.Minute)
				r = w.Get(r.ID)
				if r.State != workflow.StateRevoked || len(r.Handover.Sealed)+len(r.Handover.File) != 0 ||
					!strings.HasPrefix(r.Failure.Text, c.words) {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if before.Link != r.Handover.Link {
					t.Error("a late press would not learn why there is no file")
				}
				if _, err := n.Retry(t.Context(), r.ID, workflowtest.Ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				r = w.Settle(n, r.ID, workflow.StateReady)
				if a := w.One(); r.Made.Thumbprint == old || !slices.Equal(a.Thumbprints, []string{r.Made.Thumbprint}) {
					t.Errorf("after Retry the app has %v, want one that is not %s", a.Thumbprints, old)
				}
				w.Settle(n, r.ID, workflow.StateDone)
			})
		})
	}
}

func TestMoreThanWasApprovedTakesTheMadeCertificateAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Signer, w.Extra = workflowtest.AdaOfAzure(), []string{"Everything"}
		n := w.Boot()
		defer n.Stop()
		r, _ := n.Submit(t.Context(), workflowtest.Bea, workflowtest.MadeDraft("payroll-backup"))
		n.Approve(t.Context(), r.ID, workflowtest.Ada, w.Get(r.ID).Rev)
		workflowtest.Pass(time.Second)
		w.Use(w.CodeFor(w.Get(r.ID)), nil)
		workflowtest.Pass(time.Minute)
		r = w.Get(r.ID)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess || len(w.One().Thumbprints) != 0 ||
			len(r.Handover.File)+len(r.Handover.Sealed) != 0 || !strings.Contains(r.Failure.Text, "Its certificate was removed") {
			t.Errorf("it is %s (%s), with %v and %+v", r.State, r.Failure.Text, w.One().Thumbprints, r.Handover)
		}
		w.One().Roles = set.Without(w.One().Roles, w.Extra)
		w.Extra = nil
		again := w.Settle(n, r.ID, workflow.StateReady)
		if again.Made.Thumbprint == r.Made.Thumbprint || !slices.Equal(w.One().Thumbprints, []string{again.Made.Thumbprint}) {
			t.Errorf("after Retry the app has %v", w.One().Thumbprints)
		}
	})
}

func TestARenewedCertificateIsUsedBeforeTheOldOneIsRemoved(t *testing.T) {
	workflowtest.WithThePowerCut(t, func(t *testing.T, p *workflowtest.Power) {
		w := workflowtest.New(t)
		n := w.Boot()
		before := w.Settle(n, w.AskMade(n).ID, workflow.StateDone)
		p.On(w, n)
		r := w.Renews(n, before, workflowtest.MadeDraft(""))
		w.Settle(n, r.ID, workflow.StateOverlap)
		n = p.Again(n)
		r = w.Settle(n, r.ID, workflow.StateOverlap)
		if got := w.One().Thumbprints; !slices.Equal(got, []string{before.Made.Thumbprint, r.Made.Thumbprint}) ||
			r.Target.Thumbprint != before.Made.Thumbprint {
			t.Errorf("while both are in use the app has %v", got)
		}
		if _, err := n.SayWorks(t.Context(), r.ID, workflowtest.Bea); err != nil {
			t.Fatal(err)
		}
		if _, err := n.RemoveOld(t.Context(), r.ID, workflowtest.Ada); err != nil && !errors.Is(err, workflowtest.ErrPower) {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateDone)
		n = p.Back(n)
		if w.Get(r.ID).State == workflow.StateLeftover { // the power went before she could press
			if _, err := n.RemoveOld(t.Context(), r.ID, workflowtest.Ada); err != nil {
				t.Fatal(err)
			}
		}
		r = w.Settle(n, r.ID, workflow.StateDone)
		workflowtest.Pass(time.Second)
		if got := w.One().Thumbprints; !slices.Equal(got, []string{r.Made.Thumbprint}) {
			t.Errorf("at the end the app has %v, want %s", got, r.Made.Thumbprint)
		}
		n.Stop()
	})
}

func TestUndoOfARenewalRemovesTheMadeCertificateAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.Settle(n, w.AskMade(n).ID, workflow.StateDone)
		r := w.Renews(n, before, workflowtest.MadeDraft(""))
		w.People(n, r.ID)
		if got := w.One().Thumbprints; len(got) != 2 {
			t.Fatalf("the app has %v", got)
		}
		workflowtest.Pass(w.Policy.RevealWithin + time.Hour)
		if _, err := n.Undo(t.Context(), r.ID, workflowtest.Ada); err != nil {
			t.Fatal(err)
		}
		w.Settle(n, r.ID, workflow.StateUndone)
		if got := w.One().Thumbprints; !slices.Equal(got, []string{before.Made.Thumbprint}) {
			t.Errorf("the app has %v", got)
		}
	})
}

func TestAMadeCertificateIsRenewedByASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		before := w.Settle(n, w.AskMade(n).ID, workflow.StateDone)
		r := w.Renews(n, before, workflowtest.Draft(""))
		w.Settle(n, r.ID, workflow.StateOverlap)
		n.SayWorks(t.Context(), r.ID, workflowtest.Bea)
		n.RemoveOld(t.Context(), r.ID, workflowtest.Ada)
		w.Settle(n, r.ID, workflow.StateDone)
		if a := w.One(); len(a.Keys) != 1 || len(a.Thumbprints) != 0 {
			t.Errorf("the app has %v and %v", a.Keys, a.Thumbprints)
		}
	})
}

func TestWithoutAPublicURLAFileIsNotClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.AskMade(n)
		_, given, err := w.Boot2().Claim(t.Context(), r.ID, workflowtest.Bea)
		if refusedBy(err) != workflow.RuleWrongState || !given.IsZero() || !strings.Contains(err.Error(), "public_url") {
			t.Errorf("got %v", err)
		}
		if h := w.Get(r.ID).Handover; h.Status != workflow.HandoverKept || h.Link != "" {
			t.Errorf("it is %+v", h)
		}
	})
}

func TestAFileIsSealedForItsRequestAndNotAsItsPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		r := w.AskMade(n)
		if _, err := w.Key.Open(r.ID, r.Handover.File); err == nil {
			t.Errorf("the file opens as a password: %v", err)
		}
		if _, err := w.Key.Open(workflow.FileOf(r.ID), r.Handover.Sealed); err == nil {
			t.Errorf("the password opens as a file: %v", err)
		}
	})
}

func TestWhatIsHandedOverCannotPrintItself(t *testing.T) {
	s := seal.New("hunter2")
	for _, v := range []any{workflow.PFX{s, s}, workflow.Proof{s, workflow.PFX{s, s}}, workflow.Disclosure{s, s}, &workflow.Disclosure{s,
		s},
		workflow.Handover{Sealed: seal.Sealed("hunter2"), File: seal.Sealed("hunter2")}} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		j, _ := json.Marshal(v)
		for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v), string(j), log.String()} {
			if strings.Contains(text, "hunter2") || strings.Contains(text, fmt.Sprintf("%x", "hunter2")) {
				t.Errorf("%T printed itself: %s", v, text)
			}
		}
	}
}
