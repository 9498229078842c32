package bot

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
)

// Kind says what came in.
type Kind string

const (
	CommandKind     Kind = "command"
	InteractionKind Kind = "interaction"
	EventKind       Kind = "event"
)

// An Envelope is one thing that Slack delivered, by either transport.
type Envelope struct {
	Kind Kind
	// Payload is JSON: the interaction, the event's outer object, or the
	// command's form fields as one object of strings.
	Payload []byte
}

// Reply is the body of the acknowledgement; nil is an empty one.
type Reply any

// Dispatch answers one envelope. It is what both transports call.
func (b *Bot) Dispatch(ctx context.Context, e Envelope) (reply Reply) {
	began := b.now()
	defer func() {
		b.observe(e.Kind, b.now().Sub(began))
		if p := recover(); p != nil {
			ref := newRef()
			b.log.Error("panic", "kind", e.Kind, "panic", p, "ref", ref, "stack", string(debug.Stack()))
			reply = b.apology(ctx, e, ref)
		}
	}()
	switch e.Kind {
	case CommandKind:
		var c command
		if err := json.Unmarshal(e.Payload, &c); err != nil {
			return private(b.sentence(err))
		}
		if c.SSLCheck == "1" {
			return nil
		}
		ctx = audit.Via(ctx, c.from())
		return b.fitting(ctx, c, b.command(ctx, c))
	case InteractionKind:
		var i interaction
		if err := json.Unmarshal(e.Payload, &i); err != nil {
			b.log.Warn("an interaction that can't be read", "err", err)
			return nil
		}
		return b.interaction(audit.Via(ctx, i.from()), i)
	case EventKind:
		return b.event(ctx, e.Payload)
	}
	return nil
}

// apology is the answer where a handler has crashed.
func (b *Bot) apology(ctx context.Context, e Envelope, ref string) Reply {
	var i interaction
	switch {
	case e.Kind == CommandKind:
		return private(unexpected(ref))
	case e.Kind == InteractionKind && json.Unmarshal(e.Payload, &i) == nil && i.Type != "block_suggestion":
		b.later(ctx, func(ctx context.Context) {
			b.tell(ctx, i.ResponseURL, i.channel(), i.User.ID, private(unexpected(ref)))
		})
	}
	return nil
}

func (b *Bot) interaction(ctx context.Context, i interaction) Reply {
	switch i.Type {
	case "block_suggestion":
		return suggestions(i.Value)
	case "view_submission":
		switch i.View.CallbackID {
		case requestForm:
			return b.submit(ctx, i)
		case appForm:
			return b.submitLife(ctx, i)
		case vouchForm:
			return b.vouch(ctx, i)
		case denyForm:
			return b.deny(ctx, i)
		}
	case "block_actions":
		for _, a := range i.Actions {
			b.act(ctx, i, a)
		}
	}
	return nil
}

// event takes the one event that the bot subscribes to.
func (b *Bot) event(ctx context.Context, payload []byte) Reply {
	var e struct {
		EventID string `json:"event_id"`
		Event   struct {
			Type string `json:"type"`
			User string `json:"user"`
			Tab  string `json:"tab"`
		} `json:"event"`
	}
	if json.Unmarshal(payload, &e) != nil || e.Event.Type != "app_home_opened" || e.Event.Tab == "messages" {
		return nil
	}
	if e.EventID != "" && b.events.seen(e.EventID, b.now(), 10*time.Minute) {
		return nil
	}
	b.later(ctx, func(ctx context.Context) { b.publishHome(ctx, e.Event.User) })
	return nil
}
