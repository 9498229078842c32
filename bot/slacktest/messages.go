package slacktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// message is one in a channel, or an ephemeral for one person.
type message struct {
	ts, thread string
	user       string
	bot        bool
	text       string
	blocks     json.RawMessage
	metadata   json.RawMessage
	edited     bool
	editedAt   string                               // when, as a timestamp
	broadcast  bool                                 // a reply that is shown in the channel too
	name, icon string                               // in place of the app's own
	linked     bool                                 // @channel in it is a mention
	ephemeral  string                               // the person who sees it
	state      map[string]map[string]map[string]any // what each person chose in it: person, block/action, value
}

// channelFor is where the app may write: a channel that it is in, or a person's DM.
func (w *Workspace) channelFor(id string, write bool) (*Channel, error) {
	if u := w.users[id]; u != nil {
		if u.Deleted {
			return nil, no("channel_not_found")
		}
		return w.dm(id), nil
	}
	c := w.channels[id]
	if c == nil {
		return nil, no("channel_not_found")
	}
	if u := w.users[c.With]; write && u != nil && u.Deleted && w.cfg.RefuseDeactivated {
		return nil, no("channel_not_found")
	}
	if !slices.Contains(c.Members, w.cfg.BotUserID) {
		if c.Private {
			return nil, no("channel_not_found")
		}
		if write && slices.Contains(w.cfg.Scopes, "chat:write.public") {
			return c, nil
		}
		return nil, no("not_in_channel")
	}
	return c, nil
}

// channelNamed is channelFor, for methods that take a channel's name too.
func (w *Workspace) channelNamed(a args) (*Channel, error) {
	name := strings.TrimPrefix(a["channel"], "#")
	for _, id := range w.chOrder {
		if c := w.channels[id]; c.Name == name && name != "" {
			return w.channelFor(c.ID, true)
		}
	}
	return w.channelFor(a["channel"], true)
}

// content checks text and blocks as Slack does. Markdown becomes the text: Slack would make blocks of it.
func (w *Workspace) content(a args) (json.RawMessage, error) {
	if m := a["markdown_text"]; m != "" {
		switch {
		case a["text"] != "" || a["blocks"] != "":
			return nil, no("markdown_text_conflict")
		case utf8.RuneCountInString(m) > 12000:
			return nil, no("msg_too_long")
		}
		a["text"] = m
	}
	if raw := a["attachments"]; raw != "" && raw != "[]" && raw != "null" {
		return nil, &refusal{code: "invalid_arguments",
			messages: []string{"attachments are not emulated; use blocks [json-pointer:/attachments]"}}
	}
	raw := a["blocks"]
	if raw == "" || raw == "null" || raw == "[]" {
		if a["text"] == "" {
			return nil, no("no_text")
		}
		return nil, nil
	}
	v, err := decode([]byte(raw))
	if err != nil {
		return nil, no("invalid_blocks_format")
	}
	if m := messageMistakes(v); len(m) > 0 {
		return nil, &refusal{code: "invalid_blocks", messages: m}
	}
	w.numbered(items(v))
	blocks := encode(v)
	if tooLong(a["text"], blocks) {
		return nil, errTooLong
	}
	return blocks, nil
}

// cut is a text as long as Slack keeps it.
func cut(text string) string {
	if utf8.RuneCountInString(text) > 40000 {
		return string([]rune(text)[:40000])
	}
	return text
}

func (w *Workspace) postMessage(a args) (reply, error) {
	c, err := w.channelNamed(a)
	if err != nil {
		return nil, err
	}
	blocks, err := w.content(a)
	if err != nil {
		return nil, err
	}
	if t := a["thread_ts"]; t != "" && w.find(c.ID, t) == nil {
		return nil, no("thread_not_found")
	}
	m := &message{ts: w.ts(), thread: a["thread_ts"], user: w.cfg.BotUserID, bot: true, text: cut(a["text"]), blocks: blocks,
		linked: a["link_names"] == "1" || a.bool("link_names") || a["parse"] == "full"}
	if a["metadata"] != "" {
		if !json.Valid([]byte(a["metadata"])) {
			return nil, no("invalid_metadata_format")
		}
		m.metadata = json.RawMessage(a["metadata"])
	}
	m.broadcast = m.thread != "" && a.bool("reply_broadcast")
	if slices.Contains(w.cfg.Scopes, "chat:write.customize") || w.cfg.Scopes == nil { // without it they are ignored
		m.name, m.icon = a["username"], cmp.Or(a["icon_emoji"], a["icon_url"])
	}
	w.messages[c.ID] = append(w.messages[c.ID], m)
	w.touch()
	w.announce(c, w.render(c.ID, m, true))
	return reply{"channel": c.ID, "ts": m.ts, "message": w.render(c.ID, m, true)}, nil
}

func (w *Workspace) find(channel, ts string) *message {
	for _, m := range w.messages[channel] {
		if m.ts == ts && m.ephemeral == "" {
			return m
		}
	}
	return nil
}

