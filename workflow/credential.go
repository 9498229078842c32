package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// ensureCredential makes a secret and seals it in one step, because one that was
// made but not kept is lost. Where an earlier try may have made one, that one is
// found by its label and removed first.
func (e *Engine) ensureCredential(ctx context.Context, r *Request, s Session) (edit, error) {
	if err := e.recipient(ctx, r); err != nil {
		return nil, err
	}
	if r.Made.SecretAttempts > 0 || len(r.Made.Ending) > 0 {
		var err error
		if r, err = e.endKeys(ctx, r, s, ""); err != nil {
			return nil, err
		}
	}
	policy, err := policyFor(r, ctx, s)
	if err != nil {
		return nil, err
	}
	lifetime, words := cut(r.Plan.Credential.Lifetime, policy.SecretMax)
	expires := r.Steps.Get(StepCredential).Since.Add(lifetime).UTC().Truncate(time.Second) // the same at every try
	key, secret, err := e.addKey(ctx, r, s, expires)
	if err != nil {
		return nil, err
	}
	sealed := e.key.Seal(r.ID, secret)
	return func(r *Request, st *Step) {
		r.Made.KeyID, r.Made.KeyExpires = key.KeyID, key.Expires
		r.Handover = Handover{Sealed: sealed}
		st.Note = "valid until " + text.Date(key.Expires) + words
	}, nil
}

// ensureOwnCertificate registers the requester's certificate.
func ensureOwnCertificate(ctx context.Context, r *Request, s Session) (edit, error) {
	c := r.Plan.Credential.Certificate
	unseen, err := s.EnsureCertificate(ctx, r.Made.ObjectID, r.KeyLabel(), c, otherCertificates(r)...)
	return func(r *Request, st *Step) {
		r.Made.KeyExpires = c.NotAfter
		st.Note = certificateNote(c, unseen)
	}, err
}

// certificateNote says which certificate it is, and what was not seen of other apps.
func certificateNote(c certificate.Certificate, unseen string) string {
	note := fmt.Sprintf("thumbprint %s, valid until %s", c.Thumbprint, text.Date(c.NotAfter))
	if unseen != "" {
		note += "; " + unseen
	}
	return note
}

// ensureDirectoryRoles gives the app its roles in the directory.
func ensureDirectoryRoles(ctx context.Context, r *Request, s Session) (edit, error) {
	var names []string
	var errs []error
	for _, role := range r.Plan.DirectoryRoles {
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
	if wasThere(r) {
		return nil
	}
	if r.Plan.Credential.Kind == plan.CredentialFederated {
		return s.RemoveFederated(ctx, r.Made.ObjectID, r.UniqueName())
	}
	if t := r.Thumbprint(); t != "" {
		return s.RemoveCertificate(ctx, r.Made.ObjectID, t, otherCertificates(r)...)
	}
	r, err := e.endKeys(ctx, r, s, "")
	if err == nil && r.Made.SecretAttempts > 0 && IsYoung(r.Made.Given, e.now()) {
		return &unseen{} // it was asked for, and nobody knows whether it was made
	}
	return err
}

// otherCertificates are the thumbprints of those that the app has beside r's own.
func otherCertificates(r *Request) []string {
	has := r.Discovered.Thumbprints
	if r.Kind == KindRenew {
		has = append(slices.Clone(has), r.Target.Thumbprint)
	}
	return set.Without(has, []string{"", r.Thumbprint()})
}

// disarm takes the credential of an app that can do more than was approved away
// from it, and says what came of it.
func (e *Engine) disarm(r *Request, name StepName, s Session, more *ExcessError) string {
	text := "ALARM: the app can do more than was approved: " + strings.Join(more.Names, ", ") + ". "
	words, take := "", func(ctx context.Context) (err error) {
		r, err = e.endKeys(ctx, r, s, "")
		return err
	}
	switch {
	case wasThere(r):
		return text + "It has the credential of this request from before, so that was left with it. Find out who granted that, and " +
			"whether the app may keep it."
	case r.Made.KeyID != "" || len(r.Made.Ending) > 0:
		words = "secret"
	case r.Thumbprint() != "" && r.Steps.Get(StepCertificate) != nil:
		words, take = "certificate", func(ctx context.Context) error {
			return s.RemoveCertificate(ctx, r.Made.ObjectID, r.Thumbprint(), otherCertificates(r)...)
		}
	case r.Plan.Credential.Kind == plan.CredentialFederated:
		return text + "Whoever has a token of " + r.Plan.Credential.Federated.Issuer +
			" can sign in as it. Find out who granted that, and press Undo."
	default:
		return text + "It has no credential of this request. Find out who granted that before you press Undo."
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
