package workflow

import (
	"context"

	"github.com/entra-app/entra-app/workflow/people"
)

// A Messenger shows requests to people. Package bot is the one with Slack behind it.
type Messenger interface {
	// Draw makes sure that the message d.Name of d.Request shows what it should,
	// and returns where it is: it sends the message where there is none yet, and
	// changes it where there is.
	Draw(ctx context.Context, d Drawing) (channel, ts string, err error)
	// Digest makes sure that the digest of a tenant's day is in the tenant's
	// channel: it looks for it, and sends it where it is not there. Where it can't
	// look it sends only what is First.
	Digest(ctx context.Context, g Digest) error
	// Tell makes sure that the person of c, and nobody else, is shown it, and
	// returns where: it sends the message where there is none yet.
	Tell(ctx context.Context, c Checking) (channel, ts string, err error)
	// ShowLink makes sure that the person of l, and nobody else, is shown it, and returns where,
	// like Tell.
	ShowLink(ctx context.Context, l Linking) (channel, ts string, err error)
	// ShowDrift does the same for a look for drift.
	ShowDrift(ctx context.Context, l Drifting) (channel, ts string, err error)
}

// A Drawing is one message to be sent or changed.
type Drawing struct {
	Request *Request
	Name    PostName // with its number
	// Post is where the message is. If it has no TS and Begun is set, an earlier
	// attempt may have got through: look for it before sending another. For
	// Thread, Shown is the index of Event in the history.
	Post Post
	// Superseded says that a newer message has taken the place of this one: it is
	// changed where it is, and never sent.
	Superseded bool
	// Prompt is the live code, for the approver's DM; nil where there is none.
	Prompt *Prompt
	// Event is the line of history to tell, for Thread.
	Event *Event
}

// A Checking is a check of a connection, as the person who asked for it sees it.
// It is in no store.
type Checking struct {
	Request *Request
	To      people.Person
	Servers string  // the backup servers that are asked, in words
	Unsure  string  // those of them of which it is not known whether they have the organization
	OwnApp  bool    // the sign-in is to the app itself, not to the bot's client
	Prompt  *Prompt // the live code; nil where nobody has to sign in any more
	Said    string  // what came of it
	// Channel and TS say where the message is; empty where it was not sent yet.
	Channel, TS string
}
