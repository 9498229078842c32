package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Press presses the button with that label, or action ID, in a message.
func (p *Person) Press(ctx context.Context, channel, ts, label string) error {
	w := p.w
	w.mu.Lock()
	m := p.sees(channel, ts)
	if m == nil {
		w.mu.Unlock()
		return errors.New("there is no such message")
	}
	var blocks []any
	json.Unmarshal(m.blocks, &blocks)
	block, e := button(blocks, label)
	if e == nil {
		w.mu.Unlock()
		return fmt.Errorf("the message has no button %q", label)
	}
	payload := p.press(m, channel, block, e, map[string]any{"value": e["value"]})
	w.mu.Unlock()
	_, err := w.deliver(ctx, "block_actions", payload)
	return err
}

// sees finds a message that they can see, nil if they cannot.
func (p *Person) sees(channel, ts string) *message {
	if c := p.w.channels[channel]; c == nil || !slices.Contains(c.Members, p.id) {
		return nil
	}
	for _, m := range p.w.messages[channel] {
		if m.ts == ts && (m.ephemeral == "" || m.ephemeral == p.id) {
			return m
		}
	}
	return nil
}

// press is the payload of an action in a message. The lock is held.
func (p *Person) press(m *message, channel, block string, e, change map[string]any) map[string]any {
	w := p.w
	payload := p.base()
	payload["type"] = "block_actions"
	payload["trigger_id"] = w.newTrigger(p.id, "")
	payload["response_url"] = w.newResponseURL(p.id, channel, m.ts)
	payload["channel"] = map[string]any{"id": channel, "name": w.channels[channel].Name}
	container := map[string]any{"type": "message", "message_ts": m.ts, "channel_id": channel, "is_ephemeral": m.ephemeral != ""}
	if m.thread != "" {
		container["thread_ts"] = m.thread
	}
	payload["container"] = container
	payload["message"] = w.render(channel, m, true)
	payload["state"] = map[string]any{"values": m.values(p.id, block, e, change)}
	payload["actions"] = []any{w.action(block, e, change)}
	return payload
}

func (w *Workspace) action(block string, e, change map[string]any) map[string]any {
	a := map[string]any{"type": e["type"], "action_id": e["action_id"], "block_id": block, "action_ts": w.ts()}
	if e["text"] != nil {
		a["text"] = e["text"]
	}
	for k, v := range change {
		if v != nil {
			a[k] = v
		}
	}
	return a
}

// button finds a button by its label or action ID.
func button(blocks []any, label string) (block string, e map[string]any) {
	for _, b := range blocks {
		m, _ := b.(map[string]any)
		elements := items(m["elements"])
		if m["accessory"] != nil {
			elements = append(elements, m["accessory"])
		}
		for _, x := range elements {
			e, _ := x.(map[string]any)
			text, _ := e["text"].(map[string]any)
			if e["type"] == "button" && (text["text"] == label || e["action_id"] == label) {
				block, _ := m["block_id"].(string)
				return block, e
			}
		}
	}
	return "", nil
}

// PressView presses a button in a view.
func (p *Person) PressView(ctx context.Context, viewID, label string) error {
	w := p.w
	w.mu.Lock()
	v := w.views[viewID]
	if v == nil || !v.open || v.user != p.id {
		w.mu.Unlock()
		return errors.New("the view is not open")
	}
	block, e := button(items(v.json["blocks"]), label)
	if e == nil {
		w.mu.Unlock()
		return fmt.Errorf("the view has no button %q", label)
	}
	payload := p.viewAction(v, block, e, map[string]any{"value": e["value"]})
	w.mu.Unlock()
	_, err := w.deliver(ctx, "block_actions", payload)
	return err
}

func (p *Person) viewAction(v *view, block string, e, change map[string]any) map[string]any {
	w := p.w
	payload := p.base()
	payload["type"] = "block_actions"
	payload["trigger_id"] = w.newTrigger(p.id, v.id)
	payload["container"] = map[string]any{"type": "view", "view_id": v.id}
	payload["view"] = w.viewJSON(v)
	payload["actions"] = []any{w.action(block, e, change)}
	return payload
}
