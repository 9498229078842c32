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
	if len(raw) > maxView {
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
	if ext, _ := v["external_id"].(string); ext != "" && w.byExternal(ext) != nil {
		return nil, no("duplicate_external_id")
	}
	t, err := w.exchange(a["trigger_id"])
	if err != nil {
		return nil, err
	}
	stack := w.stacks[t.user]
	switch {
	case !push: // a new root takes the place of what was open
		for _, id := range stack {
			w.views[id].open = false
		}
		stack = nil
	case len(stack) == 0:
		return nil, no("not_found")
	case len(stack) >= mostViews:
		return nil, no("push_limit_reached")
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
	target := w.views[a["view_id"]]
	v, err := checkView(a["view"], target != nil && target == w.homes[target.user])
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
	if ext, _ := v["external_id"].(string); ext != "" && w.byExternal(ext) != nil && w.byExternal(ext) != old {
		return nil, no("duplicate_external_id")
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
	w.numbered(items(content["blocks"]))
	old := v.state
	v.json, v.state = content, map[string]map[string]any{}
	for _, in := range inputs(content) {
		if v.state[in.block] == nil {
			v.state[in.block] = map[string]any{}
		}
		if was, ok := old[in.block][in.action].(map[string]any); ok && was["type"] == in.element["type"] && in.offers(was) {
			v.state[in.block][in.action] = was
		} else {
			v.state[in.block][in.action] = initial(in.element)
		}
	}
	w.seq++
	v.hash = fmt.Sprintf("%d.%08x", w.cfg.Now().Unix(), w.seq)
	w.touch()
}

// An inputField is one element that has a state: in an input block, or loose in
// a section or among actions, where every choice is delivered at once.
type inputField struct {
	block, action, label string
	element              map[string]any
	optional, dispatch   bool
	loose                bool
}

func inputs(view map[string]any) []inputField { return fields(items(view["blocks"])) }

func fields(blocks []any) []inputField {
	var out []inputField
	for _, b := range blocks {
		m, _ := b.(map[string]any)
		block, _ := m["block_id"].(string)
		if m["type"] == "input" {
			e, _ := m["element"].(map[string]any)
			label, _ := m["label"].(map[string]any)
			in := inputField{block: block, element: e}
			in.action, _ = e["action_id"].(string)
			in.label, _ = label["text"].(string)
			in.optional, _ = m["optional"].(bool)
			in.dispatch, _ = m["dispatch_action"].(bool)
			out = append(out, in)
			continue
		}
		for _, x := range append(append([]any(nil), items(m["elements"])...), m["accessory"]) {
			e, _ := x.(map[string]any)
			typ, _ := e["type"].(string)
			if stateKey(typ) == "" {
				continue
			}
			placeholder, _ := e["placeholder"].(map[string]any)
			in := inputField{block: block, element: e, loose: true, optional: true, dispatch: true}
			in.action, _ = e["action_id"].(string)
			in.label, _ = placeholder["text"].(string)
			out = append(out, in)
		}
	}
	return out
}

func items(v any) []any {
	l, _ := v.([]any)
	return l
}

// viewJSON is a view as Slack gives it.
func (w *Workspace) viewJSON(v *view) map[string]any {
	out := map[string]any{"id": v.id, "team_id": w.cfg.TeamID, "hash": v.hash, "root_view_id": v.root, "previous_view_id": nil,
		"app_id": w.cfg.AppID, "bot_id": w.cfg.BotID, "app_installed_team_id": w.cfg.TeamID,
		"state":       map[string]any{"values": copied(v.state)},
		"callback_id": "", "private_metadata": "", "external_id": "", "clear_on_close": false, "notify_on_close": false, "close": nil,
		"submit": nil}
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

// shut closes one view, and leaves those that were opened over it.
func (w *Workspace) shut(v *view) {
	v.open = false
	w.stacks[v.user] = slices.DeleteFunc(slices.Clone(w.stacks[v.user]), func(id string) bool { return id == v.id })
	w.touch()
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
