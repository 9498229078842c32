package workflow

import (
	"context"
	"errors"
	"fmt"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// grantConsent grants what the plan has.
func grantConsent(ctx context.Context, r *Request, s Session) (edit, error) {
	return func(_ *Request, st *Step) { st.Note = consentNote(r.Plan) }, ensureConsent(ctx, r, s, unchanged(r).Permissions)
}

// ensureConsent grants what the plan has besides what is known to be granted: a sign-in need not
// be good for that.
func ensureConsent(ctx context.Context, r *Request, s Session, there []plan.Permission) error {
	keep := r.previous().Permissions
	if r.kind().replaces {
		keep = there // all else was removed by the step before
	}
	return s.EnsureConsent(ctx, r.Made.ServicePrincipal, set.Minus(r.Plan.Permissions, there, plan.SamePermission), keep...)
}

func consentNote(p plan.Plan) string {
	return fmt.Sprintf("%d application, %d delegated", len(p.Of(catalog.Application)), len(p.Of(catalog.Delegated)))
}

// grantAgain grants again what is missing: that it was there already may have been said by
// a replica that had not heard of its withdrawal. It returns err, unless there is worse.
func grantAgain(ctx context.Context, r *Request, s Session, err error) error {
	if lag, ok := errors.AsType[*notYet](err); !ok || len(lag.missing) == 0 || !r.task().makes {
		return err
	}
	var more error
	if r.Steps.done(StepConsent) {
		more = ensureConsent(ctx, r, s, nil)
	}
	if more == nil && r.Steps.done(StepAzureRoles) {
		_, more = giveInAzure(ctx, r, s)
	}
	if _, excess := errors.AsType[*ExcessError](more); excess || errors.Is(more, ErrSessionOver) {
		return more
	}
	return err
}
