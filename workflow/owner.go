package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/set"
)

// The owners of an application in Entra: who becomes one, who ceases to be one, and
// whether the requester is one.

// creates reports whether r registers a new application, and does not change one.
func creates(r *Request) bool { return r.kind().begins && !r.kind().finds || r.Target.Recreated }

// ensureOwners makes the requester and the plan's owners owners of the app. Whoever
// registered it may be one too, of the service principal as well: that was for this
// request only, and so it is removed again, unless nobody else owns the app. Whom Entra does not make an owner is a note:
// the app is the requester's all the same. Who is one is what the tenant says.
func (e *Engine) ensureOwners(ctx context.Context, r *Request, s Session) (edit, error) {
	wanted, notes := wantedOwners(r, s.Signer())
	var ids []string
	for _, o := range wanted {
		ids = append(ids, o.ObjectID)
	}
	if r.kind().finds {
		if err := e.noteOwners(r, ids); err != nil {
			return nil, err
		}
	}
	not, leave := notOwners(r, s.Signer(), ids), notOfPrincipal(r, s.Signer(), ids)
	has, err := e.owned(ctx, r, StepOwner, s, r.Made, ids, not, leave)
	if err != nil {
		return nil, err
	}
	if r.Target.TakenOver && r.Steps.Get(StepTrim) == nil { // an update removes them with all else that goes
		left, err := removeOwners(ctx, r, s)
		if err != nil {
			return nil, err
		}
		notes = append(notes, left...)
	}
	var owners []string
	for _, o := range wanted {
		if has.Has(o.ObjectID) {
			owners = append(owners, o.UPN)
		} else {
			notes = append(notes, notMade(o.UPN, has.Refused[strings.ToLower(o.ObjectID)]))
		}
	}
	notes = append(notes, unwantedOwners(r, s.Signer(), not, has, len(owners) > 0)...)
	notes = append(notes, principalNotes(r, s.Signer(), leave, has)...)
	return func(r *Request, st *Step) {
		r.Made.Owners = slices.DeleteFunc(r.Made.Owners, func(id string) bool { return !has.Has(id) })
		st.Note = strings.Join(append(owners, notes...), "; ")
		if len(owners) == 0 {
			st.Status = StepSkipped
		}
	}, nil
}

// wantedOwners are the accounts of those who are to own the app, the requester first,
// with their names in place of the UPN; and why some have none.
func wantedOwners(r *Request, who Signer) (wanted []Account, notes []string) {
	requester, found := who.Requesters, who.Owners
	if _, looked := who.of(r.Requester); r.Made.Owner != "" && len(requester) != 1 && !(looked && len(requester) == 0) {
		requester = []Account{{ObjectID: r.Made.Owner}}
	}
	for i, p := range append([]people.Person{r.Requester}, r.Plan.Owners...) {
		accounts, looked := who.of(p)
		if i == 0 {
			accounts = requester
		}
		switch {
		case p.Confirmed == people.EmailUnproved:
			notes = append(notes, unproved(p))
		case i > 0 && found != nil && !looked && p.Address() != "":
			notes = append(notes, "the account of "+p.Name+
				" could not be looked up: an application administrator can make them an owner in Entra (App registrations › Owners)")
		case len(accounts) == 0 && r.Target.Request != "" && found != nil:
			notes = append(notes, p.Name+" has no account in the tenant any more")
		case len(accounts) == 0:
			notes = append(notes, "no account with the e-mail address of "+p.Name+" was found in the tenant")
		case len(accounts) > 1:
			notes = append(notes, "more than one account has the e-mail address of "+p.Name)
		case accounts[0].Disabled:
			notes = append(notes, "the account of "+p.Name+" is disabled")
		default:
			wanted = append(wanted, Account{ObjectID: accounts[0].ObjectID, UPN: p.Name})
			if p.Confirmed == people.EmailNothingSaid {
				notes = append(notes, "Slack does not say whether the e-mail address of "+p.Name+" was ever confirmed")
			}
		}
	}
	return wanted, notes
}

// notMade says that Entra did not make somebody an owner, why, and who can.
func notMade(name string, why *ServiceError) string {
	text := "Entra did not make " + name + " an owner"
	if why != nil {
		text += " (" + strings.TrimSuffix(why.Text, ".") + ")"
	}
	return text + ": an application administrator can, in Entra (App registrations › Owners)"
}

// unwantedOwners says of those who were not to stay owners that they are, and where nobody
// is one.
func unwantedOwners(r *Request, who Signer, not []string, has Ownership, others bool) (notes []string) {
	for _, id := range not {
		if !has.Has(id) {
			continue
		}
		name := "the account " + id
		if strings.EqualFold(id, who.ObjectID) {
			name = who.UPN
		}
		if others {
			notes = append(notes,
				"Entra did not remove "+name+", whom it made an owner by registering it, from the owners: do that in Entra")
		} else {
			notes = append(notes, "so "+name+", whom Entra made an owner by registering it, stays one")
		}
	}
	if len(has.Owners) == 0 {
		notes = append(notes, "nobody owns the app in Entra: an application administrator can name owners there (App registrations "+
			"› Owners)")
	}
	return notes
}

// unproved says why no account is looked up for somebody, without its end.
func unproved(p people.Person) string {
	return "the e-mail address in the Slack profile of " + p.Name + " was never confirmed, and no account is looked up by it"
}

// noteOwners writes down whom an adoption is about to make owners: Undo removes
// these, and nobody who was one before. Where it is not known who was, none.
func (e *Engine) noteOwners(r *Request, ids []string) error {
	added := set.Minus(ids, r.Discovered.Owners, strings.EqualFold)
	if r.Discovered.Owners == nil || len(set.Minus(added, r.Made.Owners, strings.EqualFold)) == 0 {
		return nil
	}
	_, err := e.save(r.ID, func(r *Request, _ time.Time) error {
		r.Made.Owners = set.Union(r.Made.Owners, added, strings.EqualFold)
		return nil
	})
	return err
}

