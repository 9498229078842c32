package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

func secretView(blocks ...slack.Block) slack.ModalViewRequest {
	return window("secret", "Client secret", blocks...)
}

func secretBlocks(r *workflow.Request, secret seal.Secret) []slack.Block {
	blocks := []slack.Block{
		block(line("Copy it into your product or your vault now. ", bold("It can't be shown again."))),
		block(line(bold("Client secret"))), block(preformatted(secret.Reveal())),
	}
	return append(append(blocks, idBlocks(r)...),
		block(line("The secret is valid until ", r.Made.KeyExpires, ". ", firstSignIn)))
}

// idBlocks are the two IDs that every product asks for.
func idBlocks(r *workflow.Request) []slack.Block {
	return []slack.Block{
		block(line(bold("Application (client) ID"))), block(preformatted(r.Made.AppID)),
		block(line(bold("Directory (tenant) ID"))), block(preformatted(firstOf(r.Made.TenantID, r.Plan.TenantID))),
	}
}

// firstSignIn is said with every new credential. Source: azure-cli 21674, azure-docs 85676.
const firstSignIn = "A first sign-in with it may fail for a few minutes, until all of Entra knows it. Try again before you " +
	"change anything."

// pfxView shows the password and where the file is. As in a secret's view there
// is nothing in it that Slack would post back to us.
func (s say) pfxView(r *workflow.Request, given workflow.Disclosure) slack.ModalViewRequest {
	blocks := []slack.Block{
		block(line("The certificate and its private key are in a PFX file. This password opens it.")),
		block(line(bold("Password of the file"))), block(preformatted(given.Reveal())),
		block(line(bold("The file"))),
		block(line("Copy the password now, and then ", named{given.Link.Reveal(), "open the download page"},
			", on the machine that will use the certificate, and press its button. The file can be fetched ", bold("once"), ", until ",
			s.Policy().FetchBy(r), ". ",
			bold("Neither the password nor the link can be shown again."))),
	}
	return window("secret", "Certificate", append(append(blocks, idBlocks(r)...),
		block(line("Thumbprint ", code(r.Made.Thumbprint), ". The certificate is valid until ", r.Made.KeyExpires, ". ", firstSignIn)))...)
}
