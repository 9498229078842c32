package graphops

import (
	"bytes"
	"cmp"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
)

// certificate makes one.
func (w *world) certificate(name string) certificate.Certificate {
	w.Helper()
	c, _, err := w.dir.MakeCertificate(name, w.now().Add(100*24*time.Hour))
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// behind has a replica answer reads of certificates: each time so many with what
// there was when the last change began.
func (w *world) behind(n int) {
	var now, old []byte
	left := 0
	w.wire = func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodPatch {
			old, left = now, n
			return nil, nil
		}
		if r.Method != http.MethodGet || !strings.Contains(r.URL.RawQuery, "keyCredentials") {
			return nil, nil
		}
		if left > 0 && old != nil {
			left--
			return &http.Response{StatusCode: 200, ContentLength: int64(len(old)),
				Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(old)), Request: r}, nil
		}
		resp, err := w.direct.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		if now, err = io.ReadAll(resp.Body); err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(bytes.NewReader(now))
		return resp, nil
	}
}

func (w *world) thumbprints(appID string) []string {
	a, _ := w.t.Application(appID)
	var all []string
	for _, c := range a.Certificates {
		all = append(all, c.Thumbprint)
	}
	slices.Sort(all)
	return all
}

func TestNoCertificateIsLostToAReplicaThatIsBehind(t *testing.T) {
	for _, n := range []int{0, 1, 5} {
		w := newWorld(t)
		s := w.session("ada")
		objectID, appID, _ := w.made(s, app("keys"))
		w.behind(n)
		a, b, other := w.certificate("a"), w.certificate("b"), w.certificate("other")
		ensure := func(c certificate.Certificate) {
			t.Helper()
			if err := w.patiently(func() error { return certified(s.EnsureCertificate(t.Context(), objectID, "EA-1", c)) }); err != nil {
				t.Fatal(err)
			}
		}
		want := func(when string, cs ...certificate.Certificate) {
			t.Helper()
			var all []string
			for _, c := range cs {
				all = append(all, c.Thumbprint)
			}
			slices.Sort(all)
			if got := w.thumbprints(appID); !slices.Equal(got, all) {
				t.Errorf("%s, %d answers behind: it has %q, want %q", when, n, got, all)
			}
		}
		ensure(a)
		ensure(b)
		want("after two", a, b)

		stranger := w.session("ada") // somebody else, with a session of their own
		if err := w.patiently(func() error {
			return certified(stranger.EnsureCertificate(t.Context(), objectID, "by hand", other))
		}); err != nil {
			t.Fatal(err)
		}
		if err := w.patiently(func() error { return s.RemoveCertificate(t.Context(), objectID, a.Thumbprint) }); err != nil {
			t.Fatal(err)
		}
		want("after one was removed", b, other)
		if err := w.patiently(func() error { return s.RemoveCredentials(t.Context(), objectID, plan.Plan{}) }); err != nil {
			t.Fatal(err)
		}
		want("after all were removed")
	}
}

func TestACertificateThatDoesNotShowIsNotThere(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	objectID, appID, _ := w.made(s, app("keys"))
	w.behind(1)
	a, b := w.certificate("a"), w.certificate("b")
	if err := w.patiently(func() error { return certified(s.EnsureCertificate(t.Context(), objectID, "EA-1", a)) }); err != nil {
		t.Fatal(err)
	}
	if err := w.saw(certified(s.EnsureCertificate(t.Context(), objectID, "EA-1", b))); !isTemporary(err) {
		t.Errorf("the collection does not show it: %v", err)
	}
	if err := certified(s.EnsureCertificate(t.Context(), objectID, "EA-1", b)); err != nil || len(w.thumbprints(appID)) != 2 {
		t.Errorf("it shows: %v, %q", err, w.thumbprints(appID))
	}
}

