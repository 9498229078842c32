package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// Exchange Online blocks Exchange Web Services (EWS) for every app whose App ID is not on a
// list of the organization's, and ends it altogether later. There is no API for that list
// that the bot could use, so somebody runs a script, and says so here. Until then the app's
// people are reminded. The dates are data: catalog.EWS has them.

// An EWSListing is what is known of an app on the organization's list of apps that may use
// EWS. It goes along with every later request about the app.
type EWSListing struct {
	AppID     string    // which app At and By are about; an earlier one where the app was made again
	At        time.Time // when somebody said that it is on the list
	By        string    // Slack ID of whoever said so
	Reminders int
	Reminded  time.Time
}

// EWSListed reports whether somebody said that the app is on the list.
func (r *Request) EWSListed() bool {
	return !r.EWS.At.IsZero() && r.Made.AppID != "" && strings.EqualFold(r.EWS.AppID, r.Made.AppID)
}

// EWSBefore is the App ID that the app had before it was made again, and that may be on the
// list still; or nothing.
func (r *Request) EWSBefore() string {
	if r.Made.AppID == "" || strings.EqualFold(r.EWS.AppID, r.Made.AppID) {
		return ""
	}
	return r.EWS.AppID
}

// NeedsEWS reports whether the app that r stands for has to be on the list, and nobody has
// said that it is.
func (r *Request) NeedsEWS() bool {
	return isLiveApp(r) && r.Plan.UsesEWS() && !r.EWSListed()
}

// isLiveApp reports whether r stands for an app that lives.
func isLiveApp(r *Request) bool {
	switch r.State {
	case StateReady, StateOverlap, StateLeftover, StateDone:
		return r.Made.AppID != "" && r.Successor == "" && r.Managed()
	}
	return false
}

// ewsAfter is what a later request about r's app knows of the list.
func ewsAfter(r *Request) EWSListing {
	e := r.EWS
	e.Reminders, e.Reminded = 0, time.Time{}
	if e.At.IsZero() && r.Plan.UsesEWS() { // it may be there, though nobody said so
		e.AppID = r.Made.AppID
	}
	return e
}

// SayEWSListed notes that somebody has put the app on the organization's list.
func (d *Desk) SayEWSListed(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		t, _ := d.Tenant(r.Tenant)
		_, approver := t.Approver(by.ID)
		keeper := slices.ContainsFunc(involved(r), func(p people.Person) bool { return p.ID == by.ID })
		switch {
		case !approver && !keeper:
			return refuse(RuleNotRequester, "Only whoever asked for %s, the owners of its app and the approvers of its tenant can confirm "+
				"that.", r.ID)
		case r.Successor != "":
			return refuse(RuleWrongState, "%s manages this app now. Press the button in its message.", r.Successor)
		case r.EWSListed():
			return refuse(RuleWrongState, "Somebody already confirmed that %s is on the list, on %s.", r.AppName(),
				text.Date(r.EWS.At))
		case !r.NeedsEWS():
			return refuse(RuleWrongState, "%s %s, and nothing of it has to be on that list.", r.ID, r.Standing())
		}
		return nil
	}, func(r *Request, now time.Time) {
		r.EWS.AppID, r.EWS.At, r.EWS.By = r.Made.AppID, now, by.ID
		r.note(now, Event{By: by.ID, Kind: EventEWSListed, Text: "said that the App ID " + r.Made.AppID + " is on " + catalog.EWS().List})
	})
}

// ewsDaily is how often people are reminded once a day; later it is once a week.
const ewsDaily = 7

// ewsRemindAt is when the people of an app are reminded next that it is not on the list, or zero.
func (p Policy) ewsRemindAt(r *Request) time.Time {
	if p.RemindEvery <= 0 || !r.NeedsEWS() {
		return time.Time{}
	}
	last, wait := r.Entered, p.RemindEvery
	if r.EWS.Reminded.After(last) {
		last = r.EWS.Reminded
	}
	if r.EWS.Reminders >= ewsDaily {
		wait = max(wait, 7*24*time.Hour)
	}
	at := last.Add(wait)
	if catalog.EWS().Over(at) {
		return time.Time{}
	}
	return at
}

// mindEWS reminds the people of an app that it is not on the list.
func (e *Engine) mindEWS(r *Request) bool {
	if at := e.policy.ewsRemindAt(r); at.IsZero() || e.now().Before(at) || catalog.EWS().Over(e.now()) {
		return false
	}
	_, err := e.save(r.ID, func(r *Request, now time.Time) error {
		if at := e.policy.ewsRemindAt(r); at.IsZero() || now.Before(at) || catalog.EWS().Over(now) {
			return ErrUnchanged
		}
		r.EWS.Reminders++
		r.EWS.Reminded = now
		r.note(now, Event{Kind: EventEWSReminded,
			Text: fmt.Sprintf("Nobody has confirmed yet that the App ID %s of %s is on the organization's list "+
				"%s.", r.Made.AppID, r.AppName(),
				catalog.EWS().List)})
		return nil
	})
	return err == nil
}

// hearEWS tells r, which stands for the app from now on, what was said of the list at the
// request before it while r was under way.
func (e *Engine) hearEWS(r, before *Request) bool {
	if !before.EWSListed() || r.EWSListed() || !strings.EqualFold(before.EWS.AppID, r.Made.AppID) {
		return true
	}
	_, err := e.save(r.ID, func(r *Request, _ time.Time) error {
		r.EWS.AppID, r.EWS.At, r.EWS.By = before.EWS.AppID, before.EWS.At, before.EWS.By
		return nil
	})
	return err == nil
}
