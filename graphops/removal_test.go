package graphops

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

// What was said to be removed is removed, though replicas are behind: services.md, section 1.

// removalSeeds plays one game on many seeds, with every way to make a credential that is handed over.
func removalSeeds(t *testing.T, fits func(way) bool, play func(*game)) {
	t.Helper()
	someSeeds(t, *removals, fits, play)
}

func someSeeds(t *testing.T, n int, fits func(way) bool, play func(*game)) {
	var fitting []way
	for _, w := range ways() {
		if w.product.Custom && fits(w) {
			fitting = append(fitting, w)
		}
	}
	for seed := range uint64(n) {
		of := fitting[seed%uint64(len(fitting))]
		var log bytes.Buffer
		var g *game
		synctest.Test(t, func(t *testing.T) {
			g = &game{seedWorld: newSeedWorld(t, seed, &log), way: of, name: "payroll"}
			g.played(play)
			g.running()
		})
		if len(g.broken) > 0 {
			t.Errorf("seed %d, %s: %s", seed, of.credential, strings.Join(g.broken, "\n  "))
			if testing.Verbose() {
				t.Log(log.String())
			}
		}
	}
}

// until waits for a request to be as it should.
func (g *game) until(id string, is func(*workflow.Request) bool) *workflow.Request {
	for began := time.Now(); ; time.Sleep(500 * time.Millisecond) {
		r, err := g.desk.Get(g.t.Context(), id)
		g.must(err)
		if is(r) {
			return r
		}
		if time.Since(began) > 3*time.Hour {
			g.no("%s is still %s: %s", id, r.State, r.Failure.Text)
			panic(over{})
		}
	}
}

// grantMail is somebody who grants an app more than was approved.
func (g *game) grantMail(servicePrincipal string) {
	mail, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Mail.Read")
	g.hand(plan.Plan{Permissions: []plan.Permission{mail}}, func(s workflow.Session) {
		err := s.EnsureConsent(g.t.Context(), servicePrincipal, []plan.Permission{mail})
		for try := 0; err != nil && try < 100; try++ {
			time.Sleep(time.Second)
			err = s.EnsureConsent(g.t.Context(), servicePrincipal, []plan.Permission{mail})
		}
		g.must(err)
	})
}

// credentials of the only app.
func (g *game) live() []string {
	var all []string
	for _, a := range g.apps() {
		for _, p := range a.Passwords {
			all = append(all, "secret "+p.KeyID)
		}
		for _, c := range a.Certificates {
			all = append(all, "certificate "+c.Thumbprint)
		}
	}
	return all
}

func (g *game) drawn() form.Draft {
	d := g.draft()
	d.Permissions = []string{"graph:Application:Group.Read.All"}
	return d
}

func TestAnAlarmThatSaysTheCredentialWasRemovedIsTrue(t *testing.T) {
	expires := func(w way) bool { return secretly(w) || w.credential == plan.CredentialCertificate }
	alarms := 0
	removalSeeds(t, expires, func(g *game) {
		g.lags()
		r, err := g.desk.Submit(g.t.Context(), bea, g.drawn())
		id := g.approve(r, err)
		r = g.until(id, func(r *workflow.Request) bool { return r.Made.ServicePrincipal != "" })
		time.Sleep(time.Duration(g.chance.IntN(20)) * time.Second)
		g.grantMail(r.Made.ServicePrincipal)
		r = g.until(id, func(r *workflow.Request) bool {
			return r.State == workflow.StateFailed || r.State == workflow.StateReady || r.State == workflow.StateDone
		})
		if r.State != workflow.StateFailed || !strings.Contains(r.Failure.Text, "ALARM") {
			return // it was granted too late to be seen
		}
		alarms++
		live := g.live()
		if strings.Contains(r.Failure.Text, "was removed") && len(live) > 0 {
			g.no("%s\n  and it has %q", r.Failure.Text, live)
		}
		if strings.Contains(r.Failure.Text, "could not be removed") {
			g.no("%s", r.Failure.Text)
		}
	})
	if alarms == 0 {
		t.Error("there was no alarm")
	}
}

func TestAnUndoneRenewalLeavesTheOldCredentialOnly(t *testing.T) {
	removalSeeds(t, secretly, func(g *game) {
		g.maybeYoung()
		old := g.sold()
		g.lags()
		r, err := g.desk.Renew(g.t.Context(), bea, old.ID, g.drawn())
		id := g.approve(r, err)
		r = g.until(id, func(r *workflow.Request) bool { return r.Made.KeyID+r.Made.Thumbprint != "" })
		g.grantMail(r.Made.ServicePrincipal)
		ended := func(r *workflow.Request) bool {
			return r.State == workflow.StateFailed || r.State == workflow.StateReady
		}
		if r = g.until(id, ended); r.State == workflow.StateReady {
			return // it was granted too late to be seen
		}
		_, err = g.desk.Undo(g.t.Context(), id, ada)
		g.must(err)
		r = g.until(id, func(r *workflow.Request) bool {
			return r.State == workflow.StateUndone || r.State == workflow.StateFailed
		})
		if r.State == workflow.StateFailed {
			g.no("the undo failed: %s", r.Failure.Text)
		}
		if live := g.live(); !slices.Equal(live, g.credentialOf(old)) {
			g.no("%s with %q, want %q", r.State, live, g.credentialOf(old))
		}
	})
}

