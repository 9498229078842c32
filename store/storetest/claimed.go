package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

// again is another form that asks for the same name.
func again(name string) *workflow.Request {
	r := Pending(name)
	r.Origin = "V-again"
	return r
}

var claimed = []check{
	{"on a name is held by the request that came first, in any case", func(t *testing.T, s *kit) {
		first := s.create(Pending("payroll backup"))
		_, err := s.Create(ctx, again("Payroll BACKUP"))
		refuses(t, err, workflow.NameClaim("contoso", "payroll backup"), first)
		s.lists(workflow.Query{}, first)
	}},
	{"that was refused costs no ID", func(t *testing.T, s *kit) {
		s.create(Pending("a"))
		s.Create(ctx, again("a"))
		if r := s.create(Pending("b")); r.ID != "EA-2" {
			t.Errorf("the next request is %s", r.ID)
		}
	}},
	{"on a name holds in its own tenant", func(t *testing.T, s *kit) {
		s.create(Pending("a"))
		elsewhere := again("a")
		elsewhere.Tenant = "fabrikam"
		s.create(elsewhere)
	}},
	{"on a name is held in every state that holds it, and free in every other", func(t *testing.T, s *kit) {
		first := s.create(Pending("a"))
		for _, state := range workflow.States {
			s.change(first.ID, func(r *workflow.Request) { r.State = state })
			r := again("a")
			r.Origin = "V-" + string(state)
			second, err := s.Create(ctx, r)
			if state.HoldsName() {
				refuses(t, err, workflow.NameClaim("contoso", "a"), first)
				continue
			}
			if err != nil {
				t.Errorf("%s: the name is not free: %v", state, err)
				continue
			}
			_, err = s.Update(ctx, first.ID, func(r *workflow.Request) error { r.State = workflow.StatePending; return nil })
			refuses(t, err, workflow.NameClaim("contoso", "a"), second)
			s.change(second.ID, func(r *workflow.Request) { r.State = workflow.StateDenied })
		}
	}},
	{"on a form is held for ever, so that it makes one request", func(t *testing.T, s *kit) {
		first := s.create(Pending("a"))
		s.change(first.ID, func(r *workflow.Request) { r.State = workflow.StateDenied })
		_, err := s.Create(ctx, Pending("a"))
		refuses(t, err, "origin:V-a", first)
	}},
	{"is free again once its request has another", func(t *testing.T, s *kit) {
		first := s.create(Pending("a"))
		s.change(first.ID, func(r *workflow.Request) { r.Plan.AppName = "b" })
		s.create(again("a"))
		third := Pending("b")
		third.Origin = "V-third"
		_, err := s.Create(ctx, third)
		refuses(t, err, workflow.NameClaim("contoso", "b"), first)
	}},
	{"that an update can't have leaves the request as it was", func(t *testing.T, s *kit) {
		first, second := s.create(Pending("a")), s.create(Pending("b"))
		_, err := s.Update(ctx, second.ID, func(r *workflow.Request) error {
			r.Plan.AppName, r.Team, r.Rev = "a", "CELSE", 9
			return nil
		})
		refuses(t, err, workflow.NameClaim("contoso", "a"), first)
		same(t, "Get returned", s.get(second.ID), second)
		s.lists(workflow.Query{Team: "CELSE"})
		s.lists(workflow.Query{Text: "b"}, second)
	}},
	{"is taken by one of many that want it at once", func(t *testing.T, s *kit) {
		const people = 16
		var wg sync.WaitGroup
		won, lost := make(chan string, people), make(chan string, people)
		for i := range people {
			wg.Go(func() {
				r := Pending("the one")
				r.Origin = "V-" + string(rune('a'+i))
				kept, err := s.Create(ctx, r)
				if taken, ok := errors.AsType[*workflow.ClaimedError](err); ok {
					lost <- taken.By
				} else if err != nil {
					t.Error(err)
				} else {
					won <- kept.ID
				}
			})
		}
		wg.Wait()
		close(lost)
		if len(won) != 1 {
			t.Fatalf("%d requests have the name", len(won))
		}
		winner := <-won
		for by := range lost {
			if by != winner {
				t.Errorf("somebody was told that %s has it, and %s does", by, winner)
			}
		}
	}},
	{"is taken by one of two updates that want it at once", func(t *testing.T, s *kit) {
		a, b := s.create(Pending("a")), s.create(Pending("b"))
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, id := range []string{a.ID, b.ID} {
			wg.Go(func() {
				_, errs[i] = s.Update(ctx, id, func(r *workflow.Request) error { r.Plan.AppName = "the one"; return nil })
			})
		}
		wg.Wait()
		switch {
		case errs[0] == nil:
			refuses(t, errs[1], workflow.NameClaim("contoso", "the one"), a)
		case errs[1] == nil:
			refuses(t, errs[0], workflow.NameClaim("contoso", "the one"), b)
		default:
			t.Errorf("neither has it: %v, %v", errs[0], errs[1])
		}
	}},
}
