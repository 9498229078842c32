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
		wait := max(later.RetryAfter(), 150*time.Millisecond)
		if b.now().Add(wait).Sub(began) > triggerLife {
			return nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}
