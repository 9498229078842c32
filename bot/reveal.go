package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// reveal shows the secret, once. A view is opened at once, because Slack's
// trigger lasts three seconds; then the secret is claimed; then the view shows
// it; then it is shredded. The view has nothing interactive in it and remembers
// nothing, so Slack never posts it back to us.
func (b *Bot) reveal(ctx context.Context, i interaction, id string, by workflow.Person) {
	opened, ok := b.open(ctx, i, secretView(sentenceBlock("Opening the secret…")))
	if !ok {
		return
	}
	r, secret, err := b.desk.Claim(ctx, id, by)
	if err != nil {
		b.show(ctx, opened.ID, secretView(sentenceBlock(b.sentence(err))))
		return
	}
	if !b.show(ctx, opened.ID, secretView(secretBlocks(r, secret)...)) {
		b.tell(ctx, i.ResponseURL, i.channel(), by.ID, private("Slack did not show the secret of "+id+". Press Reveal secret again within ten minutes."))
		return
	}
	if _, err := b.desk.Opened(ctx, id, by); err != nil {
		b.log.Error("a secret was shown and is not shredded", "request", id, "err", err)
	}
}

// show changes a view, and says whether Slack took it. It asks again where
// Slack asks for that; where the view was closed it does not.
func (b *Bot) show(ctx context.Context, viewID string, v slack.ModalViewRequest) bool {
	for try := range 3 {
		_, err := b.api.UpdateViewContext(ctx, v, "", "", viewID)
		if err == nil {
			return true
		}
		err = slackError(err)
		b.log.Warn("a view was not changed", "view", v.CallbackID, "try", try+1, "err", err)
		later, ok := err.(workflow.Temporary)
		if !ok {
			return false
		}
		timer := time.NewTimer(max(later.RetryAfter(), 300*time.Millisecond))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
		}
	}
	return false
}

func secretView(blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "secret", Title: plain("Client secret"), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

func secretBlocks(r *workflow.Request, secret workflow.Secret) []slack.Block {
	return []slack.Block{
		block(line("Copy it into your product or your vault now. ", bold("It can't be shown again."))),
		block(line(bold("Client secret"))), block(preformatted(secret.Reveal())),
		block(line(bold("Application (client) ID"))), block(preformatted(r.Made.AppID)),
		block(line(bold("Directory (tenant) ID"))), block(preformatted(r.Made.TenantID)),
		block(line("The secret is valid until ", r.Made.KeyExpires, ".")),
	}
}
