package workflow

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/entra-app/entra-app/workflow/people"
)

var errNobodyKnows = errors.New("nobody knows who has left")

func (e *Engine) departed(ctx context.Context) ([]people.Person, error) {
	if e.people == nil {
		return nil, errNobodyKnows
	}
	return e.people.Departed(ctx)
}

// keeps says no to anyone but those who asked for an app and its owners.
func (d *Desk) keeps(r *Request, by people.Person) *Refusal {
	if no := TurnedAway(by); no != nil || slices.ContainsFunc(involved(r), func(p people.Person) bool { return p.ID == by.ID }) {
		return no
	}
	return refuse(RuleNotRequester, "Only %s and its owners can ask for that.", d.asker(r, by))
}

// MayAsk says no to anyone who has no say over the app that a request stands for.
func (d *Desk) MayAsk(ctx context.Context, by people.Person, about *Request, kind Kind) error {
	_, err := d.hasSay(ctx, about, by, kind)
	return err
}

// hasSay says no to anyone who has no say over an app: those who asked for it and
// its owners have. Where all of them have left an approver takes over, so that
// the app is nobody's for no longer than that; another one has to approve it.
func (d *Desk) hasSay(ctx context.Context, r *Request, by people.Person, kind Kind) (takesOver bool, err error) {
	no := d.keeps(r, by)
	tenant, _ := d.Tenant(r.Tenant)
	_, approver := tenant.Approver(by.ID)
	switch {
	case no == nil:
		return false, nil
	case no.Rule != RuleNotRequester || !approver || kinds[kind].restores || d.people == nil || len(r.Owners()) == 0:
		return false, no
	}
	switch left, err := d.allLeft(ctx, r); {
	case err != nil:
		d.log.Warn("it is not known whether an app's people have left", "request", r.ID, "err", err)
		return false, refuse(RuleNotRequester,
			"%s An approver can where all of them have left, and Slack did not say whether they have. Nothing was done. Try again in "+
				"a minute.", no.Text)
	case !left:
		return false, no
	}
	return true, nil
}

// allLeft reports whether everybody who has a say over an app has left. That
// somebody could not be asked about is an error, unless another is there.
func (d *Desk) allLeft(ctx context.Context, r *Request) (bool, error) {
	keepers := r.Owners()
	if d.people == nil || len(keepers) == 0 {
		return false, errNobodyKnows
	}
	gone, errs := make([]bool, len(keepers)), make([]error, len(keepers))
	var wg sync.WaitGroup
	for i, p := range keepers {
		errs[i] = errNobodyKnows
		wg.Go(func() { caught(d.log, r.ID, func() { gone[i], errs[i] = d.people.HasLeft(ctx, p.ID) }) })
	}
	wg.Wait()
	for i := range keepers {
		if errs[i] == nil && !gone[i] {
			return false, nil
		}
	}
	return true, errors.Join(errs...)
}
