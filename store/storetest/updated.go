package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

var updated = []check{
	{"saves what it leaves, and returns it", func(t *testing.T, s *kit) {
		want := s.create(Pending("a"))
		got := s.change(want.ID, func(r *workflow.Request) { r.State, r.Rev = workflow.StateDenied, 2 })
		want.State, want.Rev = workflow.StateDenied, 2
		same(t, "Update returned", got, want)
		same(t, "Get returned", s.get(want.ID), want)
	}},
	{"can't change the ID or the realm", func(t *testing.T, s *kit) {
		want := s.create(Pending("a"))
		got := s.change(want.ID, func(r *workflow.Request) { r.ID, r.Realm = "EA-7", "elsewhere" })
		same(t, "Update returned", got, want)
		same(t, "Get returned", s.get(want.ID), want)
	}},
	{"that fails saves nothing and says why", func(t *testing.T, s *kit) {
		want := s.create(Pending("a"))
		why := errors.New("why")
		r, err := s.Update(ctx, want.ID, func(r *workflow.Request) error {
			r.State, r.Team, r.History[0].Text = workflow.StateDenied, "CELSE", "spoilt"
			return why
		})
		if r != nil || !errors.Is(err, why) {
			t.Errorf("Update = %v, %v", r, err)
		}
		same(t, "Get returned", s.get(want.ID), want)
		s.lists(workflow.Query{Team: "CELSE"})
	}},
	{"that has nothing to save returns the request as it is kept", func(t *testing.T, s *kit) {
		want := s.create(Pending("a"))
		got, err := s.Update(ctx, want.ID, func(r *workflow.Request) error {
			r.State, r.History[0].Text = workflow.StateDenied, "spoilt"
			return workflow.ErrUnchanged
		})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "Update returned", got, want)
		same(t, "Get returned", s.get(want.ID), want)
	}},
	{"gets the request again each time it is called", func(t *testing.T, s *kit) {
		id := s.create(Pending("a")).ID
		const people, times = 16, 4
		var wg sync.WaitGroup
		for range people {
			wg.Go(func() {
				for range times {
					_, err := s.Update(ctx, id, func(r *workflow.Request) error {
						if r.Rev != len(r.History) {
							t.Errorf("it has seen %d events at revision %d", len(r.History), r.Rev)
						}
						r.Rev++
						r.History = append(r.History, workflow.Event{Kind: workflow.EventReminder, Text: "again"})
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if r := s.get(id); r.Rev != 1+people*times || len(r.History) != r.Rev {
			t.Errorf("after %d updates the revision is %d and there are %d events", people*times, r.Rev, len(r.History))
		}
	}},
	{"is never lost among many at once", func(t *testing.T, s *kit) {
		a, b := s.create(Pending("a")), s.create(Pending("b"))
		const people, times = 32, 8
		var wg sync.WaitGroup
		for i := range people {
			wg.Go(func() {
				id := a.ID
				if i%2 == 1 {
					id = b.ID
				}
				for range times {
					if _, err := s.Update(ctx, id, func(r *workflow.Request) error { r.Rev++; return nil }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, id := range []string{a.ID, b.ID} {
			if got := s.get(id).Rev; got != 1+people*times/2 {
				t.Errorf("%s is at revision %d after %d updates", id, got, people*times/2)
			}
		}
	}},
	{"that is refused leaves those made at the same time alone", func(t *testing.T, s *kit) {
		id := s.create(Pending("a")).ID
		const people = 32
		why := errors.New("why")
		var wg sync.WaitGroup
		for i := range people {
			wg.Go(func() {
				_, err := s.Update(ctx, id, func(r *workflow.Request) error {
					r.Rev++
					if i%2 == 1 {
						return why
					}
					return nil
				})
				if i%2 == 1 != errors.Is(err, why) {
					t.Errorf("update %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if got := s.get(id).Rev; got != 1+people/2 {
			t.Errorf("the revision is %d, want %d", got, 1+people/2)
		}
	}},
	{"shreds what it sets to nothing", func(t *testing.T, s *kit) {
		r := Pending("a")
		r.Handover = workflow.Handover{Status: workflow.HandoverKept, Sealed: seal.Sealed("ciphertext")}
		id := s.create(r).ID
		if got := s.get(id).Handover.Sealed; string(got) != "ciphertext" {
			t.Fatalf("kept %d bytes", len(got))
		}
		s.change(id, func(r *workflow.Request) { r.Handover = workflow.Handover{Status: workflow.HandoverShown} })
		if got := s.get(id).Handover; got.Sealed != nil || got.Status != workflow.HandoverShown {
			t.Errorf("it is %s, and %d bytes are left", got.Status, len(got.Sealed))
		}
	}},
}
