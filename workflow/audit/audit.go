// Package audit is what the log of a bot says: one entry for each thing that somebody may
// have to prove later. The store keeps the entries, in the transaction of what they tell, and
// nothing of an entry is ever changed.
//
// An entry's canonical form is one line of JSON, and the line is what is hashed, signed, exported
// and checked by others. Its version is its first field. A field that is empty is left out, and
// the names of fields and the words in What never change.
package audit

import (
	"context"
	"time"
)

// An Entry is one line of the log. It has nothing secret in it.
type Entry struct {
	At      time.Time
	What    string // a word for programs: an event of a request's history, or one of the constants
	Request string // "EA-7"; empty where it is about none
	About   string // what that asks for: "register payroll-backup"
	Tenant  string // the configured name; empty where it is about none, or about all
	Slack   string // Slack ID of who did it; empty is the bot itself, or nobody in Slack
	Entra   string // object ID of the account in Entra that did it, where that is known
	UPN     string // that account's user principal name
	From    string // where it came from: see Via
	Detail  string // a sentence, without the name of who did it
	Result  string // what came of it; empty is that it happened
	Plan    string // of a decision: the digest of the plan that it is about
	// RequestIDs are the service's own names of the calls that it took: "PATCH /applications/… 204 ID".
	RequestIDs []string
}

// What an entry tells that is not in any request's history. The words of histories are those
// of workflow.EventKind, and stand in entries as they are.
const (
	WhatBegan         = "log-began"     // the first entry of every log
	WhatLogDamaged    = "log-damaged"   // what was found wrong with the log itself
	WhatLogKey        = "log-key"       // the log is signed with another key from here on
	WhatStart         = "start"         // the bot was started
	WhatStop          = "stop"          // and ended in order
	WhatConfiguration = "configuration" // it was started with another configuration
	WhatRefused       = "refused"       // somebody tried what they may not
	WhatLinked        = "linked"        // a Slack account was tied to one in Entra
	WhatUnlinked      = "unlinked"
	WhatDrift         = "drift" // apps were compared with what was approved
	WhatCode          = "code"  // a sign-in code was made
	WhatBegun         = "step-begun"
	WhatStep          = "step"
	WhatStepFailed    = "step-failed"
	WhatHandover      = "handover" // a credential is on its way to a person, or back
	WhatKey           = "key"      // the key of the store, or of a secret, was changed or destroyed
)

// A Head is what a log was at some time: how many entries it had, and one hash of them all.
type Head struct {
	Size int64
	Hash string // base64
	// Note is the head, signed: text of golang.org/x/mod/sumdb/note that can be posted and kept.
	Note string
}

type (
	viaKey   struct{}
	alongKey struct{}
)

// Via returns a context for what came from somewhere, such as a message in Slack or an operator's
// command. Stores put it into the entries about what people did.
func Via(ctx context.Context, from string) context.Context {
	return context.WithValue(ctx, viaKey{}, from)
}

// From is where ctx came from; empty is the bot itself.
func From(ctx context.Context) string {
	from, _ := ctx.Value(viaKey{}).(string)
	return from
}

// Along returns a context that brings entries along: a store writes them with the next change of a
// request, if there is one.
func Along(ctx context.Context, entries ...Entry) context.Context {
	return context.WithValue(ctx, alongKey{}, entries)
}

// Brought are the entries that ctx brings along.
func Brought(ctx context.Context) []Entry {
	entries, _ := ctx.Value(alongKey{}).([]Entry)
	return entries
}

// Linked is the entry of a Slack account that is tied to an account of a tenant from now on.
func Linked(ctx context.Context, slack, tenantID, objectID, how string, at time.Time) Entry {
	return Entry{At: at, What: WhatLinked, Slack: slack, Entra: objectID, From: From(ctx), Result: how,
		Detail: "The Slack account is linked to this account of the tenant " + tenantID + "."}
}

// Unlinked is the entry of one that is not any more. Whoever did that is in From.
func Unlinked(ctx context.Context, slack, tenantID, objectID string) Entry {
	return Entry{At: time.Now(), What: WhatUnlinked, Slack: slack, Entra: objectID, From: From(ctx),
		Detail: "The Slack account is no longer linked to this account of the tenant " + tenantID + "."}
}
