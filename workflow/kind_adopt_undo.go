package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// Undo of an adoption removes what r has added to an app of another hand, and
// nothing that was found. What is not told by what was found is told by its ID: those of
// exposed scopes and of roles in Azure follow from the request, and the owners were
// written down. What Entra does not let go stays, and the step says so.

// undoSteps are those of an Undo. An adoption whose plan has roles in Azure always has
// the step that removes them: that one lacks it tells that an older version began it.
func undoSteps(r *Request) []Step {
	steps := newSteps(stepsFor(r, TaskUndo))
	for i := range steps {
		if r.Kind == KindAdopt && steps[i].Name == StepUnassign && !azureOf(r).acts {
			steps[i].Status, steps[i].Note = StepSkipped, "none was given"
		}
	}
	return steps
}

// completeUndo gives an Undo of an adoption that an older version of the bot has begun the
// step that this one did not know.
func completeUndo(r *Request) {
	if r.Kind != KindAdopt || r.Steps.Get(StepUnassign) != nil || !azureOf(r).acts {
		return
	}
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Name == StepUndoAdoption })
	r.Steps = slices.Insert(r.Steps, max(i, 0), Step{Name: StepUnassign})
}

// giveBackApp removes all that r has added but for its credential and roles in Azure.
func giveBackApp(ctx context.Context, r *Request, s Session) (edit, error) {
	added := r.Plan.Minus(r.Previous)
	if r.Made.ServicePrincipal != "" {
		if err := s.RemovePermissions(ctx, r.Made, r.Previous, added); err != nil {
			return nil, err
		}
	}
	a := appOf(r)
	a.RedirectURIs, a.SPARedirectURIs, a.PublicRedirectURIs, a.Permissions, a.PublicClientFlows = nil, nil, nil, nil, false
	a.Drops, a.Keeps = added, r.Discovered.Required
	if _, _, err := s.EnsureApplication(ctx, a); err != nil {
		return nil, err
	}
	stay, err := giveBackAPI(ctx, r, s, a)
	if err != nil {
		return nil, err
	}
	left, err := giveBackOwners(ctx, r, s)
	if err != nil {
		return nil, err
	}
	stay = append(stay, left...)
	return func(_ *Request, st *Step) { st.stays("", stay) }, nil
}

// giveBackAPI removes what r has added to the app's API. Where it has added no scope
// and let no client in, it may have given the app its identifier URI all the same.
func giveBackAPI(ctx context.Context, r *Request, s Session, a App) (stay []string, err error) {
	uri := r.Discovered.NoIdentifierURI && len(r.Plan.Scopes) > 0
	added := r.Plan.Minus(r.Previous)
	a.Drops = plan.Plan{Permissions: added.Permissions, AppRoles: added.AppRoles, OptionalClaims: added.OptionalClaims,
		IdentifierURIs: added.IdentifierURIs}
	if a.Scopes = addedScopes(r); len(a.Scopes) == 0 && !uri && !a.Drops.Offers() {
		return nil, nil
	}
	uris, err := s.RemoveScopes(ctx, r.Made.ObjectID, r.Made.AppID, a, uri)
	for _, u := range uris {
		stay = append(stay, "the identifier URI "+u+", by which its other scopes may be in use")
	}
	switch {
	case a.Drops.Offers():
		return staysIfRefused(stay, "what it offers now", err)
	case len(a.Scopes) == 0:
		return staysIfRefused(stay, "the identifier URI that it has now", err)
	case uri:
		return staysIfRefused(stay, "the scopes that it exposes now and its identifier URI", err)
	}
	return staysIfRefused(stay, "the scopes that it exposes now", err)
}

