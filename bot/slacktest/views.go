package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// triggerLife is how long a trigger can be used. Source: docs.slack.dev/surfaces/modals.
const triggerLife = 3 * time.Second

// mostViews is how deep a stack of views can be.
const mostViews = 3

type trigger struct {
	user string
	at   time.Time
	used bool
	view string // the view that it came from
}

// view is one that somebody has open, or had.
type view struct {
	id, hash, user string
	root, previous string
	json           map[string]any
	state          map[string]map[string]any // what was typed and chosen: block, action, value
	open           bool
}

func itoa(n int) string { return strconv.Itoa(n) }

func (w *Workspace) newTrigger(user, fromView string) string {
	w.seq++
	id := fmt.Sprintf("%d.%d.%08x", w.seq, w.seq*7, w.seq*31)
	w.triggers[id] = &trigger{user: user, at: w.cfg.Now(), view: fromView}
	return id
}

// exchange takes a trigger, once, within three seconds.
func (w *Workspace) exchange(id string) (*trigger, error) {
	t := w.triggers[id]
	switch {
	case t == nil:
		return nil, &refusal{code: "invalid_trigger_id", messages: []string{"[ERROR] invalid `trigger_id` [json-pointer:/trigger_id]"}}
	case t.used:
		return nil, no("exchanged_trigger_id")
	case w.cfg.Now().Sub(t.at) > triggerLife:
		return nil, no("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

func checkView(raw string, home bool) (map[string]any, error) {
	if m := ValidateView([]byte(raw), home); len(m) > 0 {
		return nil, &refusal{code: "invalid_arguments", messages: m}
	}
	if len(raw) > 250_000 {
		return nil, no("view_too_large")
	}
	var v map[string]any
	json.Unmarshal([]byte(raw), &v)
	return v, nil
}

func (w *Workspace) openView(a args) (reply, error) { return w.place(a, false) }
func (w *Workspace) pushView(a args) (reply, error) { return w.place(a, true) }

func (w *Workspace) place(a args, push bool) (reply, error) {
	v, err := checkView(a["view"], false)
	if err != nil {
		return nil, err
	}
	t, err := w.exchange(a["trigger_id"])
	if err != nil {
		return nil, err
	}
	stack := w.stacks[t.user]
	if !push {
		for _, id := range stack {
			w.views[id].open = false
		}
		stack = nil
	} else if len(stack) == 0 {
		return nil, no("not_found")
	}
	if len(stack) >= mostViews {
		return nil, no("push_limit_reached")
	}
	if ext, _ := v["external_id"].(string); ext != "" && w.byExternal(ext) != nil {
		return nil, no("duplicate_external_id")
	}
	n := &view{id: w.id("V"), user: t.user, open: true, state: map[string]map[string]any{}}
	n.root = n.id
	if len(stack) > 0 {
		n.root, n.previous = stack[0], stack[len(stack)-1]
	}
	w.views[n.id] = n
	w.stacks[t.user] = append(slices.Clone(stack), n.id)
	w.fill(n, v)
	return reply{"view": w.viewJSON(n)}, nil
}

func (w *Workspace) byExternal(id string) *view {
	for _, v := range w.views {
		if v.open && v.json["external_id"] == id {
			return v
		}
	}
	return nil
}

func (w *Workspace) updateView(a args) (reply, error) {
	v, err := checkView(a["view"], false)
	if err != nil {
		return nil, err
	}
	if a["view_id"] != "" && a["external_id"] != "" {
		return nil, &refusal{code: "invalid_arguments", messages: []string{"[ERROR] Cannot provide both `view_id` and `external_id`"}}
	}
	old := w.views[a["view_id"]]
	if a["external_id"] != "" {
		old = w.byExternal(a["external_id"])
	}
	switch {
	case old == nil || !old.open:
		return nil, no("not_found")
	case a["hash"] != "" && a["hash"] != old.hash:
		return nil, no("hash_conflict")
	}
	w.fill(old, v)
	return reply{"view": w.viewJSON(old)}, nil
}

func (w *Workspace) publishView(a args) (reply, error) {
	v, err := checkView(a["view"], true)
	if err != nil {
		return nil, err
	}
	if w.users[a["user_id"]] == nil {
		return nil, &refusal{code: "invalid_arguments", messages: []string{"[ERROR] invalid `user_id` [json-pointer:/user_id]"}}
	}
	h := w.homes[a["user_id"]]
	if h == nil {
		h = &view{id: w.id("V"), user: a["user_id"], open: true, state: map[string]map[string]any{}}
		h.root = h.id
		w.homes[a["user_id"]], w.views[h.id] = h, h
	}
	if a["hash"] != "" && a["hash"] != h.hash {
		return nil, no("hash_conflict")
	}
	w.fill(h, v)
	return reply{"view": w.viewJSON(h)}, nil
}

// fill gives a view new content. What was typed stays where block ID and action
// ID are the same.
func (w *Workspace) fill(v *view, content map[string]any) {
	for i, b := range items(content["blocks"]) {
		if m, ok := b.(map[string]any); ok && m["block_id"] == nil {
			m["block_id"] = fmt.Sprintf("b%d%s", i, w.id(""))
		}
	}
	old := v.state
	v.json, v.state = content, map[string]map[string]any{}
	for _, in := range inputs(content) {
		if v.state[in.block] == nil {
			v.state[in.block] = map[string]any{}
		}
		if was, ok := old[in.block][in.action]; ok {
			v.state[in.block][in.action] = was
		} else {
			v.state[in.block][in.action] = initial(in.element)
		}
	}
	w.seq++
	v.hash = fmt.Sprintf("%d.%08x", w.cfg.Now().Unix(), w.seq)
	w.touch()
}

// An inputField is one element in an input block.
type inputField struct {
	block, action, label string
	element              map[string]any
	optional, dispatch   bool
}

func inputs(view map[string]any) []inputField {
	var out []inputField
	for _, b := range items(view["blocks"]) {
		m, _ := b.(map[string]any)
		if m["type"] != "input" {
			continue
		}
		e, _ := m["element"].(map[string]any)
		label, _ := m["label"].(map[string]any)
		in := inputField{element: e}
		in.block, _ = m["block_id"].(string)
		in.action, _ = e["action_id"].(string)
		in.label, _ = label["text"].(string)
		in.optional, _ = m["optional"].(bool)
		in.dispatch, _ = m["dispatch_action"].(bool)
		out = append(out, in)
	}
	return out
}

// initial is the state of an input that nobody has touched.
func initial(e map[string]any) map[string]any {
	s := map[string]any{"type": e["type"]}
	key := stateKey(fmt.Sprint(e["type"]))
	s[key] = nil
	for _, from := range []string{"initial_value", "initial_option", "initial_options", "initial_user", "initial_channel", "initial_conversation", "initial_date", "initial_time"} {
		if e[from] != nil {
			s[key] = e[from]
		}
	}
	if s[key] == nil && (key == "selected_options") {
		s[key] = []any{}
	}
	return s
}

// stateKey is where an element of a type keeps its value.
func stateKey(typ string) string {
	switch typ {
	case "static_select", "external_select", "radio_buttons":
		return "selected_option"
	case "multi_static_select", "multi_external_select", "checkboxes":
		return "selected_options"
	case "users_select":
		return "selected_user"
	case "channels_select":
		return "selected_channel"
	case "conversations_select":
		return "selected_conversation"
	case "datepicker":
		return "selected_date"
	case "timepicker":
		return "selected_time"
	}
	return "value"
}

func items(v any) []any {
	l, _ := v.([]any)
	return l
}

// viewJSON is a view as Slack gives it.
func (w *Workspace) viewJSON(v *view) map[string]any {
	out := map[string]any{"id": v.id, "team_id": w.cfg.TeamID, "hash": v.hash, "root_view_id": v.root, "previous_view_id": nil,
		"app_id": w.cfg.AppID, "bot_id": w.cfg.BotID, "app_installed_team_id": w.cfg.TeamID, "state": map[string]any{"values": copied(v.state)},
		"callback_id": "", "private_metadata": "", "external_id": "", "clear_on_close": false, "notify_on_close": false, "close": nil, "submit": nil}
	if v.previous != "" {
		out["previous_view_id"] = v.previous
	}
	for k, x := range v.json {
		out[k] = x
	}
	return out
}

func copied[T any](v T) any {
	b, _ := json.Marshal(v)
	var out any
	json.Unmarshal(b, &out)
	return out
}

// pop closes the top of a person's stack, or all of it.
func (w *Workspace) pop(user string, all bool) {
	stack := w.stacks[user]
	for len(stack) > 0 {
		w.views[stack[len(stack)-1]].open = false
		stack = stack[:len(stack)-1]
		if !all {
			break
		}
	}
	w.stacks[user] = stack
	w.touch()
}
