package memory

import (
	"net/http"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/fault"
)

// A clock goes when it is told to.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newRecord() (*Record, *clock) {
	c := &clock{time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}
	return New(c.now), c
}

// unanswered is a removal that was sent, and whose answer was lost.
var unanswered = fault.Operation{Name: "remove"}.Read(http.StatusServiceUnavailable, nil, nil, time.Time{})

// services.md, section 1: a removal whose answer was lost was perhaps not done, and a replica
// that does not see what was to go may never have heard of it. So it is looked for again.
func TestARemovalWithoutAnAnswerIsLookedForAgain(t *testing.T) {
	r, c := newRecord()
	r.Ask.Changed = c.now()
	r.Removes("password k", unanswered)
	if r.HasRemoved("password k") || !r.IsHidden("password k") || !r.HasSentRemoval("password k") {
		t.Error("it is gone at once")
	}
	c.at = c.at.Add(LostLooks)
	if !r.HasRemoved("password k") || r.IsHidden("password k") {
		t.Error("it is not gone though it was not seen for a while")
	}
	r.Removes("password k", unanswered)
	r.Removes("password k", nil)
	if !r.HasRemoved("PASSWORD K") {
		t.Error("an answer does not count")
	}
}

func TestARefusedRemovalIsNone(t *testing.T) {
	r, _ := newRecord()
	r.Removes("password k", fault.Operation{Name: "remove"}.Read(http.StatusForbidden, nil, nil, time.Time{}))
	if r.HasSentRemoval("password k") || r.RemovedWithin(time.Hour, "password k") {
		t.Error("it counts as sent")
	}
}

func TestWhatWasGivenAgainIsNotGone(t *testing.T) {
	r, c := newRecord()
	r.Removes("role", nil)
	if r.IsHidden("role") || !r.RemovedWithin(time.Minute, "role") {
		t.Error("it is not gone")
	}
	c.at = c.at.Add(time.Second)
	r.Gives("role")
	if r.HasRemoved("role") || !r.IsHidden("role") || !r.GaveAt("role").Equal(c.at) {
		t.Error("it is gone though it was given again")
	}
}

func TestAnObjectIsFreshWhileItMayBeUnknown(t *testing.T) {
	r, c := newRecord()
	if r.IsFresh() || !r.IsFresh("app") {
		t.Error("nothing is fresh, or not all in the first minute")
	}
	c.at = c.at.Add(Replication)
	if r.IsFresh("app") {
		t.Error("an app that nobody knows is fresh after a minute")
	}
	if r.Know("APP"); !r.IsFresh("sp", "app") {
		t.Error("an object that is known to be there is not fresh")
	}
	r.Forget("app")
	r.Ask.Born = c.at.Add(-19 * time.Minute)
	if !r.IsFresh("app") {
		t.Error("it is not fresh after 19 minutes")
	}
	c.at = c.at.Add(2 * time.Minute)
	if r.IsFresh("app") {
		t.Error("it is fresh after 21 minutes")
	}
}

func TestAYoungAppOfAnotherHandIsAsYoungAsItIs(t *testing.T) {
	r, c := newRecord()
	if r.NoteCreated(c.at.Add(-time.Hour)); r.ChangedLately() || r.GivenLately() {
		t.Error("an old app is young")
	}
	if r.NoteCreated(c.at.Add(-time.Minute)); !r.ChangedLately() || !r.GivenLately() || r.Ask.Born.IsZero() {
		t.Error("a young app is old")
	}
}
