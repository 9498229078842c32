package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/people"
)

// Who may see what of a request. Everything that leaves for a person who did not ask for it
// passes here: status, lists, details, exports, searches by name, and refusals.

// Sight is how much of a request somebody may see.
type Sight int

const (
	// SeesNothing is of those who may take no part: they are not told whether there is such
	// a request at all.
	SeesNothing Sight = iota
	// SeesState is of members who are not involved: that it exists, and its state.
	SeesState
	// SeesDetail is of those involved.
	SeesDetail
)

// Sight says how much of r somebody may see who asks in a channel, "" where Slack names none.
// Involved are the requester, the owners, the approvers of its tenant, and whoever asks in the
// channel of the team that the request names: Slack delivers a command or a press only from
// people who are in that channel. The approvers' channel counts for nothing by itself: its
// other members have the card and no more.
func (d *Desk) Sight(r *Request, by people.Person, channel string) Sight {
	if by.Outside != "" || by.ID == "" {
		return SeesNothing
	}
	if slices.ContainsFunc(involved(r), func(p people.Person) bool { return p.ID == by.ID }) {
		return SeesDetail
	}
	if t, ok := d.Tenant(r.Tenant); ok && t.ID == r.Plan.TenantID {
		if _, ok := t.Approver(by.ID); ok {
			return SeesDetail
		}
	}
	if channel != "" && channel == r.Team {
		return SeesDetail
	}
	return SeesState
}

// involved are the people whom r is for.
func involved(r *Request) []people.Person {
	return append([]people.Person{r.Requester}, r.Plan.Owners...)
}

// TurnedAway is the refusal of somebody who may take no part, and nil for everybody else. It is
// the same whatever they name, and comes before anything is looked up: from it nobody learns
// whether a request exists.
func TurnedAway(by people.Person) *Refusal {
	if by.Outside == "" {
		return nil
	}
	return refuse(RuleOutsider, "You can't use this here: %s.", by.Outside)
}

// turnAway writes into the history of the request called id that somebody was turned away, if
// there is one. The answer is the same if there is none.
func (d *Desk) turnAway(ctx context.Context, id string, by people.Person, no *Refusal) error {
	_, err := d.store.Update(ctx, id, func(r *Request) error {
		if fromNewer(r.ID, r.Kind, r.Task) != nil {
			return ErrUnchanged
		}
		r.note(d.now(), Event{By: by.ID, Kind: EventRefused, Text: no.Text})
		return nil
	})
	d.log.Info("refused", "request", id, "by", by.ID, "rule", no.Rule)
	if err != nil && !errors.Is(err, ErrNotFound) {
		d.log.Warn("a refusal was not written down", "request", id, "err", err)
	}
	return no
}

// Look returns a request and how much of it somebody may see.
func (d *Desk) Look(ctx context.Context, id string, by people.Person, channel string) (*Request, Sight, error) {
	if no := TurnedAway(by); no != nil {
		return nil, SeesNothing, no
	}
	r, err := d.store.Get(ctx, id)
	if err != nil {
		return nil, SeesNothing, err
	}
	return r, d.Sight(r, by, channel), nil
}

// Audited returns what the log says about a request, to somebody who may see its detail. To others
// it is what Look and Unseen say.
func (d *Desk) Audited(ctx context.Context, id string, by people.Person, channel string) ([]audit.Entry, error) {
	r, sight, err := d.Look(ctx, id, by, channel)
	switch {
	case err != nil:
		return nil, err
	case sight < SeesDetail:
		return nil, Unseen(r)
	}
	return d.store.Entries(ctx, r.ID)
}

// Unseen is the answer to a member who is not involved: that r exists, and its state.
func Unseen(r *Request) *Refusal {
	return refuse(RuleUnseen, "%s: %s. More of it is shown to whoever asked for it, to the app's owners, to the approvers of its "+
		"tenant, and in the channel of its team.", r.ID, r.State.Title())
}

// lookAtMost is how many requests are looked at for one page of a list, whoever may see them.
const lookAtMost = 2000

// See is List for somebody who looks, with the requests of which they see so much at least.
// Only where q asks for nothing but a state may that be less than the detail: any other list
// tells by itself whose a request is, or what its app is called. It says false where it has
// stopped looking before the end.
func (d *Desk) See(ctx context.Context, q Query, by people.Person, channel string, least Sight) (found []*Request, whole bool, err error) {
	want := q.Limit
	if q != (Query{State: q.State, Before: q.Before, Limit: q.Limit}) {
		least = SeesDetail
	}
	var unreadable UnreadableError
	for looked := 0; len(found) < want && looked < lookAtMost; looked += q.Limit {
		page, unread, err := Readable(d.store.List(ctx, q))
		if err != nil {
			return nil, false, err
		}
		unreadable.Add(unread)
		for _, r := range page {
			q.Before = r.ID
			if d.Sight(r, by, channel) >= max(least, SeesState) && len(found) < want {
				found = append(found, r)
			}
		}
		if whole = len(page) < q.Limit; whole {
			break
		}
		q.Limit = 200
	}
	if unreadable.Records != nil {
		return found, whole, &unreadable
	}
	return found, whole || len(found) == want, nil
}

// asker names whoever asked for r to somebody who may know it.
func (d *Desk) asker(r *Request, by people.Person) string {
	if d.Sight(r, by, "") == SeesDetail {
		return fmt.Sprintf("%s, who asked for %s,", r.Requester.Name, r.ID)
	}
	return "whoever asked for " + r.ID
}

// holder names the request that holds what somebody wants, to somebody who may know it.
func (d *Desk) holder(ctx context.Context, id string, by people.Person) string {
	if r, err := d.store.Get(ctx, id); err == nil && d.Sight(r, by, "") == SeesDetail {
		return id
	}
	return ""
}
