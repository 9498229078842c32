package workflow_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// until lets time go by to the next time of day, and a little beyond it.
func until(at time.Duration) {
	now := time.Now().UTC()
	due := now.Truncate(24 * time.Hour).Add(at)
	if !due.After(now) {
		due = due.Add(24 * time.Hour)
	}
	pass(due.Sub(now) + time.Second)
}

func TestTheDigestSaysWhatWaitsOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		until(8 * time.Hour)
		if len(w.told()) != 0 {
			t.Fatalf("there is nothing to say, and it was said: %+v", w.told())
		}
		first := w.request(n)
		second, err := n.Submit(t.Context(), bea, draft("second"))
		if err != nil {
			t.Fatal(err)
		}
		until(7 * time.Hour)
		if len(w.told()) != 0 {
			t.Fatalf("before it was due: %+v", w.told())
		}
		until(8 * time.Hour)
		pass(10 * time.Hour)
		if len(w.told()) != 1 {
			t.Fatalf("%d digests in a day", len(w.told()))
		}
		g := w.told()[0]
		if len(g.Waiting) != 2 || g.Waiting[0].ID != first || g.Waiting[1].ID != second.ID || g.Tenant.Name != "contoso" || !g.First ||
			g.Day != workflow.DayOf(time.Now()) {
			t.Errorf("it says %+v", g)
		}
		until(8 * time.Hour)
		if len(w.told()) != 2 || w.told()[1].Day == g.Day {
			t.Errorf("the next day: %+v", w.told())
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
				return nil, busy{}
			}
			return nil, nil
		}, true},
		{"the call", func(try int) (error, error) {
			if try < 3 {
				return busy{5 * time.Minute}, nil
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
				w := newWorld(t)
				w.policy.PendingExpires = 100 * 24 * time.Hour
				n := w.boot()
				w.request(n)
				tries := 0
				w.set(func() { w.digest = func() (before, after error) { tries++; return c.wrong(tries) } })
				until(8 * time.Hour)
				pass(3 * time.Hour)
				if tries != 3 || len(w.told()) != 1 || w.told()[0].First != c.first {
					t.Errorf("%d tries, sent %+v", tries, w.told())
				}
				n.stop()
				w.digest = nil
				n = w.boot()
				defer n.stop()
				pass(time.Hour)
				if len(w.told()) != 1 {
					t.Errorf("after a restart there are %d", len(w.told()))
				}
			})
		})
	}
}

func TestADigestThatFellDueWhileNobodyWasThereIsSentAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		w.request(n)
		n.stop()
		until(21 * time.Hour)
		n = w.boot()
		pass(time.Second)
		if len(w.told()) != 1 || w.told()[0].First || w.told()[0].Day != workflow.DayOf(time.Now()) {
			t.Errorf("sent %+v", w.told())
		}
		n.stop()
		pass(24 * time.Hour) // a day without anybody has no digest
		until(3 * time.Hour)
		n = w.boot()
		defer n.stop()
		pass(time.Minute)
		if len(w.told()) != 1 {
			t.Errorf("the digest of a day that is over was sent: %+v", w.told())
		}
	})
}

func TestADigestThatIsOffIsNeverSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.policy.DigestAt = -1
		n := w.boot()
		defer n.stop()
		w.request(n)
		pass(48 * time.Hour)
		if len(w.told()) != 0 {
			t.Errorf("sent %+v", w.told())
		}
	})
}

func TestTheDigestNamesCredentialsThatEndAndPeopleWhoHaveLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		n := w.boot()
		defer n.stop()
		app := w.handedOver(n) // its secret lives for 30 days
		w.set(func() { w.left = []people.Person{tom, bea} })
		until(8 * time.Hour)
		if len(w.told()) != 1 || len(w.told()[0].Ending) != 1 || w.told()[0].Ending[0].ID != app.ID {
			t.Fatalf("sent %+v", w.told())
		}
		if d := w.told()[0].Departed; len(d) != 1 || d[0].ID != bea.ID || len(d[0].Apps) != 1 || d[0].Apps[0].ID != app.ID {
			t.Errorf("departed: %+v", d)
		}
		w.set(func() { w.noPeople = errors.New("missing_scope") })
		until(8 * time.Hour)
		if len(w.told()) != 2 || !w.told()[1].Unasked || len(w.told()[1].Departed) != 0 {
			t.Errorf("where nobody says who has left: %+v", w.told())
		}
		w.set(func() { w.noPeople = busy{} })
		until(8 * time.Hour)
		if len(w.told()) != 2 {
			t.Error("nobody waited for who has left")
		}
		pass(time.Hour)
		if len(w.told()) != 3 || !w.told()[2].Unasked {
			t.Errorf("the rest waits for ever: %+v", w.told())
		}
		pass(30 * 24 * time.Hour)
		last := w.told()[len(w.told())-1]
		w.set(func() { w.noPeople = nil })
		until(8 * time.Hour)
		if last = w.told()[len(w.told())-1]; len(last.Ending) != 0 || len(last.Departed) != 1 {
			t.Errorf("after its end the credential is still about to end: %+v", last)
		}
	})
}
