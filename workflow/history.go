package workflow

import "time"

// History is what has become of a request, from the first event to the last.
type History []Event

// An Event is one line of a request's history.
type Event struct {
	At   time.Time
	By   string // Slack ID; empty for the bot itself
	Kind EventKind
	Text string // a sentence, without the name of who did it
	// Times is how often the same happened in a row, where it is refused again and again.
	Times int `json:",omitempty"`
}

// add writes one line, or counts one that repeats itself. Of checks of the connection in
// a row, which people may ask for without end, each person's last is kept.
func (h *History) add(e Event) {
	if n := len(*h); n > 0 && e.Kind == EventRefused {
		if last := &(*h)[n-1]; last.Kind == EventRefused && last.By == e.By && last.Text == e.Text {
			last.Times = max(last.Times, 1) + 1
			last.At = e.At
			return
		}
	}
	if i := h.checkedBefore(e); i >= 0 {
		e.Times = max((*h)[i].Times, 1) + 1
		(*h)[i] = e
		return
	}
	*h = append(*h, e)
}

// checkedBefore is where e repeats an event about a check, or -1.
func (h History) checkedBefore(e Event) int {
	check := func(e Event) bool { return e.Kind == EventCheckAsked || e.Kind == EventChecked }
	for i := len(h) - 1; i >= 0 && check(e) && check(h[i]); i-- {
		if h[i].Kind == e.Kind && h[i].By == e.By {
			return i
		}
	}
	return -1
}

// EventKind says what happened, for programs.
type EventKind string

const (
	EventAsked        EventKind = "asked"
	EventImported     EventKind = "imported" // from a manifest
	EventApproved     EventKind = "approved"
	EventLooked       EventKind = "looked"  // at an app that is to be adopted
	EventVouched      EventKind = "vouched" // for its requester
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
	EventUnlinked     EventKind = "unlinked"     // it is not known who asks
	EventLinked       EventKind = "linked"       // it is
	EventRecipient    EventKind = "recipient"    // that the requester is gone, or back
)
