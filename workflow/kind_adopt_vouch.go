package workflow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
	"github.com/entra-app/entra-app/workflow/whole"
)

// Where nobody owns an app in Entra, nothing there says whose it is. Then an approver says, in
// words that are kept and shown, why the requester may have it, and two people approve it. The
// requester becomes its owner.

// vouchApprovals is how many people have to approve what somebody vouches for.
const vouchApprovals = 2

// A Vouch is an approver's word for the requester of an app that nobody owns.
type Vouch struct {
	By    people.Person
	At    time.Time
	Words string
}

// Vouched reports whether an approval stands whose approver has vouched for the requester.
func (r *Request) Vouched() bool {
	return r.Look.Vouch.Words != "" &&
		slices.ContainsFunc(standing(r), func(a Approval) bool { return a.By.ID == r.Look.Vouch.By.ID })
}

// TakesVouch reports whether the next approval of r has to come with words.
func (r *Request) TakesVouch() bool {
	return r.State == StatePending && r.Look.NoOwner && doing(r).carriesOut() && !r.Vouched()
}

// Vouch approves the adoption of an app that nobody owns, and says why the requester may have it.
func (d *Desk) Vouch(ctx context.Context, id string, by people.Person, rev int, words string) (*Request, error) {
	words = text.Plain(words)
	no := wordsProblem(words, "Say how you know that the app is theirs: nobody owns it in Entra.")
	if certificate.HasPrivateKey(words) {
		no = refuse(RuleReason, form.KeyRefused)
	}
	if no != nil {
		return nil, no
	}
	return d.approve(ctx, id, by, rev, words)
}

// vouch keeps an approver's word, if there is one.
func vouch(r *Request, by people.Person, now time.Time, words string) {
	if words == "" || !r.Look.NoOwner {
		return
	}
	r.Look.Vouch = Vouch{By: by, At: now, Words: words}
	r.note(now, Event{By: by.ID, Kind: EventVouched, Text: "vouched for " + r.Requester.Name + ": " + words})
}

// needsWords says no to an approval without words where it takes some.
func needsWords(r *Request, words string) *Refusal {
	if words != "" || !r.TakesVouch() {
		return nil
	}
	return refuse(RuleReason, "Nobody owns %s in Entra, so nothing there says that it is for %s to have. Press Approve on the card "+
		"again: it asks how you know.", r.AppName(), r.Requester.Name)
}

// vouchable says no to an app without an owner where there can't be two approvers, or where it
// is not certain that there is none.
func (e *Engine) vouchable(ctx context.Context, r *Request, found Look) error {
	p, err := e.desk.panel(ctx, r)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(p.Approvers), func(a Approver) bool { _, gains := p.gains(r, a); return gains })
	switch {
	case found.Lacks(whole.KindOwner):
		return &ServiceError{Code: "OwnersUnread",
			Text: "who owns the application could not be read. Nothing was changed. An approver can press Retry, and " +
				"sign in with an account that may read that."}
	case len(others) < vouchApprovals:
		return &ServiceError{Code: "NobodyOwns", Text: fmt.Sprintf("nobody owns %s in Entra, so it takes the approval of %d people, and "+
			"%s has %s besides the requester. Nothing was changed. An administrator makes %s an owner in Entra (App "+
			"registrations › Owners), and an approver can press Retry then.", r.AppName(), vouchApprovals,
			r.Tenant, text.Count(len(others), "approver"), r.Requester.Name)}
	}
	return nil
}

// ownerless goes on with an app that nobody owns: to show it, or because somebody has vouched.
func ownerless(r *Request) (note string, err error) {
	switch {
	case !r.task().makes:
		return "nobody owns it in Entra: an approver has to vouch for " + r.Requester.Name, nil
	case r.Look.NoOwner && r.Vouched():
		return "nobody owns it in Entra: " + r.Look.Vouch.By.Name + " has vouched for " + r.Requester.Name, nil
	}
	return "", &ServiceError{Code: "NotOwner", Text: fmt.Sprintf("nobody owns %s in Entra, and no approver whose approval stands has "+
		"vouched for %s. Nothing was changed. Give up, and have it asked for again.", r.AppName(), r.Requester.Name)}
}
