package workflow

import (
	"context"
	"errors"
	"strings"

	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/people"
)

// Who somebody in Slack is in a tenant. A profile proves nothing; a sign-in of their own does,
// once for each tenant. The code is shown to that person alone, and is in memory only: a newer
// one replaces it, a restart ends it. What is kept is an identity.Link. See linked.go.

// A Linking is a sign-in that links somebody, as that person sees it, or what they are told of
// their link. It is in no store.
type Linking struct {
	To     people.Person
	Tenant Tenant
	Prompt *Prompt // the live code; nil where nobody has to sign in any more
	Said   string  // what came of it
	Other  string  // the other Slack account that Said is about; empty where there is none
	Again  bool    // whether they are offered to link
	// Channel and TS say where the message is; empty where it was not sent yet.
	Channel, TS string
}

// Link has whoever asks sign in to a tenant, which may be empty where there is one only. The
// code and what came of it go to that person alone.
func (d *Desk) Link(_ context.Context, tenant string, by people.Person) (Tenant, error) {
	t, no := d.linkable(tenant)
	switch {
	case by.Outside != "":
		return t, refuse(RuleOutsider, "You can't link an account: %s.", by.Outside)
	case no != nil:
		return t, no
	case !d.linking(t, by):
		return t, refuse(RuleRestart, "This bot is being restarted. Try again in a minute.")
	}
	return t, nil
}

// Unlink removes the link of whoever asks. Anybody may do that, whatever Slack says of them.
func (d *Desk) Unlink(ctx context.Context, tenant string, by people.Person) (Tenant, error) {
	t, no := d.linkable(tenant)
	if no != nil {
		return t, no
	}
	switch err := d.store.DropLink(ctx, by.ID, t.ID); {
	case errors.Is(err, ErrNotFound):
		return t, refuse(RuleWrongState, "Your Slack account is not linked to an account of %s. Nothing was changed.", t.Name)
	case err != nil:
		return t, err
	}
	d.log.Info("unlinked", "slack", by.ID, "tenant", t.ID, "by", by.ID)
	return t, nil
}

// linkable is the tenant of this name.
func (d *Desk) linkable(name string) (Tenant, *Refusal) {
	t, ok := d.chosenTenant(name)
	if ok {
		return t, nil
	}
	names := make([]string, len(d.tenants))
	for i, t := range d.tenants {
		names[i] = t.Name
	}
	if name == "" {
		return t, refuse(RuleTenant, "There are several tenants here. Add one of them: %s.", strings.Join(names, ", "))
	}
	return t, refuse(RuleTenant, "No tenant of that name is configured here. These are: %s.", strings.Join(names, ", "))
}

// Linked returns the link of a Slack account in a tenant, as long as it holds. It is ErrNotFound
// where there is none, and where the policy wants it to be renewed.
func (d *Desk) Linked(ctx context.Context, slack, tenantID string) (identity.Link, error) {
	l, holds, err := d.LinkOf(ctx, slack, tenantID)
	if err == nil && !holds {
		return identity.Link{}, ErrNotFound
	}
	return l, err
}

// LinkOf returns the link of a Slack account in a tenant, and whether it holds. One that has to
// be renewed says whose account it was, which is enough to say no by.
func (d *Desk) LinkOf(ctx context.Context, slack, tenantID string) (l identity.Link, holds bool, err error) {
	l, err = d.store.Link(ctx, slack, tenantID)
	return l, err == nil && !l.Over(d.now(), d.policy.LinkLifetime), err
}

// Links returns all links. Those that can't be read are named in an *identity.UnreadableError.
func (d *Desk) Links(ctx context.Context) ([]identity.Link, error) { return d.store.Links(ctx) }
