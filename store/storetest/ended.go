package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/entra-app/entra-app/workflow"
)

var ended = []check{
	{"does nothing for a caller who has gone", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		gone, cancel := context.WithCancel(ctx)
		cancel()
		_, err := s.Create(gone, Pending("b"))
		wants(t, "Create", err, context.Canceled)
		_, err = s.Get(gone, r.ID)
		wants(t, "Get", err, context.Canceled)
		_, err = s.Update(gone, r.ID, func(*workflow.Request) error { t.Error("change was called"); return nil })
		wants(t, "Update", err, context.Canceled)
		_, err = s.List(gone, workflow.Query{})
		wants(t, "List", err, context.Canceled)
		_, err = s.Link(gone, "UBEA", tenantA)
		wants(t, "Link", err, context.Canceled)
		_, err = s.Links(gone)
		wants(t, "Links", err, context.Canceled)
		wants(t, "PutLink", s.PutLink(gone, link("UBEA", tenantA, "o1")), context.Canceled)
		wants(t, "DropLink", s.DropLink(gone, "UBEA", tenantA), context.Canceled)
		s.allLinks()
		s.lists(workflow.Query{}, r)
	}},
	{"says no after it was closed, and may be closed again", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Create(ctx, Pending("b")); err == nil {
			t.Error("Create worked")
		}
		if _, err := s.Get(ctx, r.ID); err == nil {
			t.Error("Get worked")
		}
		if _, err := s.Update(ctx, r.ID, func(*workflow.Request) error { return nil }); err == nil {
			t.Error("Update worked")
		}
		if _, err := s.List(ctx, workflow.Query{}); err == nil {
			t.Error("List worked")
		}
		if _, err := s.Link(ctx, "UBEA", tenantA); err == nil || errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("Link: %v", err)
		}
		if _, err := s.Links(ctx); err == nil {
			t.Error("Links worked")
		}
		if s.PutLink(ctx, link("UBEA", tenantA, "o1")) == nil {
			t.Error("PutLink worked")
		}
		if err := s.DropLink(ctx, "UBEA", tenantA); err == nil || errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("DropLink: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	}},
	{"finishes what is under way before it closes", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		begun, closing := make(chan bool), make(chan bool)
		var once sync.Once
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := s.Update(ctx, r.ID, func(r *workflow.Request) error {
				once.Do(func() { close(begun); <-closing })
				r.Rev++
				return nil
			})
			if err != nil {
				t.Errorf("the update that was under way: %v", err)
			}
		})
		<-begun
		wg.Go(func() {
			close(closing)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
	}},
}

func wants(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// Reopen checks a store that is a file: what it has said yes to is there when
// the file is opened again, and in any copy that is taken of the file meanwhile.
// Each call of open opens the store at path; copied takes such a copy.
func Reopen(t *testing.T, path string, open func(t *testing.T, path string) workflow.Store, copied func(t *testing.T) (path string)) {
	s := &kit{t, open(t, path)}
	name := workflow.NameClaim("contoso", "a")
	check := func(t *testing.T, s *kit, a, b *workflow.Request) {
		t.Helper()
		same(t, "Get returned", s.get(a.ID), a)
		same(t, "Get returned", s.get(b.ID), b)
		s.lists(workflow.Query{}, b, a)
		s.lists(workflow.Query{State: a.State}, a)
		_, err := s.Create(ctx, again("a"))
		refuses(t, err, name, a)
		s.allLinks(link("UBEA", tenantA, "o1"))
	}
	s.put(link("UBEA", tenantA, "o1"))
	a := s.create(Pending("a"))
	b := s.create(Pending("b"))
	a = s.change(a.ID, func(r *workflow.Request) { r.State, r.Rev = workflow.StateReady, 2 })
	t.Run("a store that lost its power keeps all that it said yes to", func(t *testing.T) {
		after := &kit{t, open(t, copied(t))}
		check(t, after, a, b)
		if c := after.create(Pending("c")); c.ID != "EA-3" {
			t.Errorf("the next request is %s", c.ID)
		}
	})
	t.Run("a store that is opened again is as it was left", func(t *testing.T) {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		after := &kit{t, open(t, path)}
		check(t, after, a, b)
		if c := after.create(Pending("c")); c.ID != "EA-3" || c.Realm != a.Realm {
			t.Errorf("the next request is %s of %s, not EA-3 of %s", c.ID, c.Realm, a.Realm)
		}
	})
}
