package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/plan"
)

// stillThere refuses to recreate an app that is not gone: it would get a second
// credential, and an Undo would end it.
func (e *Engine) stillThere(ctx context.Context, r *Request, s Session) (edit, error) {
	alive, err := s.Exists(ctx, r.Made.AppID)
	if err == nil && alive {
		no := &ServiceError{Code: "NotDeleted",
			Text: fmt.Sprintf("%s is in the tenant and is not deleted. Nothing was changed: it can be renewed, updated or retired.",
				r.AppName())}
		if IsYoung(r.Made.Removed, e.now()) {
			return nil, &stillSeen{no}
		}
		return nil, no
	}
	return func(*Request, *Step) {}, err
}

// notRestored reports whether it is certain that an attempt to restore the app came to
// nothing: Entra said no, and the app is not there. Then whoever goes on has to look
// again whether it is gone.
func notRestored(ctx context.Context, r *Request, s Session, err error) bool {
	if _, no := errors.AsType[*ServiceError](err); !no {
		return false
	}
	alive, err := s.Exists(ctx, r.Made.AppID)
	return err == nil && !alive
}

// restore restores the app, without the credentials that it had. What is not
// among the deleted ones is created again by the next steps.
func restore(ctx context.Context, r *Request, s Session) (edit, error) {
	restored, err := s.RestoreApplication(ctx, r.Made.AppID, r.Made.ServicePrincipal)
	if err != nil {
		return nil, err
	}
	if restored {
		if err := s.RemoveCredentials(ctx, r.Made.ObjectID, plan.Plan{}); err != nil {
			return nil, err
		}
	}
	return func(r *Request, st *Step) {
		r.Discovered.Thumbprints, r.Discovered.Federated, r.Discovered.Secrets = nil, nil, 0
		r.Discovered.PrincipalThumbprints, r.Discovered.PrincipalSecrets = nil, 0
		if !restored {
			r.Discovered, r.Residue = Discovery{}, Residue{} // nothing of that is in what is created again
			r.Made.ObjectID, r.Made.AppID, r.Made.ServicePrincipal = "", "", ""
			r.Target.Recreated, r.Made.Removed, r.Taken = true, time.Time{}, plan.Plan{}
			st.Status, st.Note = StepSkipped, "it is not among the deleted ones, so it is created again"
		}
	}, nil
}
