package workflow

import "time"

// An Event is one line of a request's history.
type Event struct {
	At   time.Time
	By   string // Slack ID; empty for the bot itself
	Kind EventKind
	Text string // a sentence, without the name of who did it
	// Times is how often the same happened in a row, where it is refused again and again.
	Times int `json:",omitempty"`
}

// EventKind happened, for programs.
type EventKind string

const (
	EventAsked        EventKind = "asked"
	EventImported     EventKind = "imported" // from a manifest
	EventApproved     EventKind = "approved"
	EventDenied       EventKind = "denied"
	EventCancelled    EventKind = "cancelled"
	EventExpired      EventKind = "expired"
	EventWithdrawn    EventKind = "withdrawn" // an approver took an approval back
	EventVerify       EventKind = "verify"
	EventNewCode      EventKind = "new-code"
	EventSignedIn     EventKind = "signed-in"
	EventSignInFailed EventKind = "sign-in-failed"
	EventReady        EventKind = "ready"
	EventFailed       EventKind = "failed"
	EventAlarm        EventKind = "alarm"
	EventRetried      EventKind = "retried"
	EventUndo         EventKind = "undo"
	EventUndone       EventKind = "undone"
	EventOpened       EventKind = "opened"
	EventFetched      EventKind = "fetched"    // the file of a certificate
	EventWorks        EventKind = "works"      // the new credential does
	EventRemoveOld    EventKind = "remove-old" // the old credential is to be removed
	EventOldRemoved   EventKind = "old-removed"
	EventRevoked      EventKind = "revoked"
	EventHandOver     EventKind = "hand-over" // what was to go to a backup server
	EventCheckAsked   EventKind = "connection-check"
	EventChecked      EventKind = "connection"
	EventRefused      EventKind = "refused"
	EventReminder     EventKind = "reminder"
	EventExpiring     EventKind = "expiring"
	EventRestarted    EventKind = "restarted"
	EventEWSReminded  EventKind = "ews-reminder" // that the app is not on Exchange's list
	EventEWSListed    EventKind = "ews-listed"   // somebody said that it is
	EventRecipient    EventKind = "recipient"    // that the requester is gone, or back
)
