package workflow

import (
	"context"
	"errors"
	"time"
)

// A Store keeps requests. Every implementation passes store/storetest.
type Store interface {
	Links

	// Create keeps a new request and returns it with the ID and the Realm that
	// it was given. When Create returns, the request survives a power cut.
	// If one of its claims is held it keeps nothing and returns a
	// *ClaimedError that says which, and by whom.
	Create(ctx context.Context, r *Request) (*Request, error)

	// Get returns the request called id, or ErrNotFound, or an
	// *UnreadableError.
	Get(ctx context.Context, id string) (*Request, error)

	// Update gives the request called id to change and saves what change left,
	// its claims and indexes included, all or nothing, and returns it. It may
	// call change again on a newer request, so change must do nothing but edit
	// its argument. If change returns an error nothing is saved, and Update
	// returns that error. ErrUnchanged is the exception: nothing is saved, and
	// Update returns the request and no error.
	Update(ctx context.Context, id string, change func(*Request) error) (*Request, error)

	// List returns the requests that q asks for. Its cost depends on how many
	// it returns, not on how many are kept. Those that can't be read don't keep
	// it from returning the others; it names them in an *UnreadableError beside
	// these.
	List(ctx context.Context, q Query) ([]*Request, error)

	AuditLog

	// Close waits for what is under way and frees the store.
	Close() error
}

// A Query asks for requests: all of them, or those of one of its fields that is
// not zero. The newest come first, but with DueBy those that are due longest.
type Query struct {
	// DueBy asks for requests whose WakeAt is set and not after it.
	DueBy time.Time
	// Requester asks for one person's requests. With Team too, either will do.
	Requester string // Slack ID
	Team      string // Slack channel ID
	State     State
	// App asks for the requests about the app with this App ID.
	App string
	// Keeper asks for the requests that stand for an app of this person's: one of
	// their Owners has this Slack ID.
	Keeper string
	// Ends asks for the requests that stand for an app whose credential ends on
	// this day, "2026-11-21" in UTC.
	Ends string
	// Text asks for requests whose app name contains it, in any case.
	Text string

	// Before, an ID, asks only for requests made before that one: the next page.
	Before string
	// Limit is the greatest number of requests to return; 0 means 50.
	Limit int
}

var (
	// ErrNotFound says that there is no such request.
	ErrNotFound = errors.New("no such request")
	// ErrUnchanged is returned by a change that has nothing to save.
	ErrUnchanged = errors.New("nothing to change")
)

// A ClaimedError says that a claim is held by another request.
type ClaimedError struct {
	Claim string
	By    string // the request's ID
}

func (e *ClaimedError) Error() string { return e.Claim + " is held by " + e.By }
