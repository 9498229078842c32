package workflow

import (
	"context"

	"github.com/entra-app/entra-app/workflow/people"
)

// People says who is still there. Package bot is the one with Slack behind it:
// whoever's account is deactivated there has left.
type People interface {
	// Departed returns all who have left.
	Departed(ctx context.Context) ([]people.Person, error)
	// HasLeft reports whether a person has, by Slack ID. Where that can't be found
	// out it returns an error.
	HasLeft(ctx context.Context, id string) (bool, error)
	// WithAddress returns the Slack ID of whoever has an e-mail address in their profile, or empty
	// where nobody has who is still there.
	WithAddress(ctx context.Context, address string) (id string, err error)
	// Person is who somebody is now, by Slack ID: their profile, asked for again. Where that can't
	// be found out it returns an error.
	Person(ctx context.Context, id string) (people.Person, error)
	// Away says why a person can be given nothing now, as the end of a sentence: they
	// have left, or may take no part any more. It is empty where they can, and asks again.
	// Where that can't be found out it returns an error.
	Away(ctx context.Context, id string) (why string, err error)
}
