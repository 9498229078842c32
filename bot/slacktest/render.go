package slacktest

import (
	"slices"
	"strings"
)

// render is a message as the API gives it: docs.slack.dev/reference/events/message.
func (w *Workspace) render(channel string, m *message, metadata bool) map[string]any {
	out := map[string]any{"type": "message", "ts": m.ts, "user": m.user, "text": m.text}
	if m.bot {
		out["bot_id"], out["app_id"], out["team"] = w.cfg.BotID, w.cfg.AppID, w.cfg.TeamID
		out["bot_profile"] = map[string]any{"id": w.cfg.BotID, "app_id": w.cfg.AppID, "user_id": w.cfg.BotUserID, "name": w.cfg.AppName,
			"deleted": false, "updated": created, "team_id": w.cfg.TeamID, "icons": map[string]any{}}
	}
	if m.name != "" || m.icon != "" {
		out["subtype"] = "bot_message"
		if m.name != "" {
			out["username"] = m.name
		}
		switch {
		case strings.HasPrefix(m.icon, "http"):
			out["icons"] = map[string]any{"image_48": m.icon}
		case m.icon != "":
			out["icons"] = map[string]any{"emoji": m.icon}
		}
	}
	if m.editedAt != "" {
		out["edited"] = map[string]any{"user": m.user, "ts": m.editedAt}
	}
	w.renderThread(out, channel, m)
	if m.blocks != nil {
		out["blocks"] = m.blocks
	}
	if metadata && m.metadata != nil {
		out["metadata"] = m.metadata
	}
	if r := w.reactions[channel+m.ts]; len(r) > 0 {
		out["reactions"] = r.show()
	}
	if w.isPinned(channel, m.ts) {
		out["pinned_to"] = []string{channel}
	}
	return out
}

// renderThread adds what says that a message is in a thread, or has one.
func (w *Workspace) renderThread(out map[string]any, channel string, m *message) {
	if m.thread != "" && m.thread != m.ts {
		out["thread_ts"] = m.thread
		parent := w.find(channel, m.thread)
		if parent != nil {
			out["parent_user_id"] = parent.user
		}
		if m.broadcast {
			out["subtype"] = "thread_broadcast"
			if parent != nil {
				out["root"] = w.render(channel, parent, false)
			}
		}
		return
	}
	count, latest := 0, ""
	users := []string{}
	for _, r := range w.messages[channel] {
		if r.thread != m.ts || r.ts == m.ts || r.ephemeral != "" {
			continue
		}
		count, latest = count+1, r.ts
		if !slices.Contains(users, r.user) && len(users) < 5 {
			users = append(users, r.user)
		}
	}
	if count > 0 {
		out["thread_ts"], out["reply_count"], out["latest_reply"] = m.ts, count, latest
		out["reply_users"], out["reply_users_count"], out["is_locked"], out["subscribed"] = users, len(users), false, false
	}
}
