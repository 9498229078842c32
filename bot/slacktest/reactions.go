package slacktest

import "slices"

// Reactions and pins of the app. Nobody else makes any, and no event tells of them.

func init() {
	for name, m := range map[string]method{
		"reactions.add":    {tier: 50, scope: "reactions:write", do: (*Workspace).addReaction},
		"reactions.remove": {tier: 20, scope: "reactions:write", do: (*Workspace).removeReaction},
		"reactions.get":    {tier: 50, read: true, form: true, scope: "reactions:read", do: (*Workspace).getReactions},
		"pins.add":         {tier: 20, scope: "pins:write", do: (*Workspace).addPin},
		"pins.remove":      {tier: 20, scope: "pins:write", do: (*Workspace).removePin},
		"pins.list":        {tier: 20, read: true, form: true, scope: "pins:read", do: (*Workspace).listPins},
	} {
		methods[name] = m
	}
}

// A reaction is an emoji under a message, and who put it there.
type reaction struct {
	name  string
	users []string
}

type reactions []*reaction

func (r reactions) show() []any {
	all := []any{}
	for _, one := range r {
		all = append(all, map[string]any{"name": one.name, "users": one.users, "count": len(one.users)})
	}
	return all
}

// reacted is the message that a reaction is to, whose timestamp stands in the argument called at.
func (w *Workspace) reacted(a args, at string) (*message, error) {
	c, err := w.channelFor(a["channel"], false)
	if err != nil {
		return nil, err
	}
	m := w.find(c.ID, a[at])
	if m == nil {
		return nil, no("message_not_found")
	}
	return m, nil
}

func (w *Workspace) addReaction(a args) (reply, error) {
	m, err := w.reacted(a, "timestamp")
	switch {
	case err != nil:
		return nil, err
	case a["name"] == "":
		return nil, no("invalid_name")
	}
	at := a["channel"] + m.ts
	i := slices.IndexFunc(w.reactions[at], func(r *reaction) bool { return r.name == a["name"] })
	switch {
	case i < 0:
		w.reactions[at] = append(w.reactions[at], &reaction{a["name"], []string{w.cfg.BotUserID}})
	case slices.Contains(w.reactions[at][i].users, w.cfg.BotUserID):
		return nil, no("already_reacted")
	}
	w.touch()
	return reply{}, nil
}

func (w *Workspace) removeReaction(a args) (reply, error) {
	m, err := w.reacted(a, "timestamp")
	if err != nil {
		return nil, err
	}
	at := a["channel"] + m.ts
	left := slices.DeleteFunc(slices.Clone(w.reactions[at]), func(r *reaction) bool { return r.name == a["name"] })
	if len(left) == len(w.reactions[at]) {
		return nil, no("no_reaction")
	}
	w.reactions[at] = left
	w.touch()
	return reply{}, nil
}

func (w *Workspace) getReactions(a args) (reply, error) {
	m, err := w.reacted(a, "timestamp")
	if err != nil {
		return nil, err
	}
	return reply{"type": "message", "channel": a["channel"], "message": w.render(a["channel"], m, false)}, nil
}

func (w *Workspace) isPinned(channel, ts string) bool { return slices.Contains(w.pins[channel], ts) }

func (w *Workspace) pinned(channel string) int { return len(w.pins[channel]) }

func (w *Workspace) addPin(a args) (reply, error) {
	m, err := w.reacted(a, "timestamp")
	switch {
	case err != nil:
		return nil, err
	case w.isPinned(a["channel"], m.ts):
		return nil, no("already_pinned")
	}
	w.pins[a["channel"]] = append(w.pins[a["channel"]], m.ts)
	w.touch()
	return reply{}, nil
}

func (w *Workspace) removePin(a args) (reply, error) {
	m, err := w.reacted(a, "timestamp")
	switch {
	case err != nil:
		return nil, err
	case !w.isPinned(a["channel"], m.ts):
		return nil, no("no_pin")
	}
	w.pins[a["channel"]] = slices.DeleteFunc(slices.Clone(w.pins[a["channel"]]), func(ts string) bool { return ts == m.ts })
	w.touch()
	return reply{}, nil
}

func (w *Workspace) listPins(a args) (reply, error) {
	c, err := w.channelFor(a["channel"], false)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, ts := range w.pins[c.ID] {
		if m := w.find(c.ID, ts); m != nil {
			all = append(all, map[string]any{"type": "message", "channel": c.ID, "created": created, "created_by": w.cfg.BotUserID,
				"message": w.render(c.ID, m, false)})
		}
	}
	return reply{"items": all}, nil
}