var errNotOwn = no("cant_update_message")

// own is a message that the app may change.
func (w *Workspace) own(a args) (*message, error) {
	if w.channels[a["channel"]] == nil {
		return nil, no("channel_not_found")
	}
	m := w.find(a["channel"], a["ts"])
	switch {
	case m == nil:
		return nil, no("message_not_found")
	case !m.bot:
		return nil, errNotOwn
	}
	return m, nil
}

func (w *Workspace) updateMessage(a args) (reply, error) {
	m, err := w.own(a)
	if err != nil {
		return nil, err
	}
	_, hasText := a["text"]
	_, hasBlocks := a["blocks"]
	_, hasMetadata := a["metadata"]
	if a["markdown_text"] != "" {
		if hasText || hasBlocks {
			return nil, no("markdown_text_conflict")
		}
		a["text"], hasText = a["markdown_text"], true
		delete(a, "markdown_text")
	}
	before := w.render(a["channel"], m, true)
	if !hasText && !hasBlocks && !hasMetadata {
		return nil, no("no_text")
	}
	if len(a["text"]) > 4000 { // bytes: seen with texts in Chinese
		return nil, no("msg_too_long")
	}
	if hasMetadata && !json.Valid([]byte(a["metadata"])) {
		return nil, no("invalid_metadata_format")
	}
	if hasText && a["text"] != "" || hasBlocks {
		blocks := json.RawMessage(nil)
		if raw := a["blocks"]; raw != "[]" || a["text"] != "" { // [] alone removes the blocks and leaves the text
			if blocks, err = w.content(a); err != nil {
				return nil, err
			}
			m.text = a["text"]
		}
		if blocks == nil && m.text == "" {
			return nil, no("no_text")
		}
		m.blocks, m.edited = blocks, blocks == nil
	}
	if hasMetadata {
		m.metadata = json.RawMessage(a["metadata"])
	}
	m.editedAt = w.ts()
	w.touch()
	w.announceChange(a["channel"], "message_changed", before, w.render(a["channel"], m, true))
	return reply{"channel": a["channel"], "ts": m.ts, "text": m.text, "message": w.render(a["channel"], m, false)}, nil
}

func (w *Workspace) deleteMessage(a args) (reply, error) {
	m, err := w.own(a)
	if err == errNotOwn {
		return nil, no("cant_delete_message")
	}
	if err != nil {
		return nil, err
	}
	c := a["channel"]
	before := w.render(c, m, true)
	w.messages[c] = slices.DeleteFunc(w.messages[c], func(o *message) bool { return o == m })
	w.touch()
	w.announceChange(c, "message_deleted", before, nil)
	return reply{"channel": c, "ts": a["ts"]}, nil
}

func (w *Workspace) postEphemeral(a args) (reply, error) {
	c, err := w.channelNamed(a)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(c.Members, a["user"]) {
		return nil, no("user_not_in_channel")
	}
	blocks, err := w.content(a)
	if err != nil {
		return nil, err
	}
	if t := a["thread_ts"]; t != "" && w.find(c.ID, t) == nil {
		return nil, no("cannot_reply_to_message")
	}
	m := &message{ts: w.ts(), thread: a["thread_ts"], user: w.cfg.BotUserID, bot: true, text: cut(a["text"]), blocks: blocks,
		ephemeral: a["user"]}
	w.messages[c.ID] = append(w.messages[c.ID], m)
	w.touch()
	return reply{"message_ts": m.ts}, nil
}

func (w *Workspace) permalink(a args) (reply, error) {
	if w.channels[a["channel"]] == nil {
		return nil, no("channel_not_found")
	}
	if w.find(a["channel"], a["message_ts"]) == nil {
		return nil, no("message_not_found")
	}
	return reply{"channel": a["channel"], "permalink": "https://" + w.cfg.TeamDomain + "." + w.cfg.Cloud + "/archives/" + a["channel"] +
		"/p" + strings.ReplaceAll(a["message_ts"], ".", "")}, nil
}

// values is the state of a message for one person, after a change of theirs.
func (m *message) values(user, block string, e, change map[string]any) map[string]any {
	var blocks []any
	json.Unmarshal(m.blocks, &blocks)
	if m.state == nil {
		m.state = map[string]map[string]map[string]any{}
	}
	if m.state[user] == nil {
		m.state[user] = map[string]map[string]any{}
	}
	out := map[string]any{}
	for _, in := range fields(blocks) {
		at := in.block + "\n" + in.action
		if key := stateKey(fmt.Sprint(e["type"])); in.block == block && in.action == e["action_id"] && change[key] != nil {
			m.state[user][at] = map[string]any{"type": e["type"], key: change[key]}
		}
		s, ok := m.state[user][at]
		if !ok {
			s = initial(in.element)
		}
		inBlock, _ := out[in.block].(map[string]any)
		if inBlock == nil {
			inBlock = map[string]any{}
			out[in.block] = inBlock
		}
		inBlock[in.action] = s
	}
	return out
}
