package workflow

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/set"
)

// Whether whoever asks for something about an app that was made here still owns it in the tenant:
// who did when it was made need not any more, and a request here only says who did. For an app of
// another hand the step StepOwned asks the same.

// An ownerLook is who owns an app, as of a sign-in.
type ownerLook struct {
	due    bool // it has to be known
	owners []string
	err    error // why it is not
}

// ownersEvery is how often the owners of a young app are read until the requester is one of them.
const ownersEvery = 5 * time.Second

// ownersTries is how often they are read while the service is not well.
const ownersTries = 12

// awaitOwners reads who owns r's app, where that decides. The owners of a young app may not be
// listed yet, so they are waited for as long as the sign-in counts.
func (e *Engine) awaitOwners(ctx context.Context, r *Request, s Session, p panel) ownerLook {
	for tries := 1; ; tries++ {
		l := e.lookForOwners(ctx, r, s)
		ids := []string{p.ties[r.Requester.ID].linked}
		for _, a := range p.who.Requesters {
			ids = append(ids, a.ObjectID)
		}
		shown := slices.ContainsFunc(ids, func(id string) bool { return set.ContainsFold(l.owners, id) })
		_, later := errors.AsType[Temporary](l.err)
		young := l.err == nil && !shown && IsYoung(cmp.Or(r.Made.Changed, r.Made.Born), e.now())
		if !l.due || !young && (!later || tries >= ownersTries) {
			return l
		}
		sleep(e.stop, ownersEvery)
		now, err := e.store.Get(ctx, r.ID)
		if e.stop.Err() != nil || err != nil || now.State != StateSignIn || now.SignIn.N != r.SignIn.N {
			return l
		}
	}
}

// lookForOwners reads who owns r's app, where that decides.
func (e *Engine) lookForOwners(ctx context.Context, r *Request, s Session) ownerLook {
	k := r.kind()
	if !r.aboutApp() || k.begins || k.restores || r.Adopted() || r.Target.TakenOver || !r.Task.carriesOut() || k.ends && !untouched(r) {
		return ownerLook{}
	}
	owners, err := s.Owners(ctx, r.Made.ObjectID)
	if err != nil && k.ends {
		if alive, err := s.Exists(ctx, r.Made.AppID); err == nil && !alive {
			return ownerLook{} // nobody owns what is gone
		}
	}
	return ownerLook{true, owners, err}
}

// against says why r is not theirs to ask for who are known so, or nil.
func (l ownerLook) against(r *Request, known identity.Known) *Refusal {
	who := r.Requester.Name
	const next = "Nothing was changed. One of its owners has to ask for this, or an administrator makes %s an owner in Entra (App " +
		"registrations › Owners). Press New code after that."
	switch {
	case !l.due, l.err == nil && set.ContainsFold(l.owners, known.ObjectID):
		return nil
	case l.err != nil:
		return refuse(RuleNotRequester, "It could not be read who owns %s now, so the bot can't tell whether %s still does. Nothing was "+
			"changed. Press New code to try again.", r.AppName(), who)
	case len(l.owners) == 0:
		return refuse(RuleNotRequester, "Nobody owns %s in Entra any more, so the bot can't tell whether it is still %s's. "+next,
			r.AppName(), who, who)
	}
	return refuse(RuleNotRequester, "%s, who asked for this, does not own %s in Entra any more. "+next, who, r.AppName(), who)
}
