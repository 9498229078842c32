package bot

import (
	"encoding/json"
	"net/url"
	"strings"
)

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
		MessageTS string `json:"message_ts"`
		ViewID    string `json:"view_id"`
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

// channel is where it happened. A window that shows more of what a message shows remembers
// where that was: Slack keeps what we let it remember, and nobody else can change it.
func (i interaction) channel() string {
	if at := i.View.CallbackID; at == detailsView || at == exportCallback || at == auditView {
		return i.View.PrivateMetadata
	}
	return firstOf(i.Channel.ID, i.Container.ChannelID)
}

// from is where it came from, for the log: the message whose button was pressed, or the window.
func (i interaction) from() string {
	switch {
	case i.Container.MessageTS != "":
		return "slack message " + i.channel() + "/" + i.Container.MessageTS
	case i.View.ID != "":
		return "slack window " + i.View.CallbackID + " " + i.View.ID
	}
	return "slack " + i.Type
}

// from is where a command came from, for the log: as it was typed.
func (c command) from() string {
	return clip(strings.TrimSpace("slack command "+Command+" "+oneLine(c.Text)), 120) + " in " + c.ChannelID
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
