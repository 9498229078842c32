package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

type q = workflow.Query

// with creates a request that was edited before.
func (s *kit) with(name string, edit func(r *workflow.Request)) *workflow.Request {
	s.t.Helper()
	r := Pending(name)
	edit(r)
	return s.create(r)
}

var queried = []check{
	{"for nothing in particular returns all, the newest first", func(t *testing.T, s *kit) {
		s.lists(q{})
		a, b, c := s.create(Pending("a")), s.create(Pending("b")), s.create(Pending("c"))
		s.lists(q{}, c, b, a)
	}},
	{"returns requests as Get does", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		for _, query := range []q{{}, {Requester: "UBEA"}, {Team: "CBACKUP"}, {State: workflow.StatePending}, {Text: "a"},
			{DueBy: r.WakeAt}} {
			found, err := s.List(ctx, query)
			if err != nil || len(found) != 1 {
				t.Fatalf("List(%+v): %d requests, %v", query, len(found), err)
			}
			same(t, fmt.Sprintf("List(%+v) returned", query), found[0], r)
		}
	}},
	{"for a person, a team or a state returns theirs and no others", func(t *testing.T, s *kit) {
		person := func(id string) func(*workflow.Request) { return func(r *workflow.Request) { r.Requester.ID = id } }
		team := func(id string) func(*workflow.Request) { return func(r *workflow.Request) { r.Team = id } }
		a := s.with("a", person("U1"))
		b := s.with("b", person("U12"))
		c := s.with("c", person("U1"))
		d := s.with("d", team("C1"))
		e := s.with("e", team("C12"))
		s.lists(q{Requester: "U1"}, c, a)
		s.lists(q{Requester: "U12"}, b)
		s.lists(q{Requester: "U"})
		s.lists(q{Requester: "C1"})
		s.lists(q{Team: "C1"}, d)
		s.lists(q{Team: "C12"}, e)
		s.change(d.ID, func(r *workflow.Request) { r.State = workflow.StateDenied })
		s.lists(q{State: workflow.StateDenied}, d)
		s.lists(q{State: workflow.StatePending}, e, c, b, a)
		s.lists(q{State: workflow.StateReady})
	}},
	{"for a person and a team returns what is either's, each once", func(t *testing.T, s *kit) {
		of := func(person, team string) func(*workflow.Request) {
			return func(r *workflow.Request) { r.Requester.ID, r.Team = person, team }
		}
		a := s.with("a", of("U1", "C1"))
		b := s.with("b", of("U2", "C1"))
		c := s.with("c", of("U1", "C2"))
		s.with("d", of("U2", "C2"))
		e := s.with("e", of("U1", "C1"))
		s.lists(q{Requester: "U1", Team: "C1"}, e, c, b, a)
		s.lists(q{Requester: "U1", Team: "C1", Limit: 2}, e, c)
		s.lists(q{Requester: "U1", Team: "C1", Limit: 2, Before: c.ID}, b, a)
		s.lists(q{Requester: "U1", Team: "C9"}, e, c, a)
	}},
	{"finds what an update has changed, and no longer what it was", func(t *testing.T, s *kit) {
		r := s.create(Pending("before"))
		s.change(r.ID, func(r *workflow.Request) {
			r.Requester.ID, r.Team, r.State, r.Plan.AppName, r.WakeAt = "UNEW", "CNEW", workflow.StateReady, "afterwards",
				noon.Add(time.Minute)
		})
		for _, is := range []q{{Requester: "UNEW"}, {Team: "CNEW"}, {State: workflow.StateReady}, {Text: "afterwards"},
			{DueBy: noon.Add(time.Minute)}} {
			s.lists(is, r)
		}
		for _, was := range []q{{Requester: "UBEA"}, {Team: "CBACKUP"}, {State: workflow.StatePending}, {Text: "before"}, {DueBy: noon}} {
			s.lists(was)
		}
	}},
	{"for a person or a day returns the apps that person has, or whose credential ends then", func(t *testing.T, s *kit) {
		app := func(r *workflow.Request) {
			r.State, r.Made.AppID, r.Made.KeyExpires = workflow.StateDone, "22222222-2222-2222-2222-222222222222", noon.Add(24*time.Hour)
			r.Plan.Owners = []people.Person{{ID: "UTOM"}, {ID: "UZOE"}}
		}
		a := s.with("a", app)
		b := s.create(Pending("b"))
		s.lists(q{Keeper: "UBEA"}, a)
		s.lists(q{Keeper: "UTOM"}, a)
		s.lists(q{Keeper: "UTO"})
		s.lists(q{Ends: "2026-03-15"}, a)
		s.lists(q{Ends: "2026-03-14"})
		s.change(b.ID, app)
		s.change(b.ID, func(r *workflow.Request) { r.Requester.ID, r.Made.KeyExpires = "UADA", noon.Add(48*time.Hour) })
		s.lists(q{Keeper: "UZOE"}, b, a)
		s.lists(q{Keeper: "UBEA"}, a)
		s.lists(q{Ends: "2026-03-16"}, b)
		s.change(a.ID, func(r *workflow.Request) { r.Successor = b.ID })
		s.change(b.ID, func(r *workflow.Request) { r.AppDeleted = true })
		s.lists(q{Keeper: "UTOM"})
		s.lists(q{Ends: "2026-03-15"})
		s.lists(q{Ends: "2026-03-16"})
	}},
	{"for a text finds it anywhere in the app's name, in any case", func(t *testing.T, s *kit) {
		a := s.create(Pending("Payroll Backup (PROD)"))
		b := s.create(Pending("hr-backup_2"))
		c := s.create(Pending("100% über Öl"))
		d := s.create(Pending("给薪备份 Ёлка 😀"))
		e := s.create(Pending("back up"))
		for text, want := range map[string][]*workflow.Request{
			"backup": {b, a}, "BACKUP": {b, a}, "back": {e, b, a}, "ackup": {b, a}, "Payroll Backup (PROD)": {a},
			"(prod)": {a}, "l b": {a}, "p_": {b}, "_2": {b}, "2": {b}, "%": {c}, "100%": {c}, "0% ": {c},
			"ÜBER": {c}, "öl": {c}, "ö": {c}, "备份": {d}, "薪备份": {d}, "ёл": {d}, "ЁЛКА": {d}, "😀": {d},
			"p": {e, b, a}, "up": {e, b, a}, "k ": {e},
			"backups": nil, "pay%": nil, "p_y": nil, ".*": nil, "'; --": nil, "\\": nil, "xyz": nil, "back  up": nil,
			"Payroll Backup (PROD) ": nil,
		} {
			t.Run(text, func(t *testing.T) { (&kit{t, s}).lists(q{Text: text}, want...) })
		}
	}},
	{"for a text does not take the parts of a name for the whole", func(t *testing.T, s *kit) {
		s.create(Pending("abcd bcde"))
		r := s.create(Pending("abcde"))
		s.lists(q{Text: "abcde"}, r)
	}},
	{"for what is due returns what is due longest first, and nothing that sleeps", func(t *testing.T, s *kit) {
		at := func(d time.Duration) func(*workflow.Request) {
			return func(r *workflow.Request) { r.WakeAt = noon.Add(d) }
		}
		a := s.with("a", at(3*time.Nanosecond))
		b := s.with("b", at(time.Nanosecond))
		c := s.with("c", at(2*time.Nanosecond))
		s.with("d", at(time.Hour))
		s.with("e", func(r *workflow.Request) { r.WakeAt = time.Time{} })
		old := s.with("f", func(r *workflow.Request) { r.WakeAt = time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC) })
		s.lists(q{DueBy: noon.Add(3)}, old, b, c, a)
		s.lists(q{DueBy: noon.Add(2).In(time.FixedZone("", -3600))}, old, b, c)
		s.lists(q{DueBy: noon.Add(3), Limit: 2}, old, b)
		s.change(b.ID, func(r *workflow.Request) { r.WakeAt = time.Time{} })
		s.lists(q{DueBy: noon.Add(3)}, old, c, a)
	}},
	{"is read page by page with Before and Limit", func(t *testing.T, s *kit) {
		var all []*workflow.Request
		for i := range 25 {
			all = append(all, s.create(Pending(fmt.Sprint("app ", i))))
		}
		slices.Reverse(all)
		for _, query := range []q{{}, {Requester: "UBEA"}, {Team: "CBACKUP"}, {State: workflow.StatePending}, {Text: "app"}, {Text: "ap"},
			{Requester: "UBEA", Team: "CBACKUP"}} {
			rest := all
			for query.Limit = 10; len(rest) > 0; rest = rest[min(10, len(rest)):] {
				page := rest[:min(10, len(rest))]
				s.lists(query, page...)
				query.Before = page[len(page)-1].ID
			}
			s.lists(query)
		}
	}},
	{"returns fifty where it sets no limit", func(t *testing.T, s *kit) {
		for i := range 51 {
			s.create(Pending(fmt.Sprint("app ", i)))
		}
		for limit, want := range map[int]int{0: 50, 51: 51, 1: 1, 100000: 51} {
			if found, err := s.List(ctx, q{Limit: limit}); err != nil || len(found) != want {
				t.Errorf("limit %d: %d requests, %v", limit, len(found), err)
			}
		}
	}},
	{"after the page of a request that there is not returns nothing, or older ones", func(t *testing.T, s *kit) {
		r := s.create(Pending("a"))
		for _, before := range []string{"EA-", "EA-0", "EA-x", "x", "ea-2", "EA--2", "\x00", strings.Repeat("9", 40), r.ID} {
			s.lists(q{Before: before})
			s.lists(q{Before: before, Text: "a"})
			s.lists(q{Before: before, DueBy: r.WakeAt})
		}
		s.lists(q{Before: "EA-999"}, r)
	}},
}
