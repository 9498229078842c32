package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Option is one to choose.
type Option struct {
	Text  string
	Value string
	raw   any
}

// Suggest types into a select whose options come from the app.
func (p *Person) Suggest(ctx context.Context, viewID, label, query string) ([]Option, error) {
	w := p.w
	w.mu.Lock()
	v, in, err := w.input(viewID, label)
	if err != nil {
		w.mu.Unlock()
		return nil, err
	}
	w.mu.Unlock()
	payload := map[string]any{"container": map[string]any{"type": "view", "view_id": v.id}, "view": v}
	answer, err := p.suggest(ctx, payload, in.block, in.action, query)
	if err != nil {
		return nil, err
	}
	var out []Option
	for _, o := range allOptions(answer) {
		m, _ := o.(map[string]any)
		text, _ := m["text"].(map[string]any)
		out = append(out, Option{Text: fmt.Sprint(text["text"]), Value: fmt.Sprint(m["value"]), raw: o})
	}
	return out, nil
}

// suggest asks the app for options, and checks them as Slack does.
func (p *Person) suggest(ctx context.Context, from map[string]any, block, action, query string) (map[string]any, error) {
	w := p.w
	w.mu.Lock()
	payload := p.base()
	payload["type"], payload["action_id"], payload["block_id"], payload["value"] = "block_suggestion", action, block, query
	for k, x := range from {
		if v, ok := x.(*view); ok {
			x = w.viewJSON(v)
		}
		payload[k] = x
	}
	w.mu.Unlock()
	answer, err := w.deliver(ctx, "block_suggestion", payload)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, errors.New("the app gave no options")
	}
	c := newChecker(modal)
	c.object(out, "", shape{"options": may(list(0, 100, option(false, false))), "option_groups": may(list(0, 100, optionGroup))})
	if len(c.mistakes) > 0 {
		return nil, errors.New(strings.Join(c.mistakes, "; "))
	}
	return out, nil
}
