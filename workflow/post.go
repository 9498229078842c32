package workflow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PostName names one of the messages that show a request.
type PostName string

// The messages that show a request. Names that end in a colon are followed by a
// number: there can be several, and only the last is kept up to date.
const (
	PostCard    PostName = "card"     // in the approvers' channel
	PostFollow  PostName = "follow"   // the requester's DM, from the first moment on
	PostSignIn  PostName = "signin:"  // the approver's DM, one for each Approval.N
	PostOutcome PostName = "outcome:" // the requester's DM about an ending, one for each of Outcomes
	PostThread  PostName = "thread"   // under the card: one reply for each Event
	PostExpiry  PostName = "expiry:"  // that the credential expires, one for each of Warned and each place: "expiry:2:U123"
	PostEWS     PostName = "ews:"     // the requester's DM that the app is not on Exchange's list, one for each of EWS.Reminders
)

// A Post is what the store knows of one message.
type Post struct {
	Channel, TS string
	// Shown is the revision that the message was last drawn from; for PostThread
	// it is the number of events that have been told.
	Shown int
	// Begun says that sending was begun and nothing is known of its end: the
	// message may be there already.
	Begun time.Time
	// After is when a failed attempt may be repeated.
	After time.Time
	Tries int
	// Last says that a newer message has taken its place, and that it shows that.
	Last bool
}

// Posts are the messages that show a request, as far as they were begun.
type Posts map[PostName]Post

func (p *Posts) set(name PostName, to Post) {
	if *p == nil {
		*p = Posts{}
	}
	(*p)[name] = to
}

// post names the newest message of a numbered kind.
func post(kind PostName, n int) PostName { return PostName(fmt.Sprintf("%s%d", kind, n)) }

// owedPosts names the messages that do not show r as it is.
func owedPosts(r *Request) []PostName {
	names := []PostName{PostCard, PostFollow}
	if r.unheardOf() {
		names = names[1:]
	}
	if r.Approval.N > 0 && !r.Approval.Denied {
		names = append(names, post(PostSignIn, r.Approval.N))
	}
	if r.Outcomes > 0 {
		names = append(names, post(PostOutcome, r.Outcomes))
	}
	if r.Warned > 0 && mayExpire(r) {
		names = append(names, expiryPosts(r)...)
	}
	if r.EWS.Reminders > 0 && isLiveApp(r) {
		names = append(names, post(PostEWS, r.EWS.Reminders))
	}
	for name, p := range r.Posts {
		if superseded(r, name) && p.TS != "" && !p.Last {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.DeleteFunc(names, func(n PostName) bool { return r.Posts[n].Shown >= r.Rev && !superseded(r, n) })
	if r.Posts[PostCard].TS != "" && r.Posts[PostThread].Shown < len(r.History) {
		names = append(names, PostThread)
	}
	return names
}

// unheardOf reports whether no approver has been told of r, nor has to be.
func (r *Request) unheardOf() bool {
	_, begun := r.Posts[PostCard]
	return !begun && (r.State == StateUnlinked || r.Failure.Rule == RuleUnlinked || r.Known.How == "" && r.Approval.N == 0 &&
		(r.State == StateCancelled || r.State == StateExpired))
}

// superseded reports whether a newer message has taken the place of this one.
func superseded(r *Request, name PostName) bool {
	for kind, newest := range map[PostName]int{PostSignIn: r.Approval.N, PostOutcome: r.Outcomes, PostEWS: r.EWS.Reminders} {
		if n, ok := strings.CutPrefix(string(name), string(kind)); ok {
			i, err := strconv.Atoi(n)
			return err == nil && i < newest
		}
	}
	return false
}
