package workflow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// ensureDirectoryRoles gives the app its roles in the directory.
func ensureDirectoryRoles(ctx context.Context, r *Request, s Session) (edit, error) {
	var names []string
	var errs []error
	for _, role := range set.Minus(r.Plan.DirectoryRoles, unchanged(r).DirectoryRoles, plan.SameRole) {
		errs = append(errs, s.EnsureDirectoryRole(ctx, r.Made.ServicePrincipal, role.TemplateID))
		names = append(names, role.Name)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return func(_ *Request, st *Step) { st.Note = strings.Join(names, ", ") }, nil
}

// takeBack removes the credential that a renewal or an adoption made, and no other.
func (e *Engine) takeBack(ctx context.Context, r *Request, s Session) error {
	remove := credentialOf(r).remove
	if remove == nil || wasThere(r) {
		return nil
	}
	r, err := remove(e, ctx, r, s)
	if err == nil && r.Made.SecretAttempts > 0 && IsYoung(r.Made.Given, e.now()) {
		return &unseen{} // it was asked for, and nobody knows whether it was made
	}
	return err
}

// disarm takes the credential of an app that can do more than was approved away
// from it, and says what came of it.
func (e *Engine) disarm(r *Request, name StepName, s Session, more *ExcessError) string {
	text := "ALARM: the app can do more than was approved: " + strings.Join(more.Names, ", ") + ". "
	row := credentialOf(r)
	switch {
	case wasThere(r):
		return text + "It has the credential of this request from before, so that was left with it. Find out who granted that, and " +
			"whether the app may keep it."
	case row.alarm != nil:
		return text + row.alarm(r)
	case row.given == nil || !row.given(r):
		return text + "It has no credential of this request. Find out who granted that before you press Undo."
	}
	words, take := r.Plan.Credential.Kind.Noun(), func(ctx context.Context) (err error) {
		r, err = row.remove(e, ctx, r, s)
		return err
	}
	seen := e.now()
	if err := e.insistSaying(func() { e.warn(r.ID, name, words, seen, more) }, take); err != nil {
		e.log.Error("removing the credential of an app with too many permissions", "request", r.ID, "err", err)
		return text + "Its " + words + " could not be removed in Entra: press Undo. Find out who granted that."
	}
	return text + "Its " + words + " was removed. Find out who granted that before you press Undo."
}

// warn shows on the card, while the credential is being removed, what is seen of the app.
// The alarm follows, and says what came of it.
func (e *Engine) warn(id string, name StepName, credential string, seen time.Time, more *ExcessError) {
	e.save(id, func(r *Request, now time.Time) error {
		st := r.Steps.Get(name)
		st.Status, st.At = StepWaiting, now
		st.Note = fmt.Sprintf("seen since %s, and not approved: %s. The app's %s is being removed, until Entra has it everywhere. That "+
			"can take twenty minutes",
			seen.UTC().Format("15:04 UTC"), text.Clip(strings.Join(more.Names, ", "), 100), credential)
		r.Rev++
		return nil
	})
}
