package workflow

import (
	"context"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// How much one person may have open and ask for within an hour. It is counted in what is stored, so that a restart forgets
// nothing. Where there is a limit, one submission or decision at a time is counted and kept.

const limitHour = time.Hour

// counted makes sure that nobody else is counted meanwhile, and returns what ends that.
func (d *Desk) counted(limit int) (done func()) {
	if limit <= 0 {
		return func() {}
	}
	d.counting.Lock()
	return d.counting.Unlock
}

// limits are the operator's; none where nothing is said.
func (p Policy) limits() (open, requests, codes int) {
	if p.Rules == nil {
		return 0, 0, 0
	}
	l := p.Rules.Limits
	return l.Open, l.Requests, l.Codes
}

// tooMuch says no to somebody who has too many requests. The same form sent again is no other request.
func (d *Desk) tooMuch(ctx context.Context, by people.Person, origin string) (*Refusal, error) {
	open, hourly, _ := d.policy.limits()
	if open <= 0 && hourly <= 0 {
		return nil, nil
	}
	all, _, err := Readable(every(ctx, d.store, Query{Requester: by.ID}))
	if err != nil {
		return nil, err
	}
	now, unfinished := d.now(), 0
	var asked []time.Time
	for _, r := range all {
		switch {
		case r.Origin == origin && origin != "":
			return nil, nil
		case r.Requester.ID != by.ID:
			continue
		case r.State.open():
			unfinished++
		}
		asked = append(asked, r.Created)
	}
	if open > 0 && unfinished >= open {
		return refuse(RuleLimit, "The policy of this bot allows one person %s at a time, and you have %d. Nothing was sent. "+
			"You can ask again once one of them is: /entra-app status lists them.", text.Count(open, "request"), unfinished), nil
	}
	if again, over := again(asked, hourly, now); over {
		return refuse(RuleLimit, "You have asked for %s within an hour, and the policy of this bot allows no more than that. Nothing was "+
			"sent. You can ask again from %s UTC on.", text.Count(hourly, "request"), again.UTC().Format("15:04")), nil
	}
	return nil, nil
}

// again says when somebody may do once more what they did at these times, where they have done it as often as an hour allows.
func again(times []time.Time, limit int, now time.Time) (at time.Time, over bool) {
	times = slices.DeleteFunc(times, func(t time.Time) bool { return !t.After(now.Add(-limitHour)) })
	if limit <= 0 || len(times) < limit {
		return time.Time{}, false
	}
	slices.SortFunc(times, time.Time.Compare)
	return times[len(times)-limit].Add(limitHour + time.Minute - 1).Truncate(time.Minute), true
}

// codesOf are the times at which an approver approved or asked for a code, of requests that are not over.
func (d *Desk) codesOf(ctx context.Context, by people.Person) ([]time.Time, error) {
	if _, _, limit := d.policy.limits(); limit <= 0 {
		return nil, nil
	}
	var times []time.Time
	for _, s := range []State{StatePending, StateSignIn, StateProvisioning, StateFailed, StateRevoked, StateReady, StateLeftover} {
		found, _, err := Readable(every(ctx, d.store, Query{State: s}))
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			for _, e := range r.History {
				switch e.Kind {
				case EventApproved, EventNewCode, EventRetried, EventUndo, EventVerify, EventRemoveOld, EventHandOver:
					if e.By == by.ID {
						times = append(times, e.At)
					}
				}
			}
		}
	}
	return times, nil
}

// tooManyCodes says no to an approver who would be sent one code more than an hour allows.
func (d *Desk) tooManyCodes(r *Request, times []time.Time, act func(r *Request, now time.Time)) *Refusal {
	_, _, limit := d.policy.limits()
	again, over := again(slices.Clone(times), limit, d.now())
	if !over {
		return nil
	}
	trial := r.Clone()
	if act(trial, d.now()); trial.SignIn.Status != SignInWanted || r.SignIn.Status == SignInWanted {
		return nil // no code comes of it
	}
	return refuse(RuleLimit, "You have been sent %s within an hour, and the policy of this bot allows no more. Nothing was changed. You "+
		"can go on from %s UTC on; another approver can now.", text.Count(limit, "sign-in code"), again.UTC().Format("15:04"))
}
