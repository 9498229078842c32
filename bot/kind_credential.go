package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A credentialKind is what Slack shows of one kind of credential, and asks for it, in its
// own way.
type credentialKind struct {
	// asks are the inputs for what it needs; nil is nothing.
	asks func(s say, p pack.Product, chosen pack.Choice) []slack.Block
	// plan says on a card how the app will prove who it is.
	plan  func(plan.Plan) []any
	apart bool // plan is long: it has a block of its own
	// given says in the requester's message which one the app has; nil is nothing.
	given func(*workflow.Request) []any
	// handover is the end of that message; nil is as for a secret.
	handover func(s say, r *workflow.Request, blocks []slack.Block) (string, []slack.Block)
	// opening is what the requester of a ready request has to do; nil is to open a secret.
	opening func(*workflow.Request) string
	done    string // what came of it, in the place of that its secret was opened
	noun    string // what is handed over; "" is a secret
	server  onServer
}

// onServer is what is said of a credential that a backup server is connected with.
type onServer struct {
	title   string // before " (SERVER gets it)", in the form; "" is as without a server
	by      string // how the server knows it; "" is that it is given to it
	instead string // what the requester does where the server did not take it
}

// credentialKinds is the table. A kind that is not in it is none.
var credentialKinds = map[plan.CredentialKind]credentialKind{
	plan.CredentialSecret: {
		asks: secretInputs, plan: secretPlan, given: secretGiven,
		server: onServer{title: "Client secret", instead: " can open the secret, once, and enters it there."},
	},
	plan.CredentialCertificate: {
		asks: certificateOnly, plan: certificatePlan, given: certificateGiven,
		server: onServer{
			by:      " with it, by the thumbprint: the certificate with its key is there already\n",
			instead: " gets the App ID, and enters it there.",
		},
	},
	plan.CredentialMadeCertificate: madeCertificate,
	plan.CredentialFederated:       {asks: federatedInputs, plan: federatedPlan, apart: true},
	plan.CredentialNone:            {plan: noPlan},
}

// credentialOf is the row of a kind of credential.
func credentialOf(k plan.CredentialKind) credentialKind {
	if row, ok := credentialKinds[k]; ok {
		return row
	}
	return credentialKinds[plan.CredentialNone]
}

func secretInputs(s say, p pack.Product, chosen pack.Choice) []slack.Block {
	offer, lives := s.lifetimes(p, chosen.Credential)
	return []slack.Block{of(p, field(form.FieldLifetime, s.LifetimeHint(offer), lives))}
}

// lifetimes let the requester choose how long a credential is valid.
func (s say) lifetimes(p pack.Product, kind plan.CredentialKind) (pack.Offer, *slack.SelectBlockElement) {
	lives := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a lifetime"), string(form.FieldLifetime))
	offer, _ := p.Offer(kind)
	for _, l := range s.Lifetimes(offer) {
		o := choice(l.D.String(), l.Words, "")
		lives.Options = append(lives.Options, o)
		if l.D <= offer.Lifetime || lives.InitialOption == nil {
			lives.InitialOption = o
		}
	}
	return offer, lives
}

func secretPlan(p plan.Plan) []any {
	parts := []any{"client secret, valid for ", plan.LifetimeWords(p.Credential.Lifetime)}
	if p.Backup.Server != "" {
		parts = append(parts, "; it goes to the backup server and is then shredded here")
	}
	return parts
}

func secretGiven(r *workflow.Request) []any {
	if r.Made.KeyExpires.IsZero() {
		return []any{"Whoever made the app by hand has its secret.\n"}
	}
	return []any{bold("The secret is valid until "), r.Made.KeyExpires, r.Cut(), "\n"}
}

func certificateOnly(_ say, _ pack.Product, chosen pack.Choice) []slack.Block {
	in := certificateInputs("One of the two is needed: paste the public certificate here (PEM or Base64), or add its file below.")
	if chosen.Backup == "" {
		return in
	}
	return append([]slack.Block{
		note(chosen.Backup + " must have this certificate with its private key already: the bot tells it which one by the thumbprint."),
	}, in...)
}

func certificatePlan(p plan.Plan) []any {
	c := p.Credential.Certificate
	return []any{"certificate of the requester, ", c.Key, ", ", c.Subject, ", valid from ", c.NotBefore, " until ", c.NotAfter,
		"\n    SHA-1 thumbprint ", code(c.Thumbprint), "\n    SHA-256 ", code(c.Fingerprint)}
}

func certificateGiven(r *workflow.Request) []any {
	c := r.Plan.Credential.Certificate
	return []any{bold("Certificate: "), code(c.Thumbprint), ", valid until ", c.NotAfter, "\n"}
}

func federatedInputs(s say, _ pack.Product, _ pack.Choice) []slack.Block {
	return []slack.Block{
		textField{field: form.FieldIssuer, most: 600,
			hint: "Whose tokens the app may sign in with, as in https://token.actions.githubusercontent.com."}.input(),
		textField{field: form.FieldSubject, most: 600,
			hint: "The sub of those tokens, as in repo:contoso/backup:ref:refs/heads/main or, for a new GitHub repository, " +
				"repo:contoso@1234/backup@5678:ref:refs/heads/main."}.input(),
		textField{field: form.FieldAudience, most: 600, value: s.TokenExchange(), optional: true,
			hint: "The aud of those tokens. Left empty it is the one that Microsoft suggests for the tenant's cloud."}.input(),
	}
}

func federatedPlan(p plan.Plan) []any {
	f := p.Credential.Federated
	return []any{"federated: whoever has a token of the issuer ", code(f.Issuer), " with the subject ", code(f.Subject),
		" and the audience ", code(f.Audience)}
}

func noPlan(plan.Plan) []any { return []any{"none; people sign in to it"} }
