package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

var kept = []check{
	{"gets an ID that people can type, one after another", func(t *testing.T, s *kit) {
		for i, want := range []string{"EA-1", "EA-2", "EA-3"} {
			if r := s.create(Pending("app " + want)); r.ID != want {
				t.Errorf("request %d is called %s", i+1, r.ID)
			}
		}
	}},
	{"gets the realm of its store, which is eight characters for ever", func(t *testing.T, s *kit) {
		a, b := s.create(Pending("a")), s.create(Pending("b"))
		if len(a.Realm) != 8 || a.Realm != b.Realm || s.get(a.ID).Realm != a.Realm {
			t.Errorf("realms are %q and %q, then %q", a.Realm, b.Realm, s.get(a.ID).Realm)
		}
	}},
	{"comes back as it was created", func(t *testing.T, s *kit) {
		r := Pending("payroll-backup")
		got := s.create(r)
		r.ID, r.Realm = got.ID, got.Realm
		same(t, "Create returned", got, r)
		same(t, "Get returned", s.get(got.ID), r)
	}},
	{"keeps every field that it has", func(t *testing.T, s *kit) {
		r := Full()
		got := s.create(r)
		r.ID, r.Realm = got.ID, got.Realm
		same(t, "Get returned", s.get(got.ID), r)
		other := s.create(Pending("other"))
		got = s.change(other.ID, func(o *workflow.Request) {
			r := r.Clone()
			r.Origin, r.Tenant, r.Plan.Credential.Certificate.Fingerprint, r.Target.UniqueName = "another", "another", "another", "another"
			*o = *r
		})
		r.ID, r.Origin, r.Tenant, r.Plan.Credential.Certificate.Fingerprint, r.Target.UniqueName = other.ID, "another", "another",
			"another", "another"
		same(t, "Update returned", got, r)
		same(t, "Get returned after Update", s.get(other.ID), r)
	}},
	{"keeps the digest of a plan, whether a part of it is empty or missing", func(t *testing.T, s *kit) {
		missing, empty := Pending("missing"), Pending("empty")
		missing.Plan.RedirectURIs, missing.Plan.Permissions = nil, nil
		empty.Plan.RedirectURIs, empty.Plan.Permissions = []string{}, []plan.Permission{}
		for _, r := range []*workflow.Request{missing, empty} {
			if got := s.get(s.create(r).ID); got.Plan.Digest() != r.Plan.Digest() {
				t.Errorf("%s: the digest is another one", r.Plan.AppName)
			}
		}
	}},
	{"keeps times to the nanosecond, in UTC, and zero times as zero", func(t *testing.T, s *kit) {
		r := Pending("a")
		r.Created = noon.In(time.FixedZone("CEST", 7200))
		r.WakeAt = time.Time{}
		got := s.get(s.create(r).ID)
		if !got.Created.Equal(noon) || got.Created.Location() != time.UTC || got.WakeAt != (time.Time{}) {
			t.Errorf("times came back as %v and %v", got.Created, got.WakeAt)
		}
	}},
	{"is not changed by what the caller does with it later", func(t *testing.T, s *kit) {
		mine := Pending("a")
		created := s.create(mine)
		want := s.get(created.ID)
		spoil := func(r *workflow.Request) {
			r.State = "spoilt"
			r.History[0].Text = "spoilt"
			r.Plan.Permissions[0].Name = "spoilt"
			r.Plan.RedirectURIs[0] = "spoilt"
			r.Posts["spoilt"] = workflow.Post{}
		}
		spoil(mine)
		spoil(created)
		spoil(s.get(created.ID))
		var held *workflow.Request
		updated := s.change(created.ID, func(r *workflow.Request) { r.Rev++; held = r })
		want.Rev++
		spoil(held)
		spoil(updated)
		listed, err := s.List(ctx, workflow.Query{})
		if err != nil || len(listed) != 1 {
			t.Fatalf("List: %d requests, %v", len(listed), err)
		}
		spoil(listed[0])
		same(t, "Get returned", s.get(created.ID), want)
	}},
	{"is not found where there is none of that ID", func(t *testing.T, s *kit) {
		s.create(Pending("a"))
		for _, id := range []string{"", "EA-", "EA-0", "EA-2", "EA-01", "EA-+1", "EA--1", "EA-1 ", "ea-1", "1", "EA-1x",
			"EA-99999999999999999999", "EA-18446744073709551615", "\x00"} {
			if r, err := s.Get(ctx, id); !errors.Is(err, workflow.ErrNotFound) || r != nil {
				t.Errorf("Get(%q) = %v, %v", id, r, err)
			}
			_, err := s.Update(ctx, id, func(*workflow.Request) error { t.Errorf("%q was changed", id); return nil })
			if !errors.Is(err, workflow.ErrNotFound) {
				t.Errorf("Update(%q): %v", id, err)
			}
		}
	}},
	{"is created by many at once, each with an ID of its own", func(t *testing.T, s *kit) {
		const people = 32
		ids := make([]string, people)
		var wg sync.WaitGroup
		for i := range people {
			wg.Go(func() {
				r, err := s.Create(ctx, Pending("app "+string(rune('A'+i))))
				if err != nil {
					t.Error(err)
					return
				}
				ids[i] = r.ID
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for i, id := range ids {
			if seen[id] {
				t.Errorf("%s was given twice", id)
			}
			seen[id] = true
			if got := s.get(id).Plan.AppName; got != "app "+string(rune('A'+i)) {
				t.Errorf("%s is %s", id, got)
			}
		}
	}},
}