// removeOwners removes the owners that the app has had and does not keep, who have left
// among them, where it is certain which accounts are theirs. It says of the others that
// they may still be owners, and of whom Entra does not remove that they are.
// Of the service principal they are removed too.
func removeOwners(ctx context.Context, r *Request, s Session) (left []string, err error) {
	found := s.Signer().Owners
	var stay, gone []string
	for _, a := range s.Signer().Requesters {
		stay = append(stay, a.ObjectID)
	}
	for _, p := range r.Plan.Owners {
		accounts, _ := s.Signer().of(p)
		for _, a := range accounts {
			stay = append(stay, a.ObjectID)
		}
	}
	for _, p := range r.previous().Owners {
		if p.ID == r.Requester.ID || slices.ContainsFunc(r.Plan.Owners, func(q people.Person) bool { return q.ID == p.ID }) {
			continue
		}
		accounts, looked := s.Signer().of(p)
		switch {
		case found != nil && !looked && p.Address() != "":
			left = append(left, "the account of "+p.Name+" could not be looked up, so it may still be an owner")
			continue
		case len(accounts) == 0:
			left = append(left, "the account of "+p.Name+" was not found, so it may still be an owner")
			continue
		case len(accounts) > 1:
			left = append(left, "more than one account has the e-mail address of "+p.Name+", so one of them may still be an owner")
			continue
		case slices.Contains(stay, accounts[0].ObjectID):
			continue
		}
		left, err = staysIfRefused(left,
			p.Name+" stays an owner until an application administrator removes them in Entra, under App registrations › Owners",
			s.RemoveOwner(ctx, r.Made.ObjectID, accounts[0].ObjectID))
		if err != nil {
			return nil, err
		}
		gone = append(gone, accounts[0].ObjectID)
	}
	if len(gone) == 0 || r.Made.ServicePrincipal == "" {
		return left, nil
	}
	has, err := s.EnsureOwners(ctx, r.Made, nil, nil, gone)
	for _, id := range has.Principal {
		if set.ContainsFold(gone, id) {
			left = append(left, ownerCalled(r, id, s.Signer())+
				" stays an owner of the service principal until an administrator removes them "+onPrincipal)
		}
	}
	return left, err
}

// ensureOwned refuses a change to an app of another hand that is not the requester's.
// Where it is not certain whose account is the requester's, that is a refusal as well.
func (e *Engine) ensureOwned(ctx context.Context, r *Request, s Session) (edit, error) {
	skipped := func(why string) (edit, error) {
		return func(_ *Request, st *Step) { st.Status, st.Note = StepSkipped, why }, nil
	}
	switch {
	case r.Target.TakenOver:
		return skipped("everybody in charge of it has left, and an approver took over")
	case !r.Adopted() && !r.task().byHand:
		return skipped("it was created again, and is nobody else's")
	case r.Steps.Get(StepDelete) != nil: // nobody can be asked who owns what is gone
		switch alive, err := s.Exists(ctx, r.Made.AppID); {
		case err != nil:
			return nil, err
		case !alive:
			return skipped("the application is gone already")
		}
	}
	is := "Nothing was changed."
	if r.Steps.done(StepRestore) {
		is = "It was restored, without the credentials that it had."
	}
	accounts := s.Signer().Requesters
	who := r.Requester.Name
	unsure := func(why, next string) (edit, error) {
		return nil, &ServiceError{Code: "NotOwner",
			Text: fmt.Sprintf("%s, so the bot can't tell whether %s owns %s. %s %s.", why, who, r.AppName(), is, next)}
	}
	switch {
	case r.Requester.Confirmed == people.EmailUnproved:
		return unsure(unproved(r.Requester), who+" has to confirm it in Slack's settings, and ask again")
	case len(accounts) == 0:
		return unsure("no account with the e-mail address of "+who+" was found in the tenant",
			"An administrator has to set that address as the account's mail in Entra")
	case len(accounts) > 1:
		return unsure(fmt.Sprintf("%d accounts in the tenant have the e-mail address of %s", len(accounts), who),
			"An administrator has to make sure that only one account has that address")
	}
	owners, err := s.Owners(ctx, r.Made.ObjectID)
	if err != nil {
		return nil, err
	}
	if len(owners) == 0 && r.kind().finds && !IsYoung(r.Made.Born, e.now()) { // else they may not be listed yet
		why, err := ownerless(r)
		if err != nil {
			return nil, err
		}
		return skipped(why)
	}
	if !set.ContainsFold(owners, accounts[0].ObjectID) {
		return nil, &notSeen{&ServiceError{Code: "NotOwner",
			Text: fmt.Sprintf("%s does not own %s (App ID %s). %s One of its owners has to ask for this, or to make %s an owner in "+
				"Entra (App registrations › Owners). Entra can take a few minutes to show a new owner everywhere: if so, try "+
				"again in a few minutes.", accounts[0].UPN, r.AppName(), r.Made.AppID, is, accounts[0].UPN)}}
	}
	return func(_ *Request, st *Step) { st.Note = accounts[0].UPN }, nil
}

// notOwners are the accounts that Entra has made owners of a new app because they
// registered it: that of this sign-in, or of an earlier one that came no further.
func notOwners(r *Request, signer Signer, owners []string) []string {
	if !creates(r) {
		return nil
	}
	var not []string
	for _, id := range []string{r.Made.Creator, signer.ObjectID} {
		if id != "" && !slices.Contains(owners, id) && !slices.Contains(not, id) {
			not = append(not, id)
		}
	}
	return not
}
