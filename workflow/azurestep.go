package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// The steps in Azure, and the comparison afterwards.

// giveInAzure gives the app the roles that it does not have yet.
func giveInAzure(ctx context.Context, r *Request, s Session) (edit, error) {
	give := azureOf(r).give
	var errs []error // one scope that refuses leaves the others their roles
	for _, of := range give {
		errs = append(errs, s.EnsureAzureRoles(ctx, r.Made.ServicePrincipal, r.UniqueName(), of.Subscriptions, of.Roles))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return func(_ *Request, st *Step) { st.Note = azureNote(give...) }, nil
}

// takeInAzure removes the roles that the app no longer needs.
func takeInAzure(ctx context.Context, r *Request, s Session) (edit, error) {
	if r.kind().finds {
		return giveBackInAzure(ctx, r, s)
	}
	w := azureOf(r)
	var stay []string
	var errs []error // one scope that refuses keeps no other its roles
	for _, of := range w.end {
		left, err := s.RemoveAzureAssignments(ctx, r.Made.ServicePrincipal, r.UniqueName(), of.Subscriptions, of.Roles, AzureRemoval{})
		stay, errs = append(stay, left...), append(errs, err)
	}
	for _, of := range w.quit {
		_, err := s.RemoveAzureAssignments(ctx, r.Made.ServicePrincipal, r.UniqueName(), of.Subscriptions, of.Roles,
			AzureRemoval{KeepDefinitions: true})
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return func(now *Request, st *Step) {
		if now.kind().ends { // a later sign-in may not come to this step again
			now.Residue.Azure = stillInAzure(r)
		}
		var notes []string
		if w.takes() {
			notes = append(notes, azureNote(slices.Concat(w.end, w.quit)...))
		}
		if len(stay) > 0 {
			notes = append(notes, "somebody else has the custom role "+strings.Join(stay, ", ")+", so its definition stays")
		}
		if skipped := skippedInAzure(r); len(skipped) > 0 {
			notes = append(notes, "skipped: Azure does not know "+azurescope.Titles(skipped)+", where an update may have left roles")
		}
		st.Note = strings.Join(notes, "; ")
	}, nil
}

// steps are those of an update, or where an earlier one has left something: what is
// no longer needed goes first, as a custom role can only leave a subscription where
// nobody has it.
func (w azureWork) steps() []StepName {
	var steps []StepName
	if w.takes() {
		steps = append(steps, StepUnassign)
	}
	if w.gives() {
		steps = append(steps, StepAzureRoles)
	}
	return steps
}

// toRead is what of Azure is read for a check of a plan: the subscriptions on which
// something changes, as the person may have no rights on others.
func (w azureWork) toRead(p plan.Plan) AzureShare {
	if !w.acts {
		return AzureShare{}
	}
	return AzureShare{w.subscriptions(), w.among(p.AzureRoles)}
}

// among are roles, and those that the app may have.
func (w azureWork) among(roles []plan.AzureRole) []plan.AzureRole {
	for _, has := range w.there {
		roles = set.Union(roles, has.Roles, plan.SameAzureRole)
	}
	return roles
}

// isOn reports whether a role is on one of some scopes, neither above nor below.
func isOn(scopeRole string, scopes []string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return azurescope.CutFold(scopeRole, s+"/") != "" })
}

// elsewhere reports whether a role above or below the scopes that r changes is no excess:
// the plan has it on another scope, or it may have been there when an adoption wrote down
// what the app had, and looked at the plan's scopes only.
func elsewhere(r *Request, scopeRole string) bool {
	for _, s := range r.Plan.Subscriptions {
		for _, a := range r.Plan.AzureRoles {
			if scopeRole == strings.ToLower(s)+"/"+a.DefinitionID(r.UniqueName()) {
				return true
			}
		}
	}
	return r.Adopted() && !r.Discovered.AzureAround
}

// azureCompared compares the roles that the app has on those scopes, above and below
// them with the plan. What an update has just removed, or written again, may be seen as it
// was for a while: that is still there, and an alarm only once it lasts.
func azureCompared(r *Request, has []string) (missing, still, excess []string) {
	w := azureOf(r)
	read := w.toRead(r.Plan)
	want := AzureShare{r.Plan.Subscriptions, r.Plan.AzureRoles}.pairs()
	want = set.Without(want, set.Without(want, read.pairs())) // of what was read
	stale := set.Without(read.pairs(), want)
	if r.kind().replaces || len(r.Residue.Azure) > 0 {
		for _, of := range slices.Concat(w.give, w.end) {
			for _, sub := range read.Subscriptions {
				for _, a := range of.Roles {
					if a.ID == "" {
						stale = append(stale, strings.ToLower(sub)+"/"+a.DefinitionID(r.UniqueName()))
					}
				}
			}
		}
	}
	for _, a := range set.Without(want, has) {
		missing = append(missing, read.called(a))
	}
	for _, a := range set.Without(has, want) {
		switch {
		case !isOn(a, read.Subscriptions) && elsewhere(r, a):
		case slices.Contains(stale, a):
			still = append(still, read.called(a))
		case !slices.Contains(r.Discovered.AzureRoles, a):
			excess = append(excess, read.called(a))
		}
	}
	return missing, still, excess
}