// addedScopes are the plan's, with those clients that the app did not let in without
// consent before.
func addedScopes(r *Request) []plan.Scope {
	var all []plan.Scope
	for _, s := range r.Plan.Scopes {
		i := slices.IndexFunc(r.Previous.Scopes, func(w plan.Scope) bool { return plan.SameScope(w, s) })
		if i >= 0 {
			s.PreAuthorized = set.Minus(s.PreAuthorized, r.Previous.Scopes[i].PreAuthorized, strings.EqualFold)
		}
		if i < 0 || len(s.PreAuthorized) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// giveBackOwners removes the owners that r has added. The last one stays: nobody
// could change the app any more.
func giveBackOwners(ctx context.Context, r *Request, s Session) (stay []string, err error) {
	switch {
	case len(r.Made.Owners) > 0:
	case len(r.Plan.Owners) > 0 && r.Discovered.Owners == nil:
		return []string{"its new owners: who was one before was not recorded"}, nil
	default:
		return nil, nil
	}
	has, err := s.Owners(ctx, r.Made.ObjectID)
	if err != nil {
		return nil, err
	}
	left := len(has)
	for _, id := range slices.Backward(r.Made.Owners) { // the requester is the first
		if !set.ContainsFold(has, id) {
			continue
		}
		who := ownerCalled(r, id, s.Signer())
		if left == 1 {
			stay = append(stay, who+", who is its only owner now")
			break
		}
		n := len(stay)
		if stay, err = staysIfRefused(stay, who+" as an owner", s.RemoveOwner(ctx, r.Made.ObjectID, id)); err != nil {
			return nil, err
		}
		if len(stay) == n {
			left--
		}
	}
	return stay, nil
}

// ownerCalled is whose account that is, as far as the sign-in has seen.
func ownerCalled(r *Request, id string, who Signer) string {
	is := func(a Account) bool { return strings.EqualFold(a.ObjectID, id) }
	if slices.ContainsFunc(who.Requesters, is) {
		return r.Requester.Name
	}
	if is(Account{ObjectID: who.ObjectID}) && who.UPN != "" {
		return who.UPN
	}
	for _, p := range append(slices.Clone(r.Plan.Owners), r.previous().Owners...) {
		if accounts, _ := who.of(p); slices.ContainsFunc(accounts, is) {
			return p.Name
		}
	}
	return "the account " + id
}

// giveBackInAzure removes the roles that r has assigned, each for itself.
func giveBackInAzure(ctx context.Context, r *Request, s Session) (edit, error) {
	end := azureOf(r).end
	var stay []string
	for _, of := range end {
		for _, role := range of.Roles {
			others, err := s.RemoveAzureAssignments(ctx, r.Made.ServicePrincipal, r.UniqueName(), of.Subscriptions, []plan.AzureRole{role},
				AzureRemoval{OnlyMade: true})
			if stay, err = staysIfRefused(stay, "the role "+role.Name+" in Azure", err); err != nil {
				return nil, err
			}
			for _, o := range others {
				stay = append(stay, "the definition of the custom role "+o+", which somebody else has given")
			}
		}
	}
	return func(_ *Request, st *Step) { st.stays(azureNote(end...), stay) }, nil
}

// staysIfRefused adds what Entra does not let go, and why. Any other error is
// returned.
func staysIfRefused(stay []string, what string, err error) ([]string, error) {
	if no, ok := errors.AsType[*ServiceError](err); ok {
		return append(stay, fmt.Sprintf("%s (%s)", what, strings.TrimSuffix(no.Text, "."))), nil
	}
	return stay, err
}

// stays writes down what a step has done, and what it could not remove.
func (st *Step) stays(done string, stay []string) {
	st.Note, st.Stays = done, stay
	if len(stay) > 0 && done != "" {
		st.Note += "; "
	}
	if len(stay) > 0 {
		st.Note += "stays: " + strings.Join(stay, "; ")
	}
}

// gaveBack says how an Undo of an adoption ended.
func gaveBack(r *Request) string {
	if stay := r.Steps.Stays(); stay != "" {
		return "What this request had added was removed, except for what stays: " + stay +
			". It can be removed by hand, in Entra or in Azure."
	}
	return "What this request had added was removed. The app has what it had before."
}
