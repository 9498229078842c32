package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/identity"
)

// entries are those about a request, each as "what by whom from where: result".
func (s *kit) entries(id string) []audit.Entry {
	s.t.Helper()
	found, err := s.Entries(ctx, id)
	if err != nil {
		s.t.Fatalf("Entries(%s): %v", id, err)
	}
	for _, e := range found {
		if e.Request != id {
			s.t.Errorf("Entries(%s) has one about %s", id, e.Request)
		}
	}
	return found
}

// told checks what the log has about a request, word by word.
func (s *kit) told(id string, want ...string) {
	s.t.Helper()
	var got []string
	for _, e := range s.entries(id) {
		got = append(got, e.What)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		s.t.Errorf("the log of %s: %v, want %v", id, got, want)
	}
}

func (s *kit) head() audit.Head {
	s.t.Helper()
	h, err := s.Head(ctx)
	if err != nil || h.Note == "" {
		s.t.Fatalf("Head: %+v, %v", h, err)
	}
	return h
}

func note(r *workflow.Request, kind workflow.EventKind, by string) {
	r.History = append(r.History, workflow.Event{At: noon.Add(time.Hour), By: by, Kind: kind, Text: "did it"})
}

var logged = []check{
	{"has what a new request's history has, and where it came from", func(t *testing.T, s *kit) {
		r, err := s.Create(audit.Via(ctx, "slack C1/1.2"), Pending("a"))
		if err != nil {
			t.Fatal(err)
		}
		got := s.entries(r.ID)
		want := audit.Entry{At: noon, What: "asked", Request: r.ID, About: "register a", Tenant: "contoso", Slack: "UBEA",
			From: "slack C1/1.2", Detail: "asked for it", Result: "pending"}
		if len(got) != 1 || fmt.Sprintf("%+v", got[0]) != fmt.Sprintf("%+v", want) {
			t.Errorf("%+v\nwant %+v", got, want)
		}
	}},
	{"has what a change adds to the history, and each time that it repeats", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		s.change(r.ID, func(r *workflow.Request) {
			note(r, workflow.EventApproved, "UADA")
			note(r, workflow.EventRefused, "UEVE")
		})
		s.told(r.ID, "asked", "approved", "refused")
		s.change(r.ID, func(r *workflow.Request) { r.History[2].Times = 2; r.History[2].At = noon.Add(2 * time.Hour) })
		s.told(r.ID, "asked", "approved", "refused", "refused")
		s.change(r.ID, func(r *workflow.Request) { r.Reason = "another" })
		s.told(r.ID, "asked", "approved", "refused", "refused")
	}},
	{"has where a credential went", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		s.change(r.ID, func(r *workflow.Request) {
			r.Handover = workflow.Handover{Status: workflow.HandoverClaimed, By: "UBEA", At: noon.Add(time.Hour)}
		})
		got := s.entries(r.ID)
		if len(got) != 2 || got[1].What != audit.WhatHandover || got[1].Slack != "UBEA" || got[1].Result != "claimed" {
			t.Errorf("%+v", got)
		}
	}},
	{"has what comes along with a change, and only if that is kept", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		along := audit.Along(ctx, audit.Entry{At: noon, What: audit.WhatStep, Detail: "Register the application"})
		for _, no := range []error{workflow.ErrUnchanged, errors.New("no")} {
			s.Update(along, r.ID, func(*workflow.Request) error { return no })
			s.told(r.ID, "asked")
		}
		if _, err := s.Update(along, r.ID, func(*workflow.Request) error { return nil }); err != nil {
			t.Fatal(err)
		}
		s.told(r.ID, "asked", audit.WhatStep)
	}},
	{"has nothing of a request that was not made", func(t *testing.T, s *kit) {
		s.create(Pending("a"))
		before := s.head()
		if _, err := s.Create(ctx, Pending("a")); err == nil {
			t.Fatal("a claim was given twice")
		}
		if after := s.head(); after != before {
			t.Errorf("%+v became %+v", before, after)
		}
	}},
	{"has what is recorded, about a request or none", func(t *testing.T, s *kit) {
		a, b := s.create(Pending("a")), s.create(Pending("b"))
		before := s.head()
		for _, e := range []audit.Entry{{At: noon, What: audit.WhatLinked, Slack: "UBEA"}, {What: audit.WhatDrift, Request: b.ID}} {
			if err := s.Record(ctx, e); err != nil {
				t.Fatal(err)
			}
		}
		s.told(a.ID, "asked")
		s.told(b.ID, "asked", audit.WhatDrift)
		if e := s.entries(b.ID)[1]; e.At.IsZero() {
			t.Error("an entry without a time got none")
		}
		if after := s.head(); after.Size != before.Size+2 {
			t.Errorf("%d entries became %d", before.Size, after.Size)
		}
	}},
	{"has one head that changes with each entry, and with nothing else", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		seen := map[string]bool{}
		for i := range 9 {
			before := s.head()
			if seen[before.Hash] || s.head() != before {
				t.Fatalf("head %d is %+v", i, before)
			}
			seen[before.Hash] = true
			s.change(r.ID, func(r *workflow.Request) { r.Rev++ })
			if s.head() != before {
				t.Error("the head changed, and nothing was told")
			}
			s.change(r.ID, func(r *workflow.Request) { note(r, workflow.EventReminder, "") })
		}
	}},
	{"has each link that is made, and each that ends", func(t *testing.T, s *kit) {
		before := s.head()
		err := errors.Join(s.PutLink(ctx, identity.Link{Slack: "UBEA", TenantID: "t", ObjectID: "o", At: noon, How: identity.ByDeviceCode}),
			s.DropLink(ctx, "UBEA", "t"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DropLink(ctx, "UBEA", "t"); !errors.Is(err, workflow.ErrNotFound) {
			t.Errorf("it ended twice: %v", err)
		}
		if after := s.head(); after.Size != before.Size+2 {
			t.Errorf("%d entries became %d", before.Size, after.Size)
		}
	}},
	{"has nothing about a request that there is not", func(t *testing.T, s *kit) {
		s.create(Pending("a"))
		for _, id := range []string{"", "EA-2", "EA-01", "x"} {
			s.told(id)
		}
	}},
}
