package workflow

import (
	"fmt"
	"slices"
	"time"
)

// State is where a request stands.
type State string

const (
	// StateUnlinked waits for the requester to link their account, for Policy.PendingExpires:
	// it is not known who they are, and no approver is told of it.
	StateUnlinked State = "unlinked"
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

	// StateDenied, StateCancelled, StateExpired and StateUndone are ends. They hold no name.
	StateDenied    State = "denied"
	StateCancelled State = "cancelled"
	StateExpired   State = "expired"
	StateUndone    State = "undone"
)

// A state is a row of the table: all that is particular to one of them.
type state struct {
	title     string
	standing  func(*Request) string // the end of a sentence that begins with the request's ID
	moves     []State               // there is no other way out of it
	freesName bool                  // others may take the app's name
	news      bool                  // the requester gets a message of its own about it
}

// States are all states, in the order of a request's life.
var States = []State{StateUnlinked, StatePending, StateSignIn, StateProvisioning, StateReady, StateOverlap, StateLeftover, StateDone,
	StateFailed,
	StateRevoked, StateDenied, StateCancelled, StateExpired, StateUndone}

// states is the table. It is filled by init, because some rows ask a request about itself.
var states map[State]state

func init() {
	states = map[State]state{
		StateUnlinked: {title: "Waiting for the requester's sign-in", standing: is("waits for whoever asked to link their account"),
			moves: []State{StatePending, StateCancelled, StateExpired}, news: true},
		StatePending: {title: "Waiting for approval", standing: is("waits for an approver"),
			moves: []State{StateUnlinked, StateSignIn, StateDenied, StateCancelled, StateExpired}},
		StateSignIn: {title: "Waiting for a sign-in", standing: approvedBy,
			moves: []State{StateProvisioning, StatePending, StateUnlinked, StateCancelled, StateExpired, StateFailed, StateLeftover,
				StateRevoked}},
		StateProvisioning: {title: "In progress", standing: is("is being carried out"),
			moves: []State{StatePending, StateSignIn, StateReady, StateOverlap, StateDone, StateFailed, StateUndone}},
		StateReady: {title: "Ready", standing: waitsToBeOpened, news: true,
			moves: []State{StateDone, StateOverlap, StateRevoked}},
		StateOverlap: {title: "New credential beside the old one",
			standing: is("has a new credential beside the old one, and waits for the requester to say that it works"),
			moves:    []State{StateLeftover}},
		StateLeftover: {title: "Old credential to remove", standing: is("waits for an approver to remove the old credential"),
			moves: []State{StateSignIn}},
		StateDone: {title: "Done", standing: is("is done")},
		StateFailed: {title: "Failed", standing: is("has failed, and waits for an approver"), news: true,
			moves: []State{StateSignIn, StateCancelled, StateLeftover}},
		StateRevoked: {title: "Revoked", standing: notOpened, news: true,
			moves: []State{StateSignIn}},

		StateDenied:    {title: "Denied", standing: deniedBy, freesName: true, news: true},
		StateCancelled: {title: "Cancelled", standing: is("was cancelled"), freesName: true, news: true},
		StateExpired:   {title: "Expired", standing: is("has expired, because nobody decided in time"), freesName: true, news: true},
		StateUndone:    {title: "Undone", standing: is("was undone"), freesName: true, news: true},
	}
}

// is stands the same for every request.
func is(standing string) func(*Request) string { return func(*Request) string { return standing } }

func approvedBy(r *Request) string {
	return fmt.Sprintf("was approved by %s, who has to sign in", r.Approval.By.Name)
}

func waitsToBeOpened(r *Request) string {
	return "is ready, and its " + r.Plan.Credential.Kind.Noun() + " waits to be opened"
}

func notOpened(r *Request) string {
	return "is revoked, because nobody opened the " + r.Plan.Credential.Kind.Noun() + " in time"
}

func deniedBy(r *Request) string { return fmt.Sprintf("was denied by %s", r.Approval.By.Name) }

// Title is the state in words, as a heading.
func (s State) Title() string {
	if t := states[s].title; t != "" {
		return t
	}
	return string(s)
}

// Standing says where r stands, as the end of a sentence that begins with its ID.
func (r *Request) Standing() string {
	if standing := states[r.State].standing; standing != nil {
		return standing(r)
	}
	return "is " + string(r.State)
}

// HoldsName reports whether a request in this state keeps its app's name from others.
func (s State) HoldsName() bool { return !states[s].freesName }

// open reports whether a request in this state is still at work on its app.
func (s State) open() bool { return s.HoldsName() && s != StateDone }

// IsOutcome reports whether s is news that the requester gets a message of its own about.
func (s State) IsOutcome() bool { return states[s].news }

// move takes r to another state and writes why in the same breath. A move that
// the table does not have is a mistake in this package.
func (r *Request) move(to State, now time.Time, e Event) {
	if !slices.Contains(states[r.State].moves, to) {
		panic(fmt.Sprintf("workflow: %s cannot go from %s to %s", r.ID, r.State, to))
	}
	// Where nothing was StateReady, nobody has been told.
	first := (to == StateDone || to == StateOverlap) && r.State == StateProvisioning && r.Task.carriesOut()
	r.State, r.Entered = to, now
	if to.IsOutcome() || first {
		r.Outcomes++
	}
	r.note(now, e)
}

// note writes one line of history.
func (r *Request) note(now time.Time, e Event) {
	e.At = now
	r.Rev++
	r.History.add(e)
}
