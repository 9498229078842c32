package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Choose chooses in a view, and delivers that where the input asks for it.
func (p *Person) Choose(ctx context.Context, viewID, label, value string) error {
	w := p.w
	w.mu.Lock()
	v, in, err := w.input(viewID, label)
	if err == nil {
		var s map[string]any
		if s, err = w.typed(p.id, in, value); err == nil {
			v.state[in.block][in.action] = s
			if in.dispatch {
				payload := p.viewAction(v, in.block, in.element, s)
				w.mu.Unlock()
				_, err = w.deliver(ctx, "block_actions", payload)
				return err
			}
			w.touch()
		}
	}
	w.mu.Unlock()
	return err
}

func (w *Workspace) input(viewID, label string) (*view, inputField, error) {
	v := w.views[viewID]
	if v == nil || !v.open {
		return nil, inputField{}, errors.New("the view is not open")
	}
	for _, in := range inputs(v.json) {
		if in.label == label || in.block == label || in.action == label {
			return v, in, nil
		}
	}
	return nil, inputField{}, fmt.Errorf("the view has no field %q", label)
}

// typed is the state of an input after somebody typed or chose something.
func (w *Workspace) typed(user string, in inputField, value any) (map[string]any, error) {
	typ := fmt.Sprint(in.element["type"])
	key := stateKey(typ)
	s := map[string]any{"type": typ}
	switch key {
	case "selected_option":
		o, err := in.option(fmt.Sprint(value))
		if err != nil {
			return nil, err
		}
		s[key] = o
	case "selected_options":
		chosen := []any{}
		switch value := value.(type) {
		case []string:
			for _, x := range value {
				o, err := in.option(x)
				if err != nil {
					return nil, err
				}
				chosen = append(chosen, o)
			}
		case []Option:
			for _, x := range value {
				chosen = append(chosen, x.raw)
			}
		}
		s[key] = chosen
	case "files":
		files, err := w.added(user, value)
		if err != nil {
			return nil, err
		}
		s[key] = files
	case "value", "selected_user", "selected_channel", "selected_conversation", "selected_date", "selected_time":
		if _, ok := value.(string); !ok && value != nil {
			return nil, fmt.Errorf("%s takes a string, not %v", in.label, value)
		}
		s[key] = value
	default:
		if l, ok := value.([]string); ok {
			many := []any{}
			for _, x := range l {
				many = append(many, x)
			}
			value = many
		}
		s[key] = value
	}
	return s, nil
}

// offers reports whether what was chosen can be chosen still.
func (in inputField) offers(state map[string]any) bool {
	options := allOptions(in.element)
	if len(options) == 0 {
		return true
	}
	chosen := items(state["selected_options"])
	if one := state["selected_option"]; one != nil {
		chosen = append(chosen, one)
	}
	for _, o := range chosen {
		if !among(o, options) {
			return false
		}
	}
	return true
}

func (in inputField) option(want string) (any, error) {
	for _, o := range allOptions(in.element) {
		m, _ := o.(map[string]any)
		text, _ := m["text"].(map[string]any)
		if m["value"] == want || text["text"] == want {
			return o, nil
		}
	}
	if strings.Contains(fmt.Sprint(in.element["type"]), "external") {
		return map[string]any{"text": map[string]any{"type": "plain_text", "text": want}, "value": want}, nil
	}
	return nil, fmt.Errorf("%s has no option %q", in.label, want)
}

// Submit fills in fields by their labels and submits the view. It returns what
// the app says against which block.
func (p *Person) Submit(ctx context.Context, viewID string, values map[string]any) (map[string]string, error) {
	w := p.w
	w.mu.Lock()
	v := w.views[viewID]
	if v == nil || !v.open || v.user != p.id {
		w.mu.Unlock()
		return nil, errors.New("the view is not open")
	}
	for label, value := range values {
		_, in, err := w.input(viewID, label)
		var typed map[string]any
		if err == nil {
			typed, err = w.typed(p.id, in, value)
		}
		if err == nil {
			v.state[in.block][in.action] = typed
		}
		if err != nil {
			w.mu.Unlock()
			return nil, err
		}
	}
	return p.submit(ctx, v)
}

