package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/whole"
)

// Who owns an app's service principal can add credentials to it without an approval, as
// the owners of the application can. Whoever makes it becomes its owner, but for (Cloud)
// Application Administrators: that was for the request only, and so it is removed again,
// whether or not somebody else is one. Nobody else is made one here.

// ensurePrincipal makes sure of the service principal. Where no later step is about
// owners, whoever made it leaves them here.
func (e *Engine) ensurePrincipal(ctx context.Context, r *Request, s Session) (edit, error) {
	required := requiredAssignment(r)
	id, err := s.EnsureServicePrincipal(ctx, ServicePrincipal{AppID: r.Made.AppID, AssignmentRequired: required})
	if err != nil {
		return nil, err
	}
	made := r.Made
	made.Makers = slices.Clone(made.Makers)
	if id != made.ServicePrincipal {
		made.Makers = set.Union(made.Makers, []string{s.Signer().ObjectID}, strings.EqualFold)
	}
	made.ServicePrincipal = id
	var notes []string
	if r.Steps.Get(StepOwner) == nil && len(made.Makers) > 0 {
		has, err := e.owned(ctx, r, StepServicePrincipal, s, made, nil, nil, made.Makers)
		if err != nil {
			return nil, err
		}
		notes = principalNotes(r, s.Signer(), made.Makers, has)
	}
	return func(r *Request, st *Step) {
		r.Made.ServicePrincipal, r.Made.Makers = id, made.Makers
		if required != nil {
			r.Made.Assigned = *required
		}
		st.Note = strings.Join(notes, "; ")
	}, nil
}

// owned makes sure of owners for a step. Where the step would be given up because Entra
// does not remove one, nobody is removed: that they stay is a note.
func (e *Engine) owned(ctx context.Context, r *Request, step StepName, s Session, m Made, users, not, leave []string) (Ownership, error) {
	has, err := s.EnsureOwners(ctx, m, users, not, leave)
	if later, ok := errors.AsType[Temporary](err); ok && len(not)+len(leave) > 0 {
		if _, more := e.nextTry(r, step, later); !more {
			return s.EnsureOwners(ctx, m, users, nil, nil)
		}
	}
	return has, err
}

// notOfPrincipal are the accounts that Entra has made owners of the service principal
// because this request made it with them: of this sign-in, or of an earlier one.
func notOfPrincipal(r *Request, signer Signer, owners []string) []string {
	not := r.Made.Makers
	if creates(r) { // by an older version, which wrote down less
		not = set.Union(not, notOwners(r, signer, owners), strings.EqualFold)
	}
	return set.Minus(not, owners, strings.EqualFold)
}

const (
	onPrincipal  = "in Entra (Enterprise applications › Owners)"
	ownersUnread = "who owns its service principal could not be read: look " + onPrincipal
)

// principalNotes say who owns the service principal and not the app, leave among them,
// who were to be removed.
func principalNotes(r *Request, who Signer, leave []string, has Ownership) (notes []string) {
	if has.Unread != nil {
		return []string{ownersUnread}
	}
	for _, id := range has.Principal {
		switch name := ownerCalled(r, id, who); {
		case set.ContainsFold(leave, id):
			notes = append(notes, "Entra did not remove "+name+", whom it made an owner of the service principal by making it: do that "+
				onPrincipal)
		case !has.Has(id):
			notes = append(notes, ownsPrincipal(name))
		}
	}
	return notes
}

// ownsPrincipal says what it means that somebody owns the service principal.
func ownsPrincipal(name string) string {
	return name + " owns its service principal, and so can add credentials to it without an approval: an administrator can change that " +
		onPrincipal
}

// principalOwners says who else owns the service principal that was inspected. That of
// whoever made it for this request, the step about owners says.
func principalOwners(r *Request, who Signer, has whole.App) (notes []string) {
	if has.Lacks(whole.KindOwner) {
		return []string{ownersUnread}
	}
	known := slices.Clone(r.Made.Makers)
	for _, p := range append([]people.Person{r.Requester}, r.Plan.Owners...) {
		accounts, _ := who.of(p)
		for _, a := range accounts {
			known = append(known, a.ObjectID)
		}
	}
	for _, a := range who.Requesters {
		known = append(known, a.ObjectID)
	}
	var owners []string
	for _, o := range has.Principal.Owners {
		owners = append(owners, o.ObjectID)
	}
	for _, id := range set.Minus(owners, known, strings.EqualFold) {
		notes = append(notes, ownsPrincipal(ownerCalled(r, id, who)))
	}
	return notes
}

// ownedBesides says who owns the service principal of an app that is adopted and not the
// app. That is left as it is.
func ownedBesides(ctx context.Context, r *Request, s Session, servicePrincipal string) ([]string, error) {
	if servicePrincipal == "" {
		return nil, nil
	}
	m := r.Made
	m.ServicePrincipal = servicePrincipal
	has, err := s.EnsureOwners(ctx, m, nil, nil, nil)
	return principalNotes(r, s.Signer(), nil, has), err
}
