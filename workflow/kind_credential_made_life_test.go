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
)

func TestACertificateThatIsNotTakenIsRevokedAndRetryMakesAnother(t *testing.T) {
	for name, c := range map[string]struct {
		until func(w *world, n *node, id string)
		after time.Duration
		words string
	}{
		"nobody opened the password": {func(*world, *node, string) {}, workflow.DefaultPolicy.RevealWithin,
			"Nobody opened the certificate within 3 days"},
		"Slack never confirmed": {func(_ *world, n *node, id string) { n.Claim(context.Background(), id, bea) }, workflow.ClaimAgain,
			"Slack never confirmed that it showed the certificate"},
		"nobody fetched the file": {func(_ *world, n *node, id string) {
			pass(time.Hour)
			n.Claim(context.Background(), id, bea)
			n.Opened(context.Background(), id, bea)
		}, workflow.DefaultPolicy.RevealWithin, "Nobody fetched the certificate's file within 3 days"},
		"nobody knows whether it arrived": {func(_ *world, n *node, id string) {
			_, given, _ := n.Claim(context.Background(), id, bea)
			n.Opened(context.Background(), id, bea)
			n.FetchFile(context.Background(), tokenOf(given))
		}, workflow.SendFor, "It is not known whether the certificate's file arrived"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				n := w.boot()
				defer n.stop()
				r := w.askMade(n)
				old := r.Made.Thumbprint
				c.until(w, n, r.ID)
				before := w.get(r.ID).Handover
				pass(c.after - 15*time.Second)
				if r := w.get(r.ID); r.State != workflow.StateReady {
					t.Errorf("too early it is %s", r.State)
				}
				pass(time.Minute)
				r = w.get(r.ID)
				if r.State != workflow.StateRevoked || len(r.Handover.Sealed)+len(r.Handover.File) != 0 ||
					!strings.HasPrefix(r.Failure.Text, c.words) {
					t.Fatalf("it is %s: %s", r.State, r.Failure.Text)
				}
				if before.Link != r.Handover.Link {
					t.Error("a late press would not learn why there is no file")
				}
				if _, err := n.Retry(t.Context(), r.ID, ada, r.Rev); err != nil {
					t.Fatal(err)
				}
				r = w.settle(n, r.ID, workflow.StateReady)
				if a := w.one(); r.Made.Thumbprint == old || !slices.Equal(a.thumbprints, []string{r.Made.Thumbprint}) {
					t.Errorf("after Retry the app has %v, want one that is not %s", a.thumbprints, old)
				}
				w.settle(n, r.ID, workflow.StateDone)
			})
		})
	}
}

func TestMoreThanWasApprovedTakesTheMadeCertificateAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signer, w.extra = adaOfAzure(), []string{"Everything"}
		n := w.boot()
		defer n.stop()
		r, _ := n.Submit(t.Context(), bea, madeDraft("payroll-backup"))
		n.Approve(t.Context(), r.ID, ada, w.get(r.ID).Rev)
		pass(time.Second)
		w.use(w.codeFor(w.get(r.ID)), nil)
		pass(time.Minute)
		r = w.get(r.ID)
		if r.State != workflow.StateFailed || r.Failure.Rule != workflow.RuleExcess || len(w.one().thumbprints) != 0 ||
			len(r.Handover.File)+len(r.Handover.Sealed) != 0 || !strings.Contains(r.Failure.Text, "Its certificate was removed") {
			t.Errorf("it is %s (%s), with %v and %+v", r.State, r.Failure.Text, w.one().thumbprints, r.Handover)
		}
		w.one().roles = set.Without(w.one().roles, w.extra)
		w.extra = nil
		again := w.settle(n, r.ID, workflow.StateReady)
		if again.Made.Thumbprint == r.Made.Thumbprint || !slices.Equal(w.one().thumbprints, []string{again.Made.Thumbprint}) {
			t.Errorf("after Retry the app has %v", w.one().thumbprints)
		}
	})
}

func TestARenewedCertificateIsUsedBeforeTheOldOneIsRemoved(t *testing.T) {
	withThePowerCut(t, func(t *testing.T, p *power) {
		w := newWorld(t)
		n := w.boot()
		before := w.settle(n, w.askMade(n).ID, workflow.StateDone)
		p.on(w, n)
		r := w.renews(n, before, madeDraft(""))
		w.settle(n, r.ID, workflow.StateOverlap)
		n = p.again(n)
		r = w.settle(n, r.ID, workflow.StateOverlap)
		if got := w.one().thumbprints; !slices.Equal(got, []string{before.Made.Thumbprint, r.Made.Thumbprint}) ||
			r.Target.Thumbprint != before.Made.Thumbprint {
			t.Errorf("while both are in use the app has %v", got)
		}
		if _, err := n.SayWorks(t.Context(), r.ID, bea); err != nil {
			t.Fatal(err)
		}
		if _, err := n.RemoveOld(t.Context(), r.ID, ada); err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateDone)
		n = p.back(n)
		r = w.settle(n, r.ID, workflow.StateDone)
		pass(time.Second)
		if got := w.one().thumbprints; !slices.Equal(got, []string{r.Made.Thumbprint}) {
			t.Errorf("at the end the app has %v, want %s", got, r.Made.Thumbprint)
		}
		n.stop()
	})
}

func TestUndoOfARenewalRemovesTheMadeCertificateAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.settle(n, w.askMade(n).ID, workflow.StateDone)
		r := w.renews(n, before, madeDraft(""))
		w.people(n, r.ID)
		if got := w.one().thumbprints; len(got) != 2 {
			t.Fatalf("the app has %v", got)
		}
		pass(w.policy.RevealWithin + time.Hour)
		if _, err := n.Undo(t.Context(), r.ID, ada); err != nil {
			t.Fatal(err)
		}
		w.settle(n, r.ID, workflow.StateUndone)
		if got := w.one().thumbprints; !slices.Equal(got, []string{before.Made.Thumbprint}) {
			t.Errorf("the app has %v", got)
		}
	})
}

func TestAMadeCertificateIsRenewedByASecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		before := w.settle(n, w.askMade(n).ID, workflow.StateDone)
		r := w.renews(n, before, draft(""))
		w.settle(n, r.ID, workflow.StateOverlap)
		n.SayWorks(t.Context(), r.ID, bea)
		n.RemoveOld(t.Context(), r.ID, ada)
		w.settle(n, r.ID, workflow.StateDone)
		if a := w.one(); len(a.keys) != 1 || len(a.thumbprints) != 0 {
			t.Errorf("the app has %v and %v", a.keys, a.thumbprints)
		}
	})
}

func TestWithoutAPublicURLAFileIsNotClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r := w.askMade(n)
		_, given, err := w.boot2().Claim(t.Context(), r.ID, bea)
		if refusedBy(err) != workflow.RuleWrongState || !given.IsZero() || !strings.Contains(err.Error(), "public_url") {
			t.Errorf("got %v", err)
		}
		if h := w.get(r.ID).Handover; h.Status != workflow.HandoverKept || h.Link != "" {
			t.Errorf("it is %+v", h)
		}
	})
}

func TestAFileIsSealedForItsRequestAndNotAsItsPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		r := w.askMade(n)
		if _, err := w.key.Open(r.ID, r.Handover.File); !errors.Is(err, seal.ErrWrongKey) {
			t.Errorf("the file opens as a password: %v", err)
		}
		if _, err := w.key.Open(workflow.FileOf(r.ID), r.Handover.Sealed); !errors.Is(err, seal.ErrWrongKey) {
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
