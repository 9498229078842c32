package workflow

import (
	"context"
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A credentialKind is a row of the table: what the engine does in a way of its own for one
// kind of credential. What people read of it is in package plan.
type credentialKind struct {
	asFile bool // what is given to the requester is a file with the key, which is made here
	// steps are those of the credential, with the one that makes sure of the whole app.
	steps  []StepName
	titles map[StepName]string // of steps that are something else to it
	// check fills in the plan's credential from a draft; nil is nothing more than its kind.
	check func(d *Desk, wrong form.Errors, offer pack.Offer, t Tenant, draft form.Draft, c *plan.Credential)
	// ensure makes sure that the app has it.
	ensure func(*Engine, context.Context, *Request, Session) (edit, error)
	// had reports whether the app had it before; nil is never.
	had func(plan.Credential, Discovery) bool
	// given reports whether the app may already have it. Then it is removed in an alarm, but where
	// alarm says what is to be done instead.
	given func(*Request) bool
	alarm func(*Request) string
	// remove takes it from the app; nil is nothing.
	remove func(*Engine, context.Context, *Request, Session) (*Request, error)
	// among are the thumbprints that the app is to have, of which it has some; nil is none.
	among func(r *Request, has []string) []string
	// forbidden says what a policy of the tenant has against it, and what to ask for
	// instead, as ends of sentences; nil is nothing.
	forbidden func(plan.Credential, AppPolicy) (says, instead string)
	// endless says why there is nothing to renew, as the beginning of a sentence; nil is what ends.
	endless func(*Request) string
	// madeAt is when that of a request was made here, or zero; nil is never.
	madeAt func(*Request) time.Time
}

// credentialKinds is the table. It is filled by init, because rows read it.
var credentialKinds map[plan.CredentialKind]credentialKind

// unknownKind is a kind that a newer entra-app has kept: nothing is made of it, and what may
// have been made is removed.
var unknownKind credentialKind

func init() {
	credentialKinds = map[plan.CredentialKind]credentialKind{
		plan.CredentialSecret: secretKind, plan.CredentialCertificate: certificateKind, plan.CredentialMadeCertificate: madeKind,
		plan.CredentialFederated: federatedKind,
		plan.CredentialNone:      noneKind,
	}
	unknownKind = credentialKind{
		steps: []StepName{StepCheck},
		ensure: func(_ *Engine, _ context.Context, r *Request, _ Session) (edit, error) {
			return nil, &ServiceError{Code: "UnknownCredential", Text: fmt.Sprintf("this version of the bot does not know the kind of "+
				"credential %q, which a newer one has kept. Nothing was made. Start that version again, and press Retry.",
				r.Plan.Credential.Kind)}
		},
		given: secretKind.given, remove: secretKind.remove,
	}
}

// credentialOf is the row of the credential that r's plan has.
func credentialOf(r *Request) credentialKind {
	if row, ok := credentialKinds[r.Plan.Credential.Kind]; ok {
		return row
	}
	return unknownKind
}

// noneKind is none: people sign in.
var noneKind = credentialKind{
	steps: []StepName{StepCheck},
	endless: func(r *Request) string {
		return "People sign in to " + r.AppName() + " themselves. It has no credential, so"
	},
}

// credentialStepsOf are those of a credential, with the one that makes sure of the whole app.
func credentialStepsOf(c plan.Credential) []StepName {
	if row, ok := credentialKinds[c.Kind]; ok {
		return append([]StepName(nil), row.steps...)
	}
	return []StepName{StepCheck}
}

// checkCredential fills in the plan's credential from a draft.
func (d *Desk) checkCredential(wrong form.Errors, p pack.Product, t Tenant, draft form.Draft, c *plan.Credential) {
	offer, ok := p.Offer(draft.Credential)
	if !ok {
		wrong[form.FieldCredential] = "Choose one of the credentials that this product can use."
		d.checkSecret(wrong, offer, t, draft, c)
	}
	if check := credentialKinds[draft.Credential].check; check != nil {
		check(d, wrong, offer, t, draft, c)
	}
}
