package workflow

import (
	"context"

	"github.com/entra-app/entra-app/workflow/identity"
)

// Links is the part of a store that keeps who somebody in Slack is in a tenant. It is small:
// a link for a person and a tenant.
type Links interface {
	// Link returns the link of a Slack account in a tenant. It is ErrNotFound where there is
	// none, and an *identity.UnreadableError where there is one that can't be read.
	Link(ctx context.Context, slack, tenantID string) (identity.Link, error)

	// PutLink keeps a link, in the place of an earlier one of the same Slack account and
	// tenant. When it returns, the link survives a power cut.
	PutLink(ctx context.Context, l identity.Link) error

	// DropLink removes a link, also one that can't be read. It is ErrNotFound where there is none.
	DropLink(ctx context.Context, slack, tenantID string) error

	// Links returns all links, by Slack account and tenant. Those that can't be read don't keep
	// it from returning the others; it names them in an *identity.UnreadableError beside these.
	Links(ctx context.Context) ([]identity.Link, error)
}
