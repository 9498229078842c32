package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

// madeCertificate is a certificate that is made here, and handed over in a PFX file.
var madeCertificate = credentialKind{
	asks: func(s say, p pack.Product, chosen pack.Choice) []slack.Block {
		_, lives := s.lifetimes(p, chosen.Credential)
		in := of(p, field(form.FieldLifetime, "The certificate stops working after this.", lives))
		in.BlockID += " made here" // Slack must not keep what was chosen of a secret's lifetimes, which are fewer
		return []slack.Block{in}
	},
	plan: func(p plan.Plan) []any {
		gets := "; the requester gets it once, with its private key, as a PFX file"
		if p.Backup.Server != "" {
			gets = "; its private key goes to the backup server and is then shredded here"
		}
		return []any{"certificate that this bot makes, RSA 3072, self-signed, valid for ",
			plan.LifetimeWords(p.Credential.Lifetime), gets}
	},
	given: func(r *workflow.Request) []any {
		if r.Made.KeyExpires.IsZero() {
			return nil
		}
		return []any{bold("Certificate: "), code(r.Made.Thumbprint), ", valid until ", r.Made.KeyExpires, r.Cut(), "\n"}
	},
	handover: say.pfxHandover,
	opening: func(r *workflow.Request) string {
		if passwordShown(r) {
			return "fetch the certificate's file"
		}
		return "open the certificate's password"
	},
	done: "The app works, and the file of its certificate was fetched.",
	noun: "certificate",
	server: onServer{
		title:   "Certificate made here",
		instead: " gets the certificate with its private key, once, and enters it there.",
	},
}

// passwordShown reports whether only the file of r's certificate is still to be fetched.
func passwordShown(r *workflow.Request) bool {
	return r.Handover.Status == workflow.HandoverFetching || r.Handover.Status == workflow.HandoverSending
}

// pfxHandover is the end of the requester's message: the button, until the
// password was shown, and then what is left to do.
func (s say) pfxHandover(r *workflow.Request, blocks []slack.Block) (string, []slack.Block) {
	p, h := s.Policy(), r.Handover
	switch {
	case r.State == workflow.StateReady && passwordShown(r):
		return r.ID + ": fetch the certificate's file.", append(blocks,
			block(line("You were shown the password. The file can be fetched ", bold("once"),
				", with the link that was beside it, until ", p.FetchBy(r), ". After that it is revoked.")))
	case r.State == workflow.StateReady:
		return r.ID + ": the app " + r.AppName() + " is ready. Open its certificate in this message.", append(blocks,
			block(line("The certificate is in a PFX file. Its password and the link to it can be opened ", bold("once"),
				", by you, until ", r.Entered.Add(p.RevealWithin), ". After that it is revoked.")),
			slack.NewActionBlock("", button(actReveal, "Reveal secret", buttonValue(r),
				"Reveal the password of "+r.ID).WithStyle(slack.StylePrimary)))
	case h.Status != workflow.HandoverShown: // by an earlier request, a backup server, or whoever made the app by hand
		return r.ID + ": the app " + r.AppName() + " is ready.", append(blocks, s.overlap(r)...)
	}
	blocks = append(blocks, block(line("The certificate's file was fetched on ", h.At,
		". It can't be fetched again. If that was not you, tell an approver at once.")))
	return r.ID + ": the app " + r.AppName() + " is yours. Its certificate was fetched.", append(blocks, s.overlap(r)...)
}
