package bot

import (
	"context"

	"github.com/entra-app/entra-app/workflow"
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
			b.log.Warn("a claim was not released", "request", id, "err", err)
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
		return b.show(ctx, viewID, b.say().pfxView(r, given))
	}
	return b.show(ctx, viewID, secretView(secretBlocks(r, given.Secret)...))
}
