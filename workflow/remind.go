package workflow

import (
	"context"
	"slices"
	"time"
)

// Approvers are reminded of all that waits for them in one message, not in one for each request. The daily digest is that
// message. Where there is none, or they are to be reminded more often than once a day, there is a message of its own; it is
// sent in the way of a digest, so that a crash makes no second one.

// A round is a message that comes again and again: a digest, or a reminder.
type round struct {
	name     string
	every    time.Duration
	offset   time.Duration // after midnight UTC
	reminder bool
}

const aDay = 24 * time.Hour

// rounds are those that p asks for.
func (p Policy) rounds() []round {
	var all []round
	if p.DigestAt >= 0 {
		all = append(all, round{"digest", aDay, p.DigestAt, false})
	}
	if p.RemindEvery > 0 && (p.DigestAt < 0 || p.RemindEvery < aDay) {
		all = append(all, round{"reminder", max(p.RemindEvery, lookAgain), DefaultPolicy.DigestAt, true})
	}
	return all
}

// at says when the message of now fell due or will, what it is known by, and when to look again. A digest is that of its day. A
// reminder is that of the time since the one before.
func (r round) at(now time.Time) (due time.Time, day string, next time.Time) {
	if r.reminder {
		due = now.UTC().Add(-r.offset).Truncate(r.every).Add(r.offset)
		return due, due.Format(time.RFC3339), due.Add(r.every)
	}
	due = now.UTC().Truncate(aDay).Add(r.offset)
	if next = due; !next.After(now) {
		next = due.Add(aDay)
	}
	return due, dayOf(now), next
}

// gatherWaiting fills in what has waited for an approver since the last reminder, or longer: the oldest first.
func (e *Engine) gatherWaiting(ctx context.Context, g *Digest) error {
	for _, s := range []State{StatePending, StateSignIn} {
		found, err := e.listAll(ctx, Query{State: s}, g)
		if err != nil {
			return err
		}
		g.Waiting = append(g.Waiting, slices.DeleteFunc(found, func(r *Request) bool {
			return e.now().Before(r.Entered.Add(e.policy.RemindEvery))
		})...)
	}
	slices.SortStableFunc(g.Waiting, func(a, b *Request) int { return a.Created.Compare(b.Created) })
	g.Unreadable = nil // the log and the digest name them
	return nil
}
