package bot

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/entra-app/entra-app/workflow"
)

// connection knows whether Slack delivers over the WebSocket, and if not, why.
type connection struct {
	mu      sync.Mutex
	up      bool
	why     error
	changed chan struct{} // closed with every change, and made again
}

// opened notes that Slack delivers.
func (w *connection) opened() { w.set(true, nil) }

// closed notes that it does not. Without a reason it is expected back: Slack has
// every client connect again from time to time.
func (w *connection) closed(why error) { w.set(false, why) }

func (w *connection) set(up bool, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.up, w.why = up, why
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

func (w *connection) state() (up bool, changed <-chan struct{}, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.up, w.changed, w.why
}

// Connected returns once Slack delivers over the WebSocket. It fails with the
// reason as soon as there is one, and else when ctx ends.
func (b *Bot) Connected(ctx context.Context) error {
	for {
		up, changed, why := b.socket.state()
		switch {
		case up:
			return nil
		case why != nil:
			return forAppToken(why)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.New("the WebSocket to Slack is not open")
		}
	}
}

// forAppToken says which of the two tokens an answer is about.
func forAppToken(err error) error {
	if no, ok := errors.AsType[*workflow.ServiceError](err); ok {
		return &workflow.ServiceError{Code: no.Code, Text: strings.ReplaceAll(no.Text, "slack.bot_token", "slack.app_token"), Ref: no.Ref}
	}
	return err
}
