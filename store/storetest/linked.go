package storetest

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/identity"
)

// The tenants of links; IDs are GUIDs, whose case says nothing.
const (
	tenantA = "72aa0d83-624a-4ebf-a683-1b9b45548610"
	tenantB = "0f1e2d3c-4b5a-4968-8776-655443322110"
)

func link(slack, tenantID, objectID string) identity.Link {
	return identity.Link{Slack: slack, TenantID: tenantID, ObjectID: objectID, At: noon, How: identity.ByDeviceCode}
}

func (s *kit) put(l identity.Link) {
	s.t.Helper()
	if err := s.PutLink(ctx, l); err != nil {
		s.t.Fatalf("PutLink(%s): %v", l.Key(), err)
	}
}

// linked checks which account somebody is linked to; an empty one is none.
func (s *kit) linked(slack, tenantID, objectID string) {
	s.t.Helper()
	l, err := s.Link(ctx, slack, tenantID)
	if objectID == "" {
		wants(s.t, "Link", err, workflow.ErrNotFound)
		return
	}
	if err != nil || l.ObjectID != objectID {
		s.t.Errorf("Link(%s, %s) = %+v, %v; want %s", slack, tenantID, l, err, objectID)
	}
}

func (s *kit) allLinks(want ...identity.Link) {
	s.t.Helper()
	got, err := s.Links(ctx)
	if err != nil || !reflect.DeepEqual(got, want) {
		s.t.Errorf("Links: %+v, %v; want %+v", got, err, want)
	}
}

// RunLinks checks the part of a store that keeps who is who. Run does so too.
func RunLinks(t *testing.T, open func(t *testing.T) workflow.Store) {
	for _, c := range linked {
		t.Run(c.promise, func(t *testing.T) { c.holds(t, &kit{t, open(t)}) })
	}
}

var linked = []check{
	{"is kept with all that it says, and nothing else is there", func(t *testing.T, s *kit) {
		s.linked("UBEA", tenantA, "")
		s.allLinks()
		l := link("UBEA", tenantA, "o1")
		s.put(l)
		if got, err := s.Link(ctx, "UBEA", tenantA); err != nil || got != l {
			t.Errorf("Link: %+v, %v; want %+v", got, err, l)
		}
		s.allLinks(l)
		s.lists(workflow.Query{})
	}},
	{"is of one Slack account and one tenant", func(t *testing.T, s *kit) {
		s.put(link("UBEA", tenantA, "o1"))
		s.put(link("UBEA", tenantB, "o2"))
		s.put(link("UBEAT", tenantA, "o3"))
		s.linked("UBEA", tenantA, "o1")
		s.linked("UBEA", "72AA0D83-624A-4EBF-A683-1B9B45548610", "o1")
		s.linked("UBEA", tenantB, "o2")
		s.linked("UBEAT", tenantA, "o3")
		s.linked("UBE", tenantA, "")
		s.linked("UBEAT", tenantB, "")
		s.linked("ubea", tenantA, "")
	}},
	{"replaces an earlier one of the same person and tenant", func(t *testing.T, s *kit) {
		s.put(link("UBEA", tenantA, "o1"))
		l := link("UBEA", "72AA0D83-624A-4EBF-A683-1B9B45548610", "o2")
		l.At = noon.Add(time.Hour)
		s.put(l)
		s.allLinks(l)
	}},
	{"may be to an account that another Slack account is linked to", func(t *testing.T, s *kit) {
		s.put(link("UBEA", tenantA, "o1"))
		s.put(link("UBEA2", tenantA, "o1"))
		s.allLinks(link("UBEA", tenantA, "o1"), link("UBEA2", tenantA, "o1"))
	}},
	{"is removed, and no other with it", func(t *testing.T, s *kit) {
		s.put(link("UBEA", tenantA, "o1"))
		s.put(link("UBEA", tenantB, "o1"))
		if err := s.DropLink(ctx, "UBEA", "72AA0D83-624A-4EBF-A683-1B9B45548610"); err != nil {
			t.Fatal(err)
		}
		s.linked("UBEA", tenantA, "")
		s.linked("UBEA", tenantB, "o1")
		wants(t, "DropLink once more", s.DropLink(ctx, "UBEA", tenantA), workflow.ErrNotFound)
		s.put(link("UBEA", tenantA, "o2"))
		s.linked("UBEA", tenantA, "o2")
	}},
	{"is not kept without one of its parts", func(t *testing.T, s *kit) {
		for i := range reflect.TypeFor[identity.Link]().NumField() {
			l := link("UBEA", tenantA, "o1")
			reflect.ValueOf(&l).Elem().Field(i).SetZero()
			if s.PutLink(ctx, l) == nil {
				t.Errorf("kept without %s", reflect.TypeFor[identity.Link]().Field(i).Name)
			}
		}
		s.allLinks()
	}},
	{"is kept as an instant, in whatever zone it was made", func(t *testing.T, s *kit) {
		l := link("UBEA", tenantA, "o1")
		l.At = l.At.In(time.FixedZone("east", 7200))
		s.put(l)
		s.allLinks(link("UBEA", tenantA, "o1"))
	}},
	{"is one of many, all of which are there", func(t *testing.T, s *kit) {
		var want []identity.Link
		var wg sync.WaitGroup
		for i := range 300 {
			l := link(fmt.Sprintf("U%04d", i), tenantA, fmt.Sprint("o", i))
			want = append(want, l)
			wg.Go(func() { s.put(l) })
		}
		wg.Wait()
		s.allLinks(want...)
	}},
}