// A restored app gets no certificate back from a replica that has not heard of its end.
func TestARestoredAppHasNoCertificateButItsOwn(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	objectID, appID, _ := w.made(s, app("keys"))
	old, ours := w.certificate("old"), w.certificate("ours")
	if err := w.patiently(func() error { return certified(s.EnsureCertificate(t.Context(), objectID, "EA-1", old)) }); err != nil {
		t.Fatal(err)
	}
	later := w.session("ada").(*session) // it has seen none removed
	later.Ask.Restored = true
	if err := w.patiently(func() error { return certified(later.EnsureCertificate(t.Context(), objectID, "EA-2", ours)) }); err != nil {
		t.Fatal(err)
	}
	if got := w.thumbprints(appID); !slices.Equal(got, []string{ours.Thumbprint}) {
		t.Errorf("it has %q, want %s", got, ours.Thumbprint)
	}
}

// services.md, section 1: a removal that was turned away did nothing. So what it was about is
// not gone because a replica, a while later, does not see it.
func TestARemovalThatWasRefusedIsNotDone(t *testing.T) {
	turnedAway := map[string]func(*world, string){
		"throttled": func(w *world, op string) { w.s.Fail(op, entratest.Before, http.StatusTooManyRequests, 1) },
		"nobody was reached": func(w *world, _ string) {
			w.wire = func(*http.Request) (*http.Response, error) {
				w.wire = nil
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
			}
		},
	}
	for name, turned := range turnedAway {
		for op, remove := range map[string]func(s workflow.Session, id, ada string) error{
			"removeOwner":               func(s workflow.Session, id, ada string) error { return s.RemoveOwner(t.Context(), id, ada) },
			"deleteFederatedCredential": func(s workflow.Session, id, _ string) error { return s.RemoveFederated(t.Context(), id, "EA-1") },
		} {
			t.Run(op+", "+name, func(t *testing.T) {
				w := newWorld(t)
				s := w.session("ada").(*session)
				id, _, _ := w.made(s, app("payroll"))
				s.Ask.Changed = w.now()
				turned(w, op)
				if err := w.saw(remove(s, id, s.Signer().ObjectID)); !isTemporary(err) {
					t.Fatalf("turned away: %v", err)
				}
				w.later(2 * memory.LostLooks)
				w.s.Fail(op, entratest.Before, http.StatusNotFound, 1)
				if err := w.saw(remove(s, id, s.Signer().ObjectID)); !isTemporary(err) {
					t.Errorf("not seen: %v", err)
				}
			})
		}
	}
}

// services.md, section 1: that something was seen once does not make a later answer without
// it true. Its removal was turned away, or its answer was lost a moment ago.
func TestWhatWasSeenOnceIsStillLookedForWhereItsRemovalDidNotHappen(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada", all...).(*session)
			a := app("payroll")
			a.Scopes = []plan.Scope{{Name: "staff.read", Title: "Read staff", Words: "Reads staff."}}
			id, appID, _ := w.made(s, a)
			c := w.certificate("payroll")
			exposed, certified := s.ExposeScopes(t.Context(), id, appID, a), certified(s.EnsureCertificate(t.Context(), id, "EA-1", c))
			if w.saw(exposed) != nil || w.saw(certified) != nil {
				t.Fatal(exposed, certified)
			}
			s = w.session("ada", all...).(*session) // another sign-in, to undo it
			s.Ask.Changed = w.now()
			removals := map[string]func() error{
				"oauth2PermissionScopes": func() error { return last(s.RemoveScopes(t.Context(), id, appID, a, true)) },
				"keyCredentials": func() error {
					return s.RemoveCredentials(t.Context(), id, plan.Plan{Credential: plan.Credential{
						Kind: plan.CredentialCertificate}})
				},
			}
			for of, remove := range removals {
				w.s.Fail("updateApplication", entratest.Before, status, 1)
				if err := w.saw(remove()); !isTemporary(err) {
					t.Fatalf("%s, the first time: %v", of, err)
				}
				w.rewritten(func(path, _ string) bool { return strings.HasSuffix(path, "/applications/"+id) },
					func(status int, body string) (int, string) {
						var o object
						if json.Unmarshal([]byte(body), &o) != nil {
							return status, body
						}
						if o[of] != nil {
							o[of] = json.RawMessage("[]")
						}
						if api := o.part("api"); api[of] != nil {
							api[of] = json.RawMessage("[]")
							o.set("api", api)
						}
						return status, string(encode(o))
					})
				if err := w.saw(remove()); !isTemporary(err) {
					t.Errorf("%s, from a replica without it: %v", of, err)
				}
				w.wire = nil
				if err := w.patiently(remove); err != nil {
					t.Errorf("%s, at last: %v", of, err)
				}
			}
			if got, _ := w.t.Application(appID); len(got.Exposed)+len(got.Certificates) != 0 {
				t.Errorf("it has %v and %v", got.Exposed, got.Certificates)
			}
		})
	}
}
