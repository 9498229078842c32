package workflow_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// until lets time go by to the next time of day, and a little beyond it.
func until(at time.Duration) {
	now := time.Now().UTC()
	due := now.Truncate(24 * time.Hour).Add(at)
	if !due.After(now) {
		due = due.Add(24 * time.Hour)
	}
	workflowtest.Pass(due.Sub(now) + time.Second)
}

func TestTheDigestSaysWhatWaitsOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		until(8 * time.Hour)
		if len(w.Told()) != 0 {
			t.Fatalf("there is nothing to say, and it was said: %+v", w.Told())
		}
		first := w.Request(n)
		second, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("second"))
		if err != nil {
			t.Fatal(err)
		}
		until(7 * time.Hour)
		if len(w.Told()) != 0 {
			t.Fatalf("before it was due: %+v", w.Told())
		}
		until(8 * time.Hour)
		workflowtest.Pass(10 * time.Hour)
		if len(w.Told()) != 1 {
			t.Fatalf("%d digests in a day", len(w.Told()))
		}
		g := w.Told()[0]
		if len(g.Waiting) != 2 || g.Waiting[0].ID != first || g.Waiting[1].ID != second.ID || g.Tenant.Name != "contoso" || !g.First ||
			g.Day != workflow.DayOf(time.Now()) {
			t.Errorf("it says %+v", g)
		}
		until(8 * time.Hour)
		if len(w.Told()) != 2 || w.Told()[1].Day == g.Day {
			t.Errorf("the next day: %+v", w.Told())
		}
	})
}

func TestADigestIsSentOnceWhateverIsLost(t *testing.T) {
	for _, c := range []struct {
		name  string
		wrong func(try int) (before, after error)
		first bool // of the one that arrives
	}{
		{"the answer", func(try int) (error, error) {
			if try < 3 {
				return nil, workflowtest.Busy{}
			}
			return nil, nil
		}, true},
		{"the call", func(try int) (error, error) {
			if try < 3 {
				return workflowtest.Busy{After: 5 * time.Minute}, nil
			}
			return nil, nil
		}, false},
		{"the channel, for a while", func(try int) (error, error) {
			if try < 3 {
				return &workflow.ServiceError{Code: "not_in_channel"}, nil
			}
			return nil, nil
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				w.Policy.PendingExpires = 100 * 24 * time.Hour
				n := w.Boot()
				w.Request(n)
				tries := 0
				w.Set(func() { w.DigestFails = func() (before, after error) { tries++; return c.wrong(tries) } })
				until(8 * time.Hour)
				workflowtest.Pass(3 * time.Hour)
				if tries != 3 || len(w.Told()) != 1 || w.Told()[0].First != c.first {
					t.Errorf("%d tries, sent %+v", tries, w.Told())
				}
				n.Stop()
				w.DigestFails = nil
				n = w.Boot()
				defer n.Stop()
				workflowtest.Pass(time.Hour)
				if len(w.Told()) != 1 {
					t.Errorf("after a restart there are %d", len(w.Told()))
				}
			})
		})
	}
}

func TestADigestThatFellDueWhileNobodyWasThereIsSentAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		w.Request(n)
		n.Stop()
		until(21 * time.Hour)
		n = w.Boot()
		workflowtest.Pass(time.Second)
		if len(w.Told()) != 1 || w.Told()[0].First || w.Told()[0].Day != workflow.DayOf(time.Now()) {
			t.Errorf("sent %+v", w.Told())
		}
		n.Stop()
		workflowtest.Pass(24 * time.Hour) // a day without anybody has no digest
		until(3 * time.Hour)
		n = w.Boot()
		defer n.Stop()
		workflowtest.Pass(time.Minute)
		if len(w.Told()) != 1 {
			t.Errorf("the digest of a day that is over was sent: %+v", w.Told())
		}
	})
}

// TestTheHeadOfTheLogIsSentOnceADayWhereItChanged also on a day on which nothing else is to be said.
func TestTheHeadOfTheLogIsSentOnceADayWhereItChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		record := func() {
			if err := w.Store.Record(t.Context(), audit.Entry{At: time.Now(), What: audit.WhatStart}); err != nil {
				t.Fatal(err)
			}
		}
		for day, written := range []bool{true, false, true, false} {
			if written {
				record()
			}
			before := len(w.Told())
			until(8 * time.Hour)
			told := w.Told()[before:]
			if written != (len(told) == 1) {
				t.Fatalf("day %d: %+v", day, told)
			}
			if head, err := w.Store.Head(t.Context()); err != nil || written && told[0].Head != head {
				t.Errorf("day %d: %+v, want %+v, %v", day, told[0].Head, head, err)
			}
		}
	})
}

func TestADigestThatIsOffIsNeverSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Policy.DigestAt = -1
		n := w.Boot()
		defer n.Stop()
		w.Request(n)
		workflowtest.Pass(48 * time.Hour)
		if len(w.Told()) != 0 {
			t.Errorf("sent %+v", w.Told())
		}
	})
}

func TestTheDigestNamesCredentialsThatEndAndPeopleWhoHaveLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		n := w.Boot()
		defer n.Stop()
		app := w.HandedOver(n) // its secret lives for 30 days
		w.Set(func() { w.Left = []people.Person{workflowtest.Tom, workflowtest.Bea} })
		until(8 * time.Hour)
		if len(w.Told()) != 1 || len(w.Told()[0].Ending) != 1 || w.Told()[0].Ending[0].ID != app.ID {
			t.Fatalf("sent %+v", w.Told())
		}
		if d := w.Told()[0].Departed; len(d) != 1 || d[0].ID != workflowtest.Bea.ID || len(d[0].Apps) != 1 || d[0].Apps[0].ID != app.ID {
			t.Errorf("departed: %+v", d)
		}
		w.Set(func() { w.NoPeople = errors.New("missing_scope") })
		until(8 * time.Hour)
		if len(w.Told()) != 2 || !w.Told()[1].Unasked || len(w.Told()[1].Departed) != 0 {
			t.Errorf("where nobody says who has left: %+v", w.Told())
		}
		w.Set(func() { w.NoPeople = workflowtest.Busy{} })
		until(8 * time.Hour)
		if len(w.Told()) != 2 {
			t.Error("nobody waited for who has left")
		}
		workflowtest.Pass(time.Hour)
		if len(w.Told()) != 3 || !w.Told()[2].Unasked {
			t.Errorf("the rest waits for ever: %+v", w.Told())
		}
		workflowtest.Pass(30 * 24 * time.Hour)
		last := w.Told()[len(w.Told())-1]
		w.Set(func() { w.NoPeople = nil })
		until(8 * time.Hour)
		if last = w.Told()[len(w.Told())-1]; len(last.Ending) != 0 || len(last.Departed) != 1 {
			t.Errorf("after its end the credential is still about to end: %+v", last)
		}
	})
}
