package workflow

import (
	"context"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
)

// An AuditLog keeps what happened, for people who were not there. It is part of every [Store],
// because a store writes an entry in the transaction of what it tells: Create and Update write
// those that [Told] returns. If an entry can't be written, the transaction fails. No entry is
// ever changed or removed.
type AuditLog interface {
	// Record appends an entry about what is in no request's history. An entry without a time
	// gets the present one.
	Record(ctx context.Context, e audit.Entry) error

	// Entries returns all entries about a request, the oldest first.
	Entries(ctx context.Context, request string) ([]audit.Entry, error)

	// Head returns how many entries there are, with one signed hash of them all.
	Head(ctx context.Context) (audit.Head, error)
}

// Told is what a change of a request has to tell: each event that its history did not have, or
// has had less often; that its credential went from one hand to another; and what came along
// with ctx (audit.Along). was is nil where the request is new. IDs of new requests are the store's
// to put in.
func Told(ctx context.Context, was, is *Request) []audit.Entry {
	if was == nil {
		was = &Request{}
	}
	from := audit.From(ctx)
	var told []audit.Entry
	tell := func(e audit.Entry) {
		e.Request, e.Tenant, e.About = is.ID, is.Tenant, string(is.Kind)+" "+is.AppName()
		if e.From == "" && e.Slack != "" {
			e.From = from
		}
		told = append(told, e)
	}
	for _, e := range audit.Brought(ctx) {
		tell(e)
	}
	for i, e := range is.History {
		if i >= len(was.History) || was.History[i] != e {
			tell(is.toldBy(e))
		}
	}
	if h := is.Handover; h.Status != was.Handover.Status || !h.At.Equal(was.Handover.At) {
		tell(audit.Entry{At: lastOf(h.At, is), What: audit.WhatHandover, Slack: h.By, Result: string(h.Status),
			Detail: "The credential is " + h.Status.words() + "."})
	}
	return told
}

// toldBy is the entry of one event.
func (r *Request) toldBy(e Event) audit.Entry {
	told := audit.Entry{At: e.At, What: string(e.Kind), Slack: e.By, Detail: e.Text, Result: string(r.State)}
	switch e.Kind {
	case EventRefused:
		told.Result = "refused"
	case EventApproved, EventDenied:
		told.Plan = r.decidedBy(e.By)
	case EventSignedIn, EventSignInFailed:
		told.Entra, told.UPN = r.SignIn.ObjectID, r.SignIn.Account
	}
	return told
}

// decidedBy is the digest of the plan that somebody has decided on.
func (r *Request) decidedBy(slack string) string {
	for _, a := range append([]Approval{r.Approval}, r.Agreed...) {
		if a.By.ID == slack {
			return a.Digest
		}
	}
	return ""
}

// lastOf is a time or, where it is not known, that of the last thing known of r.
func lastOf(at time.Time, r *Request) time.Time {
	if n := len(r.History); at.IsZero() && n > 0 {
		return r.History[n-1].At
	}
	return at
}

// words says where a credential is, as the end of a sentence.
func (s HandoverStatus) words() string {
	words := map[HandoverStatus]string{
		HandoverNone:     "not here any more",
		HandoverKept:     "kept, sealed",
		HandoverClaimed:  "about to be shown",
		HandoverShown:    "shown, and no longer kept",
		HandoverFetching: "waiting as a file whose password was shown",
		HandoverSending:  "on its way as a file",
		HandoverRevoked:  "revoked, and no longer kept",
	}
	if w := words[s]; w != "" {
		return w
	}
	return string(s)
}
