package bot

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// A client without a connection takes as many as it has room for.
func TestAnAcknowledgementDoesNotWaitForAClientThatHasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := socketmode.New(slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1")))
		for range 100 {
			if err := acknowledge(t.Context(), client, "e", nil); err != nil {
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("it ended with %v", err)
				}
				return
			}
		}
		t.Error("a client that does not run takes all there are")
	})
}
