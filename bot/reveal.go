package bot

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// reveal shows the secret, once. A view is opened at once, because Slack's
// trigger lasts three seconds; then the secret is claimed; then the view shows
// it; then it is shredded. The view has nothing interactive in it and remembers
// nothing, so Slack never posts it back to us.
func (b *Bot) reveal(ctx context.Context, i interaction, id string) {
	opened, ok := b.open(ctx, i, secretView(sentenceBlock("Opening the secret…")))
	if !ok {
		return
	}
	by, err := b.presser(ctx, i)
	var r *workflow.Request
	var given workflow.Disclosure
	if err == nil {
		r, given, err = b.desk.Claim(ctx, id, by)
	}
	if err = about(id, err); err != nil {
		text := b.sentence(err)
		if !b.show(ctx, opened.ID, secretView(sentenceBlock(text))) {
			b.tell(ctx, i.ResponseURL, i.channel(), i.User.ID, private(text))
		}
		return
	}
	if !b.showSecret(ctx, opened.ID, r, given) {
		if err := b.desk.NotShown(context.WithoutCancel(ctx), id, by); err != nil {
			b.log.Warn("a claim was not taken back", "request", id, "err", err)
		}
		b.tell(ctx, i.ResponseURL, i.channel(), by.ID,
			private("Slack did not show the secret of "+id+". Press Reveal secret again within ten minutes."))
		return
	}
	// The person has seen it: a deadline of ours must not keep it from being shredded.
	if _, err := b.desk.Opened(context.WithoutCancel(ctx), id, by); err != nil {
		b.log.Error("a secret was shown and is not shredded", "request", id, "err", err)
	}
}

func (b *Bot) showSecret(ctx context.Context, viewID string, r *workflow.Request, given workflow.Disclosure) bool {
	if !given.Link.IsZero() {
		return b.show(ctx, viewID, b.pfxView(r, given))
	}
	return b.show(ctx, viewID, secretView(secretBlocks(r, given.Secret)...))
}

// show changes a view, and reports whether Slack took it: in less time than the claim
// of a secret lasts.
func (b *Bot) show(ctx context.Context, viewID string, v slack.ModalViewRequest) bool {
	ctx, cancel := context.WithTimeout(ctx, workflow.ShowFor*4/5)
	defer cancel()
	return retry(ctx, func() error {
		_, err := b.api.UpdateViewContext(ctx, v, "", "", viewID)
		if err = slackError(err); err != nil {
			b.log.Warn("a view was not changed", "view", v.CallbackID, "err", err)
		}
		return err
	}) == nil
}

// noticeView is a window with one sentence.
func noticeView(title, text string) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "notice", Title: plain(clip(title, 24)), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: []slack.Block{sentenceBlock(text)}},
	}
}

func secretView(blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "secret", Title: plain("Client secret"), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// firstSignIn is said with every new credential. Source: azure-cli 21674, azure-docs 85676.
const firstSignIn = "A first sign-in with it may fail for some minutes, until it is known everywhere in Entra. Try again before you " +
	"change anything."

func secretBlocks(r *workflow.Request, secret seal.Secret) []slack.Block {
	return []slack.Block{
		block(line("Copy it into your product or your vault now. ", bold("It can't be shown again."))),
		block(line(bold("Client secret"))), block(preformatted(secret.Reveal())),
		block(line(bold("Application (client) ID"))), block(preformatted(r.Made.AppID)),
		block(line(bold("Directory (tenant) ID"))), block(preformatted(firstOf(r.Made.TenantID, r.Plan.TenantID))),
		block(line("The secret is valid until ", r.Made.KeyExpires, ". ", firstSignIn)),
	}
}
