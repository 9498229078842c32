package workflow

import (
	"context"
	"slices"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A new credential for an app, beside the old one until that is removed. It may be
// of another kind, as far as the product offers it and it is one that ends.

// renewKind makes a new credential for an app that an earlier request made.
var renewKind = kind{
	say: phrases{wish: "to renew the credential of %s", does: "renew the credential of %s"},
	steps: func(r *Request) []StepName {
		steps := credentialSteps(r.Plan)
		if r.Target.TakenOver {
			steps = append([]StepName{StepOwner}, steps...)
		}
		return owned(r, steps...)
	},
	undo: undo{
		steps: func(*Request) []StepName { return []StepName{StepRemoveNew} },
		needs: toCredential,
		does:  "remove the new credential of %s", purpose: "to keep the old one only",
		question: "Remove the new credential?",
		explains: "This removes the new credential of %s, after you have signed in. The old one stays.",
		did:      "the new credential was removed again",
		came:     func(*Request) string { return "The new credential was removed. The app has the one it had before." },
	},
	needs:    toCredential,
	undoable: yes, adds: yes, takesLink: true,
	endsOld: func(r *Request) bool {
		return r.Task == TaskRemoveOld && r.State == StateDone && r.Target.Thumbprint != ""
	},
}

// Renew asks for a new credential for the app that head stands for. The draft has
// the credential, and may have a reason.
func (d *Desk) Renew(ctx context.Context, by people.Person, head string, draft form.Draft) (*Request, error) {
	return d.about(ctx, by, head, KindRenew, draft, func(wrong form.Errors, before, r *Request) *Refusal {
		if _, no := d.Renewals(before); no != nil {
			return no
		}
		if !draft.Credential.Expires() {
			wrong[form.FieldCredential] = "Choose a client secret or a certificate: nothing else expires."
			return nil
		}
		d.newCredential(wrong, before, draft, r)
		if t := r.Plan.Credential.Certificate.Thumbprint; t != "" && t == before.Thumbprint() {
			wrong[draft.CertificateField()] = "The app has this certificate already. Make a new key and a certificate for it, " +
				"and give that."
		}
		r.Target.KeyID = before.Made.KeyID
		r.Target.Thumbprint = before.Thumbprint()
		return nil
	})
}

// Renewals are the credentials that the app of r can get in the place of its own,
// or why it can get none.
func (d *Desk) Renewals(r *Request) ([]pack.Offer, *Refusal) {
	name := r.AppName()
	if !r.Managed() {
		return nil, refuse(RuleWrongState, "%s was retired by %s, so it has no credential to renew. /entra-app recreate restores it.",
			name, r.ID)
	}
	another := "To give it a secret or a certificate instead, ask for another app with /entra-app request " + r.Product +
		", move to that, and then retire this one with /entra-app retire."
	if endless := credentialOf(r).endless; endless != nil {
		return nil, refuse(RuleWrongState, "%s there is nothing to renew, and nothing was changed. %s", endless(r), another)
	}
	offers := slices.DeleteFunc(slices.Clone(d.productOf(r).Credentials), func(o pack.Offer) bool { return !o.Kind.Expires() })
	if len(offers) == 0 {
		return nil, refuse(RuleWrongState,
			"The product %s no longer offers a credential that expires, so the one of %s can't be renewed here. Ask the operator of "+
				"this bot.", r.Product, name)
	}
	return offers, nil
}

// productOf is the product of r's app. Where its pack is gone, the app keeps the
// kind of credential that it has.
func (d *Desk) productOf(r *Request) pack.Product {
	if p, ok := d.Product(r.Product); ok {
		return p
	}
	return pack.Product{Credentials: []pack.Offer{{Kind: r.Plan.Credential.Kind}}}
}

// newCredential fills in the credential that the draft chose.
func (d *Desk) newCredential(wrong form.Errors, before *Request, draft form.Draft, r *Request) {
	product := d.productOf(before)
	r.Plan.Backup = plan.Backup{}
	if draft.Backup != "" {
		r.Plan.Backup = plan.Backup{Server: draft.Backup, Services: product.ServicesOf(product.Chosen(before.Plan))}
	}
	r.Plan.Credential = plan.Credential{Kind: draft.Credential}
	tenant, _ := d.Tenant(before.Tenant)
	d.checkCredential(wrong, product, tenant, draft, &r.Plan.Credential)
	d.checkBackup(wrong, product, r.Plan)
}

// SayWorks notes that the new credential works: the old one can go.
func (d *Desk) SayWorks(ctx context.Context, id string, by people.Person) (*Request, error) {
	return d.change(ctx, id, by, func(r *Request) *Refusal {
		switch {
		case by.ID != r.Requester.ID:
			return refuse(RuleNotRequester, "Only %s can say that.", d.asker(r, by))
		case r.State != StateOverlap:
			return refuse(RuleWrongState, "%s %s.", r.ID, r.Standing())
		}
		return nil
	}, func(r *Request, now time.Time) {
		r.move(StateLeftover, now, Event{By: by.ID, Kind: EventWorks,
			Text: "said that the new credential works. An approver can remove the old one now"})
	})
}
