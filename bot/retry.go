package bot

import (
	"context"
	"errors"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// askAgain is how long to wait before Slack is asked again, where Slack does not
// say how long. It doubles with every time.
const askAgain = 150 * time.Millisecond

// retry asks Slack again where an answer is only temporarily not to be had, as
// long as ctx leaves time for it. Only what may be done twice may be asked twice.
func retry(ctx context.Context, ask func() error) error {
	for pause := askAgain; ; pause *= 2 {
		err := ask()
		later, ok := errors.AsType[workflow.Temporary](err)
		if !ok {
			return err
		}
		wait := max(later.RetryAfter(), pause)
		if until, ok := ctx.Deadline(); ctx.Err() != nil || ok && wait >= time.Until(until) {
			return err // Slack said why, which is more than that the time is over
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}
