package workflow_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// waits are the requests that a message lists.
func waits(g workflow.Digest) []string {
	var ids []string
	for _, r := range g.Waiting {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestApproversAreRemindedOnceOfAllThatWaits(t *testing.T) {
	for _, c := range []struct {
		name             string
		digestAt, remind time.Duration
		want             int // messages in three days
		reminders        bool
	}{
		{"the digest is the reminder", 8 * time.Hour, 24 * time.Hour, 3, false},
		{"nobody wants a digest", -1, 24 * time.Hour, 2, true},
		{"nor a reminder", -1, 0, 0, false},
		{"every other day", -1, 48 * time.Hour, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := workflowtest.New(t)
				w.Policy.DigestAt, w.Policy.RemindEvery = c.digestAt, c.remind
				n := w.Boot()
				until(9 * time.Hour)
				first := w.Request(n)
				workflowtest.Pass(time.Hour)
				second, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("second"))
				if err != nil {
					t.Fatal(err)
				}
				workflowtest.Pass(72 * time.Hour)
				n.Stop()
				n = w.Boot() // a restart tells nobody again
				workflowtest.Pass(time.Minute)
				n.Stop()
				told := append(w.Told(), w.Reminders()...)
				if len(told) != c.want {
					t.Fatalf("%d messages, want %d: %+v", len(told), c.want, told)
				}
				for _, g := range told {
					if ids := waits(g); len(ids) != 2 || ids[0] != first || ids[1] != second.ID || g.Reminder != c.reminders {
						t.Errorf("it lists %v, reminder %v", ids, g.Reminder)
					}
				}
				for _, e := range w.Get(first).History {
					if e.Kind == workflow.EventReminder {
						t.Errorf("a reminder of one request: %+v", e)
					}
				}
			})
		})
	}
}

func TestARemindersListIsOfWhatHasWaitedSoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := workflowtest.New(t)
		w.Policy.DigestAt, w.Policy.RemindEvery = -1, 4*time.Hour
		n := w.Boot()
		defer n.Stop()
		until(8*time.Hour + time.Minute)
		first := w.Request(n)
		until(13 * time.Hour)
		if len(w.Reminders()) != 0 { // at noon it has not waited for four hours
			t.Errorf("too early: %+v", w.Reminders())
		}
		if _, err := n.Submit(t.Context(), workflowtest.Bea, workflowtest.Draft("second")); err != nil {
			t.Fatal(err)
		}
		until(16 * time.Hour)
		if told := w.Reminders(); len(told) != 1 || len(told[0].Waiting) != 1 || told[0].Waiting[0].ID != first {
			t.Errorf("at four: %+v", told)
		}
		if _, err := n.Deny(t.Context(), first, workflowtest.Ada, "not this one"); err != nil {
			t.Fatal(err)
		}
		until(20 * time.Hour)
		if told := w.Reminders(); len(told) != 2 || len(told[1].Waiting) != 1 || told[1].Waiting[0].ID == first {
			t.Errorf("at eight: %+v", told)
		}
	})
}
