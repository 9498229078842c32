package bot

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	// workers is how many envelopes are answered at the same time.
	workers = 64
	// ackFor is how long an acknowledgement may wait for a connection: Slack waits
	// no longer, delivers again, and gets the same answer then.
	ackFor = 3 * time.Second
)

// RunSocket receives by Socket Mode until ctx ends. When Slack can't be reached
// it tries again, after longer and longer, up to half a minute.
func (b *Bot) RunSocket(ctx context.Context) error {
	if !b.app {
		return errors.New("bot: Socket Mode needs an app token")
	}
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, 30*time.Second) {
		began := b.now()
		err := b.connect(ctx)
		if ctx.Err() != nil {
			break
		}
		if b.now().Sub(began) > time.Minute {
			wait = time.Second
		}
		why := slackError(err)
		b.socket.closed(why)
		b.log.Warn("Socket Mode is not connected", "err", forAppToken(why), "again_in", wait)
		pause(ctx, wait)
	}
	return nil
}

// connect runs one client of slack-go's, and answers what it delivers. It
// returns when the client gives up, and when all answers are sent.
func (b *Bot) connect(ctx context.Context) error {
	client := socketmode.New(b.api, socketmode.OptionDialer(b.dialer()), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	var answering sync.WaitGroup
	answering.Go(func() { ended <- client.RunContext(running) })
	defer answering.Wait()
	defer stop()

	places := make(chan struct{}, workers)
	var handlers sync.WaitGroup
	defer handlers.Wait()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return err
		case e := <-client.Events:
			id, env, ok := envelope(e)
			if !ok {
				b.noted(e)
				continue
			}
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			handlers.Go(func() {
				defer func() { <-places }()
				reply, err := b.replyTo(running, id, env)
				if err == nil {
					err = acknowledge(running, client, id, reply)
				}
				if err != nil && ctx.Err() == nil {
					b.log.Warn("an acknowledgement was not sent", "kind", env.Kind, "err", err)
				}
			})
		}
	}
}

// acknowledge sends a reply over whatever connection there is. A client that has
// given up takes a few, and then none.
func acknowledge(ctx context.Context, client *socketmode.Client, id string, reply any) error {
	ctx, cancel := context.WithTimeout(ctx, ackFor)
	defer cancel()
	return client.AckCtx(ctx, id, reply)
}

// replyTo answers an envelope. One that came before gets the reply that it got
// then, and where that is still being made, waits for it.
func (b *Bot) replyTo(ctx context.Context, id string, e Envelope) (reply any, err error) {
	d, first := b.deliveries.of(id, b.now())
	if first {
		d.answer(b.Dispatch(ctx, e))
		return d.reply, d.err
	}
	b.log.Warn("a repeated envelope", "kind", e.Kind)
	select {
	case <-d.answered:
		return d.reply, d.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// noted logs what happens to the connection.
func (b *Bot) noted(e socketmode.Event) {
	switch e.Type {
	case socketmode.EventTypeConnecting:
		if up, _, _ := b.socket.state(); up {
			b.socket.closed(nil)
		}
	case socketmode.EventTypeHello:
		b.socket.opened()
		b.log.Info("Socket Mode is connected")
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			b.socket.closed(slackError(failed.ErrorObj))
			b.log.Warn("Socket Mode can't connect", "try", failed.Attempt, "again_in", failed.Backoff, "err", slackError(failed.ErrorObj))
		}
	case socketmode.EventTypeErrorWriteFailed:
		b.log.Warn("an acknowledgement was not sent")
	}
}

// envelope reads what slack-go delivers from the raw message: its own parsing
// is stricter than Slack, and what it can't parse has to be acknowledged too.
func envelope(e socketmode.Event) (id string, env Envelope, ok bool) {
	req := e.Request
	if bad, is := e.Data.(*socketmode.ErrorBadMessage); is && req == nil {
		req = &socketmode.Request{}
		if json.Unmarshal(bad.Message, req) != nil {
			return "", env, false
		}
	}
	if req == nil || req.EnvelopeID == "" {
		return "", env, false
	}
	env.Payload = req.Payload
	switch req.Type {
	case "slash_commands":
		env.Kind = CommandKind
	case "interactive":
		env.Kind = InteractionKind
	case "events_api":
		env.Kind = EventKind
	}
	return req.EnvelopeID, env, true
}
