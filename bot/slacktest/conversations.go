package slacktest

import (
	"cmp"
	"slices"
	"strings"
)

// history never returns ephemerals, nor replies that were not sent to the channel too.
func (w *Workspace) history(a args) (reply, error) {
	return w.list(a, func(m *message) bool { return m.thread == "" || m.thread == m.ts || m.broadcast }, true)
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

// within reports whether a message is between oldest and latest; those two themselves are in only if that is
// asked for. Source: docs.slack.dev/reference/methods/conversations.history.
func (a args) within(ts string) bool {
	inclusive := a.bool("inclusive")
	after := a["oldest"] == "" || a["oldest"] == "0" || ts > a["oldest"] || inclusive && ts == a["oldest"]
	before := a["latest"] == "" || ts < a["latest"] || inclusive && ts == a["latest"]
	return after && before
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
	found := []any{}
	more := false
	from := a.int("cursor", 0)
	limit := min(max(a.int("limit", 100), 1), 999)
	n := 0
	for _, m := range all {
		if m.ephemeral != "" || !which(m) || !a.within(m.ts) {
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
	return reply{"messages": found, "has_more": more, "pin_count": w.pinned(c.ID),
		"response_metadata": map[string]any{"next_cursor": next}}, nil
}

func (w *Workspace) openConversation(a args) (reply, error) {
	id, users := a["channel"], a["users"]
	switch u := w.users[users]; {
	case id != "" && w.channels[id] == nil:
		return nil, no("channel_not_found")
	case id != "":
	case users == "":
		return nil, no("users_list_not_supplied")
	case u == nil:
		return nil, no("user_not_found")
	case u.Deleted:
		return nil, no("user_disabled")
	}
	open := id != "" || w.hasDM(users)
	if id == "" {
		id = w.dm(users).ID
	}
	out := reply{"channel": map[string]any{"id": id}}
	if a.bool("return_im") {
		out["channel"] = w.conversation(w.channels[id])
	}
	if open {
		out["no_op"], out["already_open"] = true, true
	}
	return out, nil
}

func (w *Workspace) hasDM(user string) bool {
	return slices.ContainsFunc(w.chOrder, func(id string) bool { return w.channels[id].With == user })
}

// conversation is a channel or DM as the API gives it: docs.slack.dev/reference/objects/conversation-object.
func (w *Workspace) conversation(c *Channel) map[string]any {
	if c.With != "" {
		return map[string]any{"id": c.ID, "created": created, "is_im": true, "is_org_shared": false, "is_archived": false,
			"is_channel": false,
			"is_private": true, "user": c.With, "is_user_deleted": w.users[c.With] == nil || w.users[c.With].Deleted, "priority": 0,
			"is_member": slices.Contains(c.Members, w.cfg.BotUserID), "num_members": len(c.Members)}
	}
	about := func(text string) map[string]any { return map[string]any{"value": text, "creator": "", "last_set": 0} }
	return map[string]any{"id": c.ID, "name": c.Name, "name_normalized": c.Name, "is_channel": !c.Private, "is_group": c.Private,
		"is_im": false, "is_mpim": false,
		"is_private": c.Private, "created": created, "creator": cmp.Or(slices.Concat(c.Members, []string{w.cfg.BotUserID})[0], ""),
		"is_archived": false, "is_general": c.Name == "general", "unlinked": 0, "is_shared": false, "is_org_shared": false,
		"is_ext_shared":         false,
		"is_pending_ext_shared": false, "context_team_id": w.cfg.TeamID, "is_member": slices.Contains(c.Members, w.cfg.BotUserID),
		"topic": about(c.Topic), "purpose": about(c.Purpose), "previous_names": []any{}, "num_members": len(c.Members)}
}

// created is when everything was: a day of no importance.
const created = 1767225600

// visible finds a channel that the app may know of.
func (w *Workspace) visible(id string) (*Channel, error) {
	c := w.channels[id]
	if c == nil || c.Private && !slices.Contains(c.Members, w.cfg.BotUserID) {
		return nil, no("channel_not_found")
	}
	return c, nil
}

func (w *Workspace) conversationInfo(a args) (reply, error) {
	c, err := w.visible(a["channel"])
	if err != nil {
		return nil, err
	}
	return reply{"channel": w.conversation(c)}, nil
}

func (w *Workspace) conversationMembers(a args) (reply, error) {
	c, err := w.visible(a["channel"])
	if err != nil {
		return nil, err
	}
	return reply{"members": append([]string{}, c.Members...), "response_metadata": map[string]any{"next_cursor": ""}}, nil
}

func (w *Workspace) conversationList(a args) (reply, error) {
	return w.conversations(a, func(kind string, c *Channel) bool {
		return kind == "public_channel" || slices.Contains(c.Members, w.cfg.BotUserID)
	})
}

// userConversations lists the channels that somebody is in and the app may know of; without a user, its own.
func (w *Workspace) userConversations(a args) (reply, error) {
	user := cmp.Or(a["user"], w.cfg.BotUserID)
	if w.users[user] == nil {
		return nil, no("user_not_found")
	}
	return w.conversations(a, func(kind string, c *Channel) bool {
		return slices.Contains(c.Members, user) && (kind == "public_channel" || slices.Contains(c.Members, w.cfg.BotUserID))
	})
}

func (w *Workspace) conversations(a args, which func(kind string, c *Channel) bool) (reply, error) {
	types := strings.Split(cmp.Or(a["types"], "public_channel"), ",")
	all := []any{}
	for _, id := range w.chOrder {
		c, kind := w.channels[id], "public_channel"
		switch {
		case c.With != "":
			kind = "im"
		case c.Private:
			kind = "private_channel"
		}
		if slices.Contains(types, kind) && which(kind, c) {
			all = append(all, w.conversation(c))
		}
	}
	return reply{"channels": all, "response_metadata": map[string]any{"next_cursor": ""}}, nil
}

// joinConversation takes the app into a public channel.
func (w *Workspace) joinConversation(a args) (reply, error) {
	c, err := w.visible(a["channel"])
	switch {
	case err != nil:
		return nil, err
	case c.With != "" || c.Private:
		return nil, no("method_not_supported_for_channel_type")
	case slices.Contains(c.Members, w.cfg.BotUserID):
		return reply{"channel": w.conversation(c), "warning": "already_in_channel",
			"response_metadata": map[string]any{"warnings": []string{"already_in_channel"}}}, nil
	}
	c.Members = append(slices.Clone(c.Members), w.cfg.BotUserID)
	w.touch()
	return reply{"channel": w.conversation(c)}, nil
}

// leaveConversation takes the app out of a channel.
func (w *Workspace) leaveConversation(a args) (reply, error) {
	c, err := w.visible(a["channel"])
	switch {
	case err != nil:
		return nil, err
	case c.With != "":
		return nil, no("method_not_supported_for_channel_type")
	case !slices.Contains(c.Members, w.cfg.BotUserID):
		return reply{"not_in_channel": true}, nil
	}
	c.Members = slices.DeleteFunc(slices.Clone(c.Members), func(m string) bool { return m == w.cfg.BotUserID })
	w.touch()
	return reply{}, nil
}

// inviteToConversation has the app bring people into a channel that it is in.
func (w *Workspace) inviteToConversation(a args) (reply, error) {
	c, err := w.channelFor(a["channel"], false)
	if err != nil {
		return nil, err
	}
	if c.With != "" {
		return nil, no("method_not_supported_for_channel_type")
	}
	members := slices.Clone(c.Members)
	for _, id := range strings.Split(a["users"], ",") {
		switch u := w.users[strings.TrimSpace(id)]; {
		case u == nil || u.Deleted:
			return nil, no("user_not_found")
		case u.ID == w.cfg.BotUserID:
			return nil, no("cant_invite_self")
		case slices.Contains(members, u.ID):
			return nil, no("already_in_channel")
		default:
			members = append(members, u.ID)
		}
	}
	c.Members = members
	w.touch()
	return reply{"channel": w.conversation(c)}, nil
}

// setTopic and setPurpose write what stands at the top of a channel, at most 250 characters.
func (w *Workspace) setTopic(a args) (reply, error) {
	return w.about(a, "topic", func(c *Channel) *string { return &c.Topic })
}
func (w *Workspace) setPurpose(a args) (reply, error) {
	return w.about(a, "purpose", func(c *Channel) *string { return &c.Purpose })
}

func (w *Workspace) about(a args, what string, of func(*Channel) *string) (reply, error) {
	c, err := w.channelFor(a["channel"], false)
	switch {
	case err != nil:
		return nil, err
	case c.With != "":
		return nil, no("method_not_supported_for_channel_type")
	case len([]rune(a[what])) > 250:
		return nil, no("too_long")
	}
	*of(c) = a[what]
	w.touch()
	return reply{"channel": w.conversation(c)}, nil
}
