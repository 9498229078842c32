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
	for least := askAgain; ; least *= 2 {
		err := ask()
		later, ok := errors.AsType[workflow.Temporary](err)
		if !ok {
			return err
		}
		wait := max(later.RetryAfter(), least)
		if until, ok := ctx.Deadline(); ctx.Err() != nil || ok && wait >= time.Until(until) {
			return err // Slack said why, which is more than that the time is over
		}
		if !pause(ctx, wait) {
			return err
		}
	}
}

// pause waits, and reports whether ctx left time for it.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
