package workflow

import (
	"fmt"
	"slices"
	"time"
)

// State is where a request stands.
type State string

const (
	// StatePending waits for an approver, for Policy.PendingExpires.
	StatePending State = "pending"
	// StateSignIn waits for the approver's sign-in at Microsoft.
	StateSignIn State = "signin"
	// StateProvisioning has an admin's token in memory and works through the steps.
	StateProvisioning State = "provisioning"
	// StateReady waits for the requester to open the secret, for Policy.RevealWithin, or
	// to fetch the file of a certificate, for as long again.
	StateReady State = "ready"
	// StateDone has been handed over, or has nothing to hand over. The app is the requester's.
	StateDone State = "done"
	// StateOverlap has a new credential beside the old one, and waits for the requester
	// to say that the new one works, for Policy.RenewGrace.
	StateOverlap State = "overlap"
	// StateLeftover waits for an approver to have the old credential removed.
	StateLeftover State = "leftover"
	// StateFailed waits for an approver to press Retry or Undo.
	StateFailed State = "failed"
	// StateRevoked was not opened in time. Its secret can no longer be opened,
	// and is removed in Entra at the next admin sign-in for the app.
	StateRevoked State = "revoked"

	// StateDenied, StateCancelled, Expired and Undone are ends. They hold no name.
	StateDenied    State = "denied"
	StateCancelled State = "cancelled"
	StateExpired   State = "expired"
	StateUndone    State = "undone"
)

// moves is every way from one state to another. There is no other.
var moves = map[State][]State{
	StatePending:      {StateSignIn, StateDenied, StateCancelled, StateExpired},
	StateSignIn:       {StateProvisioning, StatePending, StateCancelled, StateExpired, StateFailed, StateLeftover, StateRevoked},
	StateProvisioning: {StatePending, StateSignIn, StateReady, StateOverlap, StateDone, StateFailed, StateUndone},
	StateReady:        {StateDone, StateOverlap, StateRevoked},
	StateOverlap:      {StateLeftover},
	StateLeftover:     {StateSignIn},
	StateFailed:       {StateSignIn, StateCancelled, StateLeftover},
	StateRevoked:      {StateSignIn},
}

// States are all states, in the order of a request's life.
var States = []State{StatePending, StateSignIn, StateProvisioning, StateReady, StateOverlap, StateLeftover, StateDone, StateFailed,
	StateRevoked, StateDenied, StateCancelled, StateExpired, StateUndone}

// HoldsName reports whether a request in this state keeps its app's name from others.
func (s State) HoldsName() bool {
	switch s {
	case StateDenied, StateCancelled, StateExpired, StateUndone:
		return false
	}
	return true
}

// open reports whether a request in this state is still at work on its app.
func (s State) open() bool { return s.HoldsName() && s != StateDone }

// IsOutcome reports whether s is news that the requester gets a message of its own about.
func (s State) IsOutcome() bool {
	switch s {
	case StatePending, StateSignIn, StateProvisioning, StateDone, StateOverlap, StateLeftover:
		return false
	}
	return true
}

// move takes r to another state and writes why in the same breath. A move that
// the table does not have is a mistake in this package.
func (r *Request) move(to State, now time.Time, e Event) {
	if !slices.Contains(moves[r.State], to) {
		panic(fmt.Sprintf("workflow: %s cannot go from %s to %s", r.ID, r.State, to))
	}
	// Where nothing was Ready, nobody has been told.
	first := (to == StateDone || to == StateOverlap) && r.State == StateProvisioning && (r.Task == TaskProvision || r.Task == TaskVerify)
	r.State, r.Entered = to, now
	if to.IsOutcome() || first {
		r.Outcomes++
	}
	r.note(now, e)
}

// note writes one line of history, or counts one that repeats itself. Of checks of
// the connection in a row, which people may ask for without end, each person's last
// is kept.
func (r *Request) note(now time.Time, e Event) {
	e.At = now
	r.Rev++
	if n := len(r.History); n > 0 && e.Kind == EventRefused {
		if last := &r.History[n-1]; last.Kind == EventRefused && last.By == e.By && last.Text == e.Text {
			last.Times = max(last.Times, 1) + 1
			last.At = now
			return
		}
	}
	if i := r.checkedBefore(e); i >= 0 {
		e.Times = max(r.History[i].Times, 1) + 1
		r.History[i] = e
		return
	}
	r.History = append(r.History, e)
}

// checkedBefore is where e repeats an event about a check, or -1.
func (r *Request) checkedBefore(e Event) int {
	check := func(e Event) bool { return e.Kind == EventCheckAsked || e.Kind == EventChecked }
	for i := len(r.History) - 1; i >= 0 && check(e) && check(r.History[i]); i-- {
		if h := r.History[i]; h.Kind == e.Kind && h.By == e.By {
			return i
		}
	}
	return -1
}
