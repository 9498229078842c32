// Package identity says who a member of the Slack workspace is in a tenant of Entra.
//
// Slack proves nothing about that: a profile has an address, and that can be anybody's. What
// proves it is a sign-in of that person's own, once for each tenant. What is kept of it is a
// [Link]: which account, when and how. No token, no name and no address.
//
// One Slack account has at most one link in a tenant. Several Slack accounts may be linked to
// the same account: then they are the same person, who may not approve what another of theirs
// has asked for.
package identity

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ByDeviceCode is how a link is made: its person signed in with a device code.
const ByDeviceCode = "device-code"

// A Link binds a Slack account to the account with which its person signed in.
type Link struct {
	Slack    string // the user ID, "U0123456789"
	TenantID string
	ObjectID string // of the account in that tenant; it is never given to another one
	At       time.Time
	How      string // ByDeviceCode
}

// Check returns an error if a part of the link is missing. Such a link says nothing.
func (l Link) Check() error {
	if l.Slack == "" || l.TenantID == "" || l.ObjectID == "" || l.At.IsZero() || l.How == "" {
		return errors.New("identity: a link names a Slack account, a tenant and an account there, and says when and how")
	}
	return nil
}

// Key names the link among all others: there is one for a Slack account and a tenant.
func (l Link) Key() string { return Key(l.Slack, l.TenantID) }

// Key is that of the link of a Slack account in a tenant. GUIDs are compared without case.
func Key(slack, tenantID string) string { return slack + " " + strings.ToLower(tenantID) }

// IsOf reports whether the link is to this account. An empty object ID is nobody's.
func (l Link) IsOf(tenantID, objectID string) bool {
	return objectID != "" && strings.EqualFold(l.ObjectID, objectID) && strings.EqualFold(l.TenantID, tenantID)
}

// Over reports whether the link has to be renewed at a time: it holds for a lifetime from when
// it was made. A lifetime of 0 has no end.
func (l Link) Over(now time.Time, lifetime time.Duration) bool {
	return lifetime > 0 && !now.Before(l.At.Add(lifetime))
}

// How it is known who somebody is.
const (
	KnownLink    = "link"    // they signed in
	KnownMatch   = "match"   // their address was looked up with an approver's sign-in: one account has it
	KnownAddress = "address" // Slack confirms an address, which nobody has looked up yet
	KnownVouched = "vouched" // two approvers say so
)

// Known is how it is known who somebody is, and what is known. The zero Known is nothing.
type Known struct {
	How      string
	ObjectID string    `json:",omitempty"`
	UPN      string    `json:",omitempty"`
	At       time.Time `json:",omitzero"`
}

// An UnreadableError names links that are kept but can't be read: their bytes are damaged, or a
// newer entra-app wrote them. Whose account it is that such a link names is not known, which is
// not the same as no link.
type UnreadableError struct{ Links []Unreadable }

// Unreadable is one link that can't be read.
type Unreadable struct {
	Slack, TenantID string
	Err             error
}

func (e *UnreadableError) Error() string {
	names := make([]string, len(e.Links))
	for i, l := range e.Links {
		names[i] = fmt.Sprintf("the link of %s in tenant %s can't be read from the store: %v", l.Slack, l.TenantID, l.Err)
	}
	return strings.Join(names, "; ")
}

// Unwrap returns why each can't be read.
func (e *UnreadableError) Unwrap() []error {
	out := make([]error, len(e.Links))
	for i, l := range e.Links {
		out[i] = l.Err
	}
	return out
}