// A change whose answer was lost may have come to pass or not: the next call finds
// out, and is not put off by what the session thought that it knew.
func TestALostAnswerAboutCertificatesIsNoContradiction(t *testing.T) {
	for _, when := range []entratest.When{entratest.Before, entratest.After} {
		w := newWorld(t)
		s := w.session("ada")
		objectID, appID, _ := w.made(s, app("keys"))
		a, b, c := w.certificate("a"), w.certificate("b"), w.certificate("c")
		for _, step := range []struct {
			what string
			do   func() error
			want []certificate.Certificate
		}{
			{"the first is added", func() error {
				return certified(s.EnsureCertificate(t.Context(), objectID, "EA-1", a))
			}, []certificate.Certificate{a}},
			{"the second is added", func() error {
				return certified(s.EnsureCertificate(t.Context(), objectID, "EA-2", b))
			}, []certificate.Certificate{a, b}},
			{"the first is removed", func() error {
				return s.RemoveCertificate(t.Context(), objectID, a.Thumbprint)
			}, []certificate.Certificate{b}},
			{"the first is added again", func() error {
				return certified(s.EnsureCertificate(t.Context(), objectID, "EA-3", a))
			}, []certificate.Certificate{a, b}},
			{"a third is added", func() error {
				return certified(s.EnsureCertificate(t.Context(), objectID, "EA-4", c))
			}, []certificate.Certificate{a, b, c}},
			{"all are removed", func() error { return s.RemoveCredentials(t.Context(), objectID, plan.Plan{}) }, nil},
		} {
			w.s.Fail("updateApplication", when, http.StatusServiceUnavailable, 1)
			if err := w.saw(step.do()); !isTemporary(err) {
				t.Fatalf("%s: the answer was lost, and it says %v", step.what, err)
			}
			if err := w.saw(step.do()); err != nil {
				t.Fatalf("%s, once more: %v", step.what, err)
			}
			var want []string
			for _, c := range step.want {
				want = append(want, c.Thumbprint)
			}
			slices.Sort(want)
			if got := w.thumbprints(appID); !slices.Equal(got, want) {
				t.Errorf("%s: it has %q, want %q", step.what, got, want)
			}
		}
	}
}

// services.md, sections 1 and 3: keyCredentials is written as a whole, so that the older
// collection of a replica that was behind can win over a write that was accepted. Then it is
// written again, and no certificate of others is lost or comes back.
func TestAWriteOfCertificatesThatComesUndoneIsWrittenAgain(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	obj, appID, _ := w.made(s, app("payroll"))
	other, first, second := w.certificate("other"), w.certificate("first"), w.certificate("second")
	again := func(what string, do func() error) {
		t.Helper()
		began := w.now()
		for err := do(); err != nil; err = do() {
			if !isTemporary(w.saw(err)) || w.now().Sub(began) > workflow.Youth {
				t.Fatalf("%s: %v after %s", what, err, w.now().Sub(began))
			}
			w.later(30 * time.Second)
		}
	}
	ensure := func(c certificate.Certificate) func() error {
		return func() error { return certified(s.EnsureCertificate(t.Context(), obj, "EA-1", c)) }
	}
	again("the others", func() error { return cmp.Or(ensure(other)(), ensure(first)()) })
	for n := range 3 {
		w.t.Change(func(k *entratest.Knobs) { k.KeyWritesUndone = n })
		again("added", ensure(second))
		if got := w.thumbprints(appID); len(got) != 3 {
			t.Errorf("after %d writes that came undone it has %q", n, got)
		}
		w.t.Change(func(k *entratest.Knobs) { k.KeyWritesUndone = n })
		again("removed", func() error { return s.RemoveCertificate(t.Context(), obj, second.Thumbprint) })
		if got := w.thumbprints(appID); len(got) != 2 || !slices.Contains(got, other.Thumbprint) ||
			!slices.Contains(got, first.Thumbprint) {
			t.Errorf("after %d writes that came undone it has %q", n, got)
		}
	}
}
