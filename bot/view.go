package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// triggerLife is how long Slack takes a trigger. Source: docs.slack.dev/surfaces/modals.
const triggerLife = 3 * time.Second

// openView opens a view, and tries again as long as the trigger lives where Slack
// is busy. Where only the answer was lost, the trigger has been used up by the
// first attempt: then the view is found by the external ID that it was given.
func (b *Bot) openView(ctx context.Context, trigger string, view slack.ModalViewRequest) (*slack.ViewResponse, error) {
	began := b.now()
	view.ExternalID = "entra-app-" + rand.Text()
	for {
		v, err := b.api.OpenViewContext(ctx, trigger, view)
		if isSlack(err, "exchanged_trigger_id") || isSlack(err, "duplicate_external_id") {
			v, err = b.api.UpdateViewContext(ctx, view, view.ExternalID, "", "")
		}
		if err == nil {
			return v, nil
		}
		err = slackError(err)
		later, ok := errors.AsType[workflow.Temporary](err)
		if !ok {
			return nil, err
		}
		wait := max(later.RetryAfter(), askAgain)
		if b.now().Add(wait).Sub(began) > triggerLife {
			return nil, err
		}
		if !pause(ctx, wait) {
			return nil, ctx.Err()
		}
	}
}

// open opens a view for a press.
func (b *Bot) open(ctx context.Context, i interaction, view slack.ModalViewRequest) (*slack.ViewResponse, bool) {
	v, err := b.openView(ctx, i.TriggerID, view)
	if err != nil {
		b.log.Warn("a view did not open", "view", view.CallbackID, "user", i.User.ID, "err", err)
		b.tell(ctx, i.ResponseURL, i.channel(), i.User.ID,
			private("Slack did not open the window. Nothing was done. Press the button again."))
		return nil, false
	}
	return v, true
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
	return window("notice", title, sentenceBlock(text))
}

// window is a view in which there is nothing to send.
func window(callback, title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: callback, Title: plain(clip(title, 24)), Close: plain("Close"),
		Blocks: slack.Blocks{BlockSet: blocks}}
}

// formView is a view to fill in. It comes back with what it remembers.
func formView(callback, title, remembers string, blocks []slack.Block) slack.ModalViewRequest {
	v := window(callback, title, blocks...)
	v.PrivateMetadata, v.Submit, v.Close = remembers, plain("Send request"), plain("Cancel")
	return v
}
