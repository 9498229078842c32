package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// A Person does what people do in Slack: types, presses, fills in.
type Person struct {
	w  *Workspace
	id string
}

// Person returns somebody to be.
func (w *Workspace) Person(id string) *Person { return &Person{w, id} }

// Message is one as somebody sees it.
type Message struct {
	Channel, TS, ThreadTS, User, Text string
	Blocks, Metadata                  json.RawMessage
	Ephemeral                         bool
	linked                            bool
}

// View is one that somebody has open.
type View struct {
	ID, Hash, CallbackID, PrivateMetadata string
	JSON                                  json.RawMessage
}

func (p *Person) base() map[string]any {
	u := p.w.users[p.id]
	if u == nil {
		u = &User{ID: p.id, TeamID: p.w.cfg.TeamID}
	}
	return map[string]any{
		"user":                  map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"team":                  map[string]any{"id": p.w.cfg.TeamID, "domain": p.w.cfg.TeamDomain},
		"api_app_id":            p.w.cfg.AppID,
		"token":                 "verification",
		"enterprise":            nil,
		"is_enterprise_install": false,
	}
}

// Messages are what they see in a channel, oldest first.
func (p *Person) Messages(channel string) []Message {
	w := p.w
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Message
	if c := w.channels[channel]; c == nil || !slices.Contains(c.Members, p.id) {
		return nil
	}
	for _, m := range w.messages[channel] {
		if m.ephemeral != "" && m.ephemeral != p.id {
			continue
		}
		out = append(out, Message{channel, m.ts, m.thread, m.user, m.text, m.blocks, m.metadata, m.ephemeral != "", m.linked})
	}
	return out
}

// DM is the channel of their DM with the app, or "".
func (p *Person) DM() string {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	for _, c := range p.w.channels {
		if c.With == p.id {
			return c.ID
		}
	}
	return ""
}

// Views is their stack of open views, the top last.
func (p *Person) Views() []View {
	w := p.w
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []View
	for _, id := range w.stacks[p.id] {
		v := w.views[id]
		full := w.viewJSON(v)
		raw, _ := json.Marshal(full)
		out = append(out, View{ID: id, Hash: v.hash, CallbackID: fmt.Sprint(full["callback_id"]),
			PrivateMetadata: fmt.Sprint(full["private_metadata"]), JSON: raw})
	}
	return out
}

// Home is the app's home tab as it was last published for them; empty where it never was.
func (p *Person) Home() View {
	w := p.w
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.homes[p.id]
	if h == nil {
		return View{}
	}
	raw, _ := json.Marshal(w.viewJSON(h))
	return View{ID: h.id, Hash: h.hash, JSON: raw}
}

// OpenHome opens the app's home tab.
func (p *Person) OpenHome(ctx context.Context) error {
	w := p.w
	w.mu.Lock()
	dm := w.dm(p.id).ID
	event := map[string]any{"type": "app_home_opened", "user": p.id, "channel": dm, "tab": "home", "event_ts": w.ts()}
	if h := w.homes[p.id]; h != nil {
		event["view"] = w.viewJSON(h)
	}
	payload := w.event(event)
	w.mu.Unlock()
	w.send(ctx, payload)
	return nil
}

// Say writes a message.
func (p *Person) Say(channel, thread, text string) error {
	w := p.w
	w.mu.Lock()
	c := w.channels[channel]
	if c == nil || !slices.Contains(c.Members, p.id) {
		w.mu.Unlock()
		return errors.New("not in that channel")
	}
	m := &message{ts: w.ts(), thread: thread, user: p.id, text: text}
	w.messages[channel] = append(w.messages[channel], m)
	w.touch()
	w.announce(c, w.render(channel, m, false))
	w.mu.Unlock()
	return nil
}
