package slacktest

import "slices"

// announce sends the event of a message to an app that asked for those of its channel, its own messages included:
// an app that answers itself loops here as it does in Slack. The lock is held.
// Source: docs.slack.dev/reference/events/message.
func (w *Workspace) announce(c *Channel, message map[string]any) {
	kind, name := "channel", "message.channels"
	switch {
	case c.With != "":
		kind, name = "im", "message.im"
	case c.Private:
		kind, name = "group", "message.groups"
	}
	if !w.subscribed(name) || !slices.Contains(c.Members, w.cfg.BotUserID) || w.ctx.Err() != nil {
		return
	}
	message["channel"], message["channel_type"] = c.ID, kind
	if message["event_ts"] == nil {
		message["event_ts"] = message["ts"]
	}
	payload := w.event(message)
	w.work.Go(func() { w.send(w.ctx, payload) })
}

// announceChange tells that the app has changed or deleted a message.
func (w *Workspace) announceChange(channel, subtype string, before, after map[string]any) {
	ts := w.ts()
	event := map[string]any{"type": "message", "subtype": subtype, "hidden": true, "ts": ts, "event_ts": ts, "previous_message": before}
	if after != nil {
		event["message"] = after
	} else {
		event["deleted_ts"] = before["ts"]
	}
	w.announce(w.channels[channel], event)
}
