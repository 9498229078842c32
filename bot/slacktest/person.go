package slacktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
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

// Option is one to choose.
type Option struct {
	Text  string
	Value string
	raw   any
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

// Slash types a slash command: the command's own name, a blank, the text.
// reply is what only they are shown at once.
func (p *Person) Slash(ctx context.Context, channel, typed string) (string, error) {
	w := p.w
	name, text, _ := strings.Cut(strings.TrimSpace(typed), " ")
	w.mu.Lock()
	escape, known := w.commands[name]
	c := w.channels[channel]
	if !known || c == nil || !slices.Contains(c.Members, p.id) {
		w.mu.Unlock()
		return "", fmt.Errorf("%s is not a command here", name)
	}
	if escape {
		text = w.escaped(text)
	}
	u := w.users[p.id]
	channelName := c.Name
	if c.With != "" {
		channelName = "directmessage"
	}
	payload := map[string]any{"token": "verification", "team_id": u.TeamID, "team_domain": w.cfg.TeamDomain, "channel_id": channel, "channel_name": channelName,
		"user_id": p.id, "user_name": u.Name, "command": name, "text": text, "api_app_id": w.cfg.AppID, "is_enterprise_install": "false",
		"response_url": w.newResponseURL(p.id, channel, ""), "trigger_id": w.newTrigger(p.id, "")}
	w.mu.Unlock()
	answer, err := w.deliver(ctx, "command", payload)
	if err != nil {
		return "", fmt.Errorf("%s failed with the error %q", name, err)
	}
	return string(answer), w.commandAnswer(p.id, channel, answer)
}

func (w *Workspace) commandAnswer(user, channel string, answer json.RawMessage) error {
	if s := strings.TrimSpace(string(answer)); s == "" || s == "null" {
		return nil
	}
	var a struct {
		Text         string          `json:"text"`
		Blocks       json.RawMessage `json:"blocks"`
		ResponseType string          `json:"response_type"`
	}
	if json.Unmarshal(answer, &a) != nil {
		a.Text = string(answer)
	}
	if a.Blocks != nil && string(a.Blocks) != "null" {
		if m := ValidateMessage(a.Blocks); len(m) > 0 {
			return fmt.Errorf("invalid_blocks: %s", strings.Join(m, "; "))
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.private(user, channel, a.Text, a.Blocks, a.ResponseType == "in_channel")
	return nil
}

var mentions = regexp.MustCompile(`[@#][\w.-]+`)

// escaped turns @name and #channel into entities, for those that there are.
func (w *Workspace) escaped(text string) string {
	return mentions.ReplaceAllStringFunc(text, func(s string) string {
		for _, u := range w.users {
			if s[0] == '@' && u.Name == s[1:] {
				return "<@" + u.ID + ">"
			}
		}
		for _, c := range w.channels {
			if s[0] == '#' && c.Name == s[1:] && c.Private {
				return "<#" + c.ID + "|>"
			}
			if s[0] == '#' && c.Name == s[1:] && c.Name != "" {
				return "<#" + c.ID + "|" + c.Name + ">"
			}
		}
		return s
	})
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
		out = append(out, View{ID: id, Hash: v.hash, CallbackID: fmt.Sprint(full["callback_id"]), PrivateMetadata: fmt.Sprint(full["private_metadata"]), JSON: raw})
	}
	return out
}

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
	payload["container"] = map[string]any{"type": "message", "message_ts": m.ts, "channel_id": channel, "is_ephemeral": m.ephemeral != ""}
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
	if v == nil || !v.open {
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

// Choose chooses in a view, and delivers that where the input asks for it.
func (p *Person) Choose(ctx context.Context, viewID, label, value string) error {
	w := p.w
	w.mu.Lock()
	v, in, err := w.input(viewID, label)
	if err == nil {
		var s map[string]any
		if s, err = w.typed(in, value); err == nil {
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
func (w *Workspace) typed(in inputField, value any) (map[string]any, error) {
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

// offers says whether what was chosen can be chosen still.
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
	if v == nil || !v.open {
		w.mu.Unlock()
		return nil, errors.New("the view is not open")
	}
	for label, value := range values {
		_, in, err := w.input(viewID, label)
		if err == nil {
			v.state[in.block][in.action], err = w.typed(in, value)
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
		return nil, errors.New("We had some trouble connecting. Try again?")
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
				return nil, fmt.Errorf("We had some trouble connecting. Try again? (no input block %q)", block)
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
		w.pop(user, false)
	}
	return nil, nil
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
	kind := "channel"
	switch {
	case c.With != "":
		kind = "im"
	case c.Private:
		kind = "group"
	}
	name := map[string]string{"im": "message.im", "channel": "message.channels", "group": "message.groups"}[kind]
	if !w.subscribed(name) || !slices.Contains(c.Members, w.cfg.BotUserID) {
		w.mu.Unlock()
		return nil
	}
	inner := w.render(channel, m, false)
	inner["channel"], inner["channel_type"], inner["event_ts"] = channel, kind, m.ts
	payload := w.event(inner)
	w.mu.Unlock()
	w.spawn(func() { w.send(w.ctx, payload) })
	return nil
}

// Plain is all text that a message shows, on lines of its own.
func (m Message) Plain() string {
	var blocks any
	json.Unmarshal(m.Blocks, &blocks)
	return m.Text + "\n" + shown(blocks)
}

// Broadcasts says whether the message would notify a whole channel.
func (m Message) Broadcasts() bool {
	if m.Ephemeral {
		return false
	}
	if m.linked && regexp.MustCompile(`@(channel|here|everyone)\b`).MatchString(m.Text) {
		return true
	}
	return regexp.MustCompile(`<!(channel|here|everyone)`).MatchString(m.Text+"\n"+mrkdwn(m.Blocks)) || strings.Contains(string(m.Blocks), `"type":"broadcast"`)
}

// Plain is all text that a view shows.
func (v View) Plain() string {
	var j map[string]any
	json.Unmarshal(v.JSON, &j)
	return shown(j["title"]) + "\n" + shown(j["blocks"])
}

// shown collects texts in the order in which they stand.
func shown(v any) string {
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			switch v["type"] {
			case "user":
				fmt.Fprintf(&b, "<@%v>", v["user_id"])
			case "channel":
				fmt.Fprintf(&b, "<#%v>", v["channel_id"])
			case "link":
				fmt.Fprint(&b, v["url"])
			case "date":
				fmt.Fprint(&b, v["fallback"])
			}
			for _, k := range []string{"label", "text", "fields", "element", "elements", "accessory", "options", "hint"} {
				switch x := v[k].(type) {
				case string:
					b.WriteString(x)
				case nil:
				default:
					walk(x)
				}
			}
			if t, _ := v["type"].(string); strings.HasPrefix(t, "rich_text_") || t == "plain_text" || t == "mrkdwn" {
				b.WriteString("\n")
			}
		}
	}
	walk(v)
	return b.String()
}

// mrkdwn is all text of blocks in which Slack sees markup.
func mrkdwn(blocks json.RawMessage) string {
	var v any
	json.Unmarshal(blocks, &v)
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok && (v["type"] == "mrkdwn" || v["type"] == "markdown") {
				b.WriteString(s + "\n")
			}
			for _, name := range sortedKeys(v) {
				walk(v[name])
			}
		}
	}
	walk(v)
	return b.String()
}
