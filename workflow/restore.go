package workflow

import (
	"context"
	"fmt"
)

// stillThere refuses to recreate an app that is not gone: it would get a second
// credential, and an Undo would end it.
func stillThere(ctx context.Context, r *Request, s Session) error {
	alive, err := s.Alive(ctx, r.Made.AppID)
	if err == nil && alive {
		return &Trouble{Code: "NotDeleted", Text: fmt.Sprintf("%s is in the tenant and is not deleted. Nothing was changed: it can be renewed, updated or retired.", r.AppName())}
	}
	return err
}

// restore brings the app back, without the credentials that it had. What is not
// among the deleted ones is made anew by the next steps.
func restore(ctx context.Context, r *Request, s Session) (edit, error) {
	restored, err := s.RestoreApplication(ctx, r.Made.AppID, r.Made.ServicePrincipal)
	if err != nil {
		return nil, err
	}
	if restored {
		if err := s.RemoveCredentials(ctx, r.Made.ObjectID); err != nil {
			return nil, err
		}
	}
	return func(r *Request, st *Step) {
		if !restored {
			r.Made.ObjectID, r.Made.AppID, r.Made.ServicePrincipal = "", "", ""
			r.Target.Anew = true
			st.Status, st.Note = StepSkipped, "it is not among the deleted ones, so it is made anew"
		}
	}, nil
}