// submit delivers a view as it is filled in. The lock is held, and given back.
func (p *Person) submit(ctx context.Context, v *view) (map[string]string, error) {
	w := p.w
	errs := map[string]string{}
	for _, in := range inputs(v.json) { // what Slack's client checks by itself
		s, _ := v.state[in.block][in.action].(map[string]any)
		if says := in.complaint(s[stateKey(fmt.Sprint(in.element["type"]))]); says != "" {
			errs[in.block] = says
		}
	}
	if len(errs) > 0 {
		w.mu.Unlock()
		return errs, nil
	}
	payload := p.base()
	payload["type"] = "view_submission"
	payload["trigger_id"] = w.newTrigger(p.id, v.id)
	payload["view"] = w.viewJSON(v)
	payload["response_urls"] = p.responseURLs(v)
	w.mu.Unlock()
	answer, err := w.deliver(ctx, "view_submission", payload)
	if err != nil {
		return nil, errors.New("slack says: We had some trouble connecting. Try again?")
	}
	return w.submitted(p.id, v, answer)
}

// submitted does what the answer to a submission says.
func (w *Workspace) submitted(user string, v *view, answer json.RawMessage) (map[string]string, error) {
	var a struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	json.Unmarshal(answer, &a)
	w.mu.Lock()
	defer w.mu.Unlock()
	switch a.Action {
	case "errors":
		known := map[string]bool{}
		for _, in := range inputs(v.json) {
			known[in.block] = known[in.block] || !in.loose
		}
		for block := range a.Errors {
			if !known[block] {
				return nil, fmt.Errorf("slack says: We had some trouble connecting. Try again? (no input block %q)", block)
			}
		}
		return a.Errors, nil
	case "update":
		content, err := checkView(string(a.View), false)
		if err != nil {
			return nil, err
		}
		w.fill(v, content)
	case "push":
		if len(w.stacks[user]) >= mostViews {
			return nil, errors.New("push_limit_reached")
		}
		content, err := checkView(string(a.View), false)
		if err != nil {
			return nil, err
		}
		n := &view{id: w.id("V"), user: user, open: true, root: v.root, previous: v.id, state: map[string]map[string]any{}}
		w.views[n.id] = n
		w.stacks[user] = append(w.stacks[user], n.id)
		w.fill(n, content)
	case "clear":
		w.pop(user, true)
	default:
		w.shut(v) // the app may have opened another since
	}
	return nil, nil
}

// responseURLs are what a submitted view gets for the channels that were chosen
// in it, where the input asks for that. The lock is held.
func (p *Person) responseURLs(v *view) []any {
	urls := []any{}
	for _, in := range inputs(v.json) {
		s, _ := v.state[in.block][in.action].(map[string]any)
		channel, _ := s[stateKey(fmt.Sprint(in.element["type"]))].(string)
		if in.element["response_url_enabled"] == true && channel != "" {
			urls = append(urls, map[string]any{"block_id": in.block, "action_id": in.action, "channel_id": channel,
				"response_url": p.w.newResponseURL(p.id, channel, "")})
		}
	}
	return urls
}

// CloseView closes the top view, or with all the whole stack.
func (p *Person) CloseView(ctx context.Context, viewID string, all bool) error {
	w := p.w
	w.mu.Lock()
	v := w.views[viewID]
	if v == nil || !v.open || v.user != p.id || v == w.homes[p.id] {
		w.mu.Unlock()
		return errors.New("the view is not open")
	}
	if clear, _ := v.json["clear_on_close"].(bool); clear {
		all = true
	}
	if all {
		v = w.views[v.root]
	}
	tell, _ := v.json["notify_on_close"].(bool)
	payload := p.base()
	payload["type"], payload["is_cleared"] = "view_closed", all
	closed := w.viewJSON(v)
	closed["state"] = map[string]any{"values": map[string]any{}} // what was typed goes with the view
	payload["view"] = closed
	w.pop(p.id, all)
	w.mu.Unlock()
	if !tell {
		return nil
	}
	_, err := w.deliver(ctx, "view_closed", payload)
	return err
}
