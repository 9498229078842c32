package slacktest

import (
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

// content checks text and blocks as Slack does.
func (w *Workspace) content(a args) (json.RawMessage, error) {
	if raw := a["attachments"]; raw != "" && raw != "[]" && raw != "null" {
		return nil, &refusal{code: "invalid_arguments", messages: []string{"attachments are not emulated; use blocks [json-pointer:/attachments]"}}
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
	return encode(v), nil
}

// cut is a text as long as Slack keeps it.
func cut(text string) string {
	if utf8.RuneCountInString(text) > 40000 {
		return string([]rune(text)[:40000])
	}
	return text
}

func (w *Workspace) postMessage(a args) (reply, error) {
	c, err := w.channelFor(a["channel"], true)
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
	m := &message{ts: w.ts(), thread: a["thread_ts"], user: w.cfg.BotUserID, bot: true, text: cut(a["text"]), blocks: blocks, linked: a["link_names"] == "1" || a.bool("link_names") || a["parse"] == "full"}
	if a["metadata"] != "" {
		if !json.Valid([]byte(a["metadata"])) {
			return nil, no("invalid_metadata_format")
		}
		m.metadata = json.RawMessage(a["metadata"])
	}
	w.messages[c.ID] = append(w.messages[c.ID], m)
	w.touch()
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
	if !hasText && !hasBlocks && !hasMetadata {
		return nil, no("no_text")
	}
	if utf8.RuneCountInString(a["text"]) > 4000 {
		return nil, no("msg_too_long")
	}
	if hasMetadata && !json.Valid([]byte(a["metadata"])) {
		return nil, no("invalid_metadata_format")
	}
	if hasText && a["text"] != "" || hasBlocks {
		blocks := json.RawMessage(nil)
		if raw := a["blocks"]; raw != "[]" || a["text"] != "" { // [] alone takes the blocks away and leaves the text
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
	w.touch()
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
	w.messages[c] = slices.DeleteFunc(w.messages[c], func(o *message) bool { return o == m })
	w.touch()
	return reply{"channel": c, "ts": a["ts"]}, nil
}

func (w *Workspace) postEphemeral(a args) (reply, error) {
	c, err := w.channelFor(a["channel"], true)
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
	m := &message{ts: w.ts(), thread: a["thread_ts"], user: w.cfg.BotUserID, bot: true, text: cut(a["text"]), blocks: blocks, ephemeral: a["user"]}
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
	return reply{"channel": a["channel"], "permalink": "https://" + w.cfg.TeamDomain + ".slack.com/archives/" + a["channel"] + "/p" + strings.ReplaceAll(a["message_ts"], ".", "")}, nil
}

// render is a message as the API gives it.
func (w *Workspace) render(channel string, m *message, metadata bool) map[string]any {
	out := map[string]any{"type": "message", "ts": m.ts, "user": m.user, "text": m.text}
	if m.bot {
		out["bot_id"], out["app_id"], out["team"] = w.cfg.BotID, w.cfg.AppID, w.cfg.TeamID
	}
	if m.thread != "" {
		out["thread_ts"] = m.thread
	}
	if m.blocks != nil {
		out["blocks"] = m.blocks
	}
	if metadata && m.metadata != nil {
		out["metadata"] = m.metadata
	}
	return out
}

// history never returns ephemerals, nor replies.
func (w *Workspace) history(a args) (reply, error) {
	return w.list(a, func(m *message) bool { return m.thread == "" || m.thread == m.ts }, true)
}

func (w *Workspace) replies(a args) (reply, error) {
	if w.find(a["channel"], a["ts"]) == nil {
		if w.channels[a["channel"]] == nil {
			return nil, no("channel_not_found")
		}
		return nil, no("thread_not_found")
	}
	return w.list(a, func(m *message) bool { return m.thread == a["ts"] || m.ts == a["ts"] }, false)
}

func (w *Workspace) list(a args, which func(*message) bool, newestFirst bool) (reply, error) {
	c, err := w.channelFor(a["channel"], false)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(w.messages[c.ID])
	if newestFirst {
		slices.Reverse(all)
	}
	var found []any
	more := false
	from := a.int("cursor", 0)
	limit := min(max(a.int("limit", 100), 1), 999)
	n := 0
	for _, m := range all {
		if m.ephemeral != "" || !which(m) || a["oldest"] != "" && m.ts <= a["oldest"] || a["latest"] != "" && m.ts >= a["latest"] {
			continue
		}
		if n++; n <= from {
			continue
		}
		if more = len(found) == limit; more {
			break
		}
		found = append(found, w.render(c.ID, m, a.bool("include_all_metadata")))
	}
	next := ""
	if more {
		next = itoa(from + limit)
	}
	return reply{"messages": found, "has_more": more, "response_metadata": map[string]any{"next_cursor": next}}, nil
}

func (w *Workspace) openConversation(a args) (reply, error) {
	if a["channel"] != "" {
		if w.channels[a["channel"]] == nil {
			return nil, no("channel_not_found")
		}
		return reply{"channel": map[string]any{"id": a["channel"]}, "no_op": true, "already_open": true}, nil
	}
	switch u := w.users[a["users"]]; {
	case a["users"] == "":
		return nil, no("users_list_not_supplied")
	case u == nil:
		return nil, no("user_not_found")
	case u.Deleted:
		return nil, no("user_disabled")
	}
	return reply{"channel": map[string]any{"id": w.dm(a["users"]).ID}}, nil
}

func (w *Workspace) conversation(c *Channel) map[string]any {
	out := map[string]any{"id": c.ID, "name": c.Name, "is_channel": c.With == "" && !c.Private, "is_private": c.Private, "is_im": c.With != "",
		"is_member": slices.Contains(c.Members, w.cfg.BotUserID), "num_members": len(c.Members)}
	if c.With != "" {
		out["user"] = c.With
	}
	return out
}

func (w *Workspace) conversationInfo(a args) (reply, error) {
	c := w.channels[a["channel"]]
	if c == nil || c.Private && !slices.Contains(c.Members, w.cfg.BotUserID) {
		return nil, no("channel_not_found")
	}
	return reply{"channel": w.conversation(c)}, nil
}

func (w *Workspace) conversationMembers(a args) (reply, error) {
	c := w.channels[a["channel"]]
	if c == nil || c.Private && !slices.Contains(c.Members, w.cfg.BotUserID) {
		return nil, no("channel_not_found")
	}
	return reply{"members": c.Members, "response_metadata": map[string]any{"next_cursor": ""}}, nil
}

func (w *Workspace) conversationList(a args) (reply, error) {
	types := strings.Split(a["types"], ",")
	if a["types"] == "" {
		types = []string{"public_channel"}
	}
	all := []any{}
	for _, id := range w.chOrder {
		c, kind := w.channels[id], "public_channel"
		switch {
		case c.With != "":
			kind = "im"
		case c.Private:
			kind = "private_channel"
		}
		if slices.Contains(types, kind) && (kind == "public_channel" || slices.Contains(c.Members, w.cfg.BotUserID)) {
			all = append(all, w.conversation(c))
		}
	}
	return reply{"channels": all, "response_metadata": map[string]any{"next_cursor": ""}}, nil
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
