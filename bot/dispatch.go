package bot

import (
	"context"
	"encoding/json"
	"net/url"
	"runtime/debug"
	"time"
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

// commandForm turns the form of a slash command into an Envelope's payload.
func commandForm(form url.Values) []byte {
	fields := make(map[string]string, len(form))
	for k := range form {
		fields[k] = form.Get(k)
	}
	b, _ := json.Marshal(fields) // strings always marshal
	return b
}

// A command is what we need of a slash command's fields.
// Source: docs.slack.dev/interactivity/implementing-slash-commands.
type command struct {
	Text        string `json:"text"`
	UserID      string `json:"user_id"`
	ChannelID   string `json:"channel_id"`
	ChannelName string `json:"channel_name"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	SSLCheck    string `json:"ssl_check"`
}

// An interaction is what we need of an interaction's payload. It is our own
// type because Slack adds fields and element types whenever it likes.
// Source: docs.slack.dev/reference/interaction-payloads.
type interaction struct {
	Type string `json:"type"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		ChannelID string `json:"channel_id"`
	} `json:"container"`
	TriggerID   string   `json:"trigger_id"`
	ResponseURL string   `json:"response_url"`
	ActionID    string   `json:"action_id"` // of a block_suggestion
	Value       string   `json:"value"`     // of a block_suggestion
	View        view     `json:"view"`
	Actions     []action `json:"actions"`
}

// UnmarshalJSON reads each member by itself: one that is not as we know it is
// left out, and does not spoil the others.
func (i *interaction) UnmarshalJSON(b []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	*i = interaction{}
	for name, to := range map[string]any{
		"type": &i.Type, "user": &i.User, "channel": &i.Channel, "container": &i.Container,
		"trigger_id": &i.TriggerID, "response_url": &i.ResponseURL, "action_id": &i.ActionID, "value": &i.Value,
		"view": &i.View,
	} {
		lenient(members[name], to)
	}
	var actions []json.RawMessage
	lenient(members["actions"], &actions)
	for _, raw := range actions {
		var a action
		if lenient(raw, &a) {
			i.Actions = append(i.Actions, a)
		}
	}
	return nil
}

// lenient reads a value, or leaves it as it is.
func lenient(raw json.RawMessage, to any) bool {
	return len(raw) > 0 && json.Unmarshal(raw, to) == nil
}

func (i interaction) channel() string {
	if i.Channel.ID != "" {
		return i.Channel.ID
	}
	return i.Container.ChannelID
}

type action struct {
	ActionID       string  `json:"action_id"`
	Value          string  `json:"value"`
	SelectedOption *option `json:"selected_option"`
}

type option struct {
	Value string `json:"value"`
}

type view struct {
	ID              string `json:"id"`
	Hash            string `json:"hash"`
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	State           state  `json:"state"`
}

// state is what was typed and chosen: block ID, action ID, value. Slack has been
// seen to send [] for "nothing".
type state map[string]map[string]input

type input struct {
	Value                string   `json:"value"`
	SelectedOption       *option  `json:"selected_option"`
	SelectedOptions      []option `json:"selected_options"`
	SelectedChannel      string   `json:"selected_channel"`
	SelectedConversation string   `json:"selected_conversation"`
	SelectedUsers        []string `json:"selected_users"`
	Files                []file   `json:"files"`
}

func (s *state) UnmarshalJSON(b []byte) error {
	var outer struct {
		Values json.RawMessage `json:"values"`
	}
	*s = state{}
	if json.Unmarshal(b, &outer) != nil {
		return nil
	}
	var blocks map[string]map[string]json.RawMessage
	if json.Unmarshal(outer.Values, &blocks) != nil {
		return nil
	}
	for block, actions := range blocks {
		(*s)[block] = map[string]input{}
		for id, raw := range actions {
			var in input
			if json.Unmarshal(raw, &in) == nil { // an element type that we do not know is left out
				(*s)[block][id] = in
			}
		}
	}
	return nil
}

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
		return b.fitting(ctx, c, b.command(ctx, c))
	case InteractionKind:
		var i interaction
		if err := json.Unmarshal(e.Payload, &i); err != nil {
			b.log.Warn("an interaction that can't be read", "err", err)
			return nil
		}
		return b.interaction(ctx, i)
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
		case formView:
			return b.submit(ctx, i)
		case lifeView:
			return b.submitLife(ctx, i)
		case denyView:
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
