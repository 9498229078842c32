package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// clientRoutes are what the web page calls: the same things that a Person does
// in Go, over HTTP, with JSON in and out.
func (w *Workspace) clientRoutes() {
	w.mux.HandleFunc("GET /client/config", func(rw http.ResponseWriter, _ *http.Request) {
		config := map[string]any{"aside": w.cfg.Aside}
		if w.cfg.Aside != "" {
			config["side"] = map[string]any{"title": w.cfg.AsideTitle, "url": w.cfg.Aside}
		}
		writeJSON(rw, config)
	})
	w.mux.HandleFunc("GET /client/people", func(rw http.ResponseWriter, _ *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		writeJSON(rw, w.people())
	})
	w.mux.HandleFunc("GET /client/state", func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		writeJSON(rw, w.state(r.URL.Query().Get("user")))
	})
	w.mux.HandleFunc("GET /client/events", w.clientEvents)
	w.mux.HandleFunc("POST /client/upload", w.upload)
	for path, do := range map[string]func(*http.Request, *Person, request) any{
		"command": func(r *http.Request, p *Person, q request) any {
			_, err := p.Slash(r.Context(), q.Channel, q.Text)
			return result(err)
		},
		"action": func(r *http.Request, p *Person, q request) any { return result(p.change(r, q)) },
		"submit": func(r *http.Request, p *Person, q request) any {
			w.mu.Lock()
			v := w.views[q.ViewID]
			if v == nil || !v.open || v.user != q.User {
				w.mu.Unlock()
				return result(fmt.Errorf("the view is not open"))
			}
			w.enter(v, q.Values)
			errs, err := p.submit(r.Context(), v)
			out := result(err)
			if len(errs) > 0 {
				out["ok"], out["errors"] = false, errs
			}
			return out
		},
		"close": func(r *http.Request, p *Person, q request) any {
			return result(p.CloseView(r.Context(), q.ViewID, q.Clear))
		},
		"suggest": func(r *http.Request, p *Person, q request) any {
			from, err := p.asking(q)
			if err != nil {
				return result(err)
			}
			answer, err := p.suggest(r.Context(), from, q.BlockID, q.ActionID, q.Query)
			if err != nil {
				return result(err)
			}
			return answer
		},
		"message": func(r *http.Request, p *Person, q request) any { return result(p.Say(q.Channel, q.ThreadTS, q.Text)) },
		"home":    func(r *http.Request, p *Person, q request) any { return result(p.OpenHome(r.Context())) },
	} {
		w.mux.HandleFunc("POST /client/"+path, func(rw http.ResponseWriter, r *http.Request) {
			var q request
			body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, 1<<20))
			if err == nil {
				err = errors.Join(json.Unmarshal(body, &q), json.Unmarshal(body, &q.all))
			}
			if err != nil {
				writeJSON(rw, result(err))
				return
			}
			w.mu.Lock()
			known := w.users[q.User] != nil
			w.mu.Unlock()
			if !known {
				writeJSON(rw, result(errors.New("user_not_found")))
				return
			}
			writeJSON(rw, do(r, w.Person(q.User), q))
		})
	}
}

// request is what the page sends.
type request struct {
	User, Channel, Text, TS string
	ThreadTS                string                    `json:"thread_ts"`
	ViewID                  string                    `json:"view_id"`
	BlockID                 string                    `json:"block_id"`
	ActionID                string                    `json:"action_id"`
	Query                   string                    `json:"query"`
	Clear                   bool                      `json:"clear"`
	Values                  map[string]map[string]any `json:"values"`
	State                   json.RawMessage           `json:"state"`

	all map[string]any // as it came
}

// changes are what was chosen or typed, under the names that states use.
func (q request) changes() map[string]any {
	changes := map[string]any{}
	for _, keys := range stateKeys {
		if v, has := q.all[keys[0]]; has {
			changes[keys[0]] = v
		}
	}
	return changes
}

func result(err error) map[string]any {
	if err != nil {
		return map[string]any{"ok": false, "error": err.Error()}
	}
	return map[string]any{"ok": true}
}

func writeJSON(rw http.ResponseWriter, v any) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	json.NewEncoder(rw).Encode(v)
}

// enter takes over what was typed on the page.
func (w *Workspace) enter(v *view, values map[string]map[string]any) {
	for _, in := range inputs(v.json) {
		if s, ok := values[in.block][in.action].(map[string]any); ok {
			s["type"] = in.element["type"]
			if in.element["type"] == "file_input" {
				s["files"], _ = w.added(v.user, s["files"])
			}
			v.state[in.block][in.action] = s
		}
	}
}

// change is a press or a choice on the page.
func (p *Person) change(r *http.Request, q request) error {
	w := p.w
	w.mu.Lock()
	if q.ViewID == "" {
		m := p.sees(q.Channel, q.TS)
		if m == nil {
			w.mu.Unlock()
			return fmt.Errorf("there is no such message")
		}
		var blocks []any
		json.Unmarshal(m.blocks, &blocks)
		block, e := findElement(blocks, q.ActionID)
		if e == nil {
			w.mu.Unlock()
			return fmt.Errorf("the message has changed")
		}
		change := q.changes()
		if change["value"] == nil {
			change["value"] = e["value"]
		}
		payload := p.press(m, q.Channel, block, e, change)
		w.mu.Unlock()
		_, err := w.deliver(r.Context(), "block_actions", payload)
		return err
	}
	v := w.views[q.ViewID]
	if v == nil || !v.open || v.user != p.id {
		w.mu.Unlock()
		return fmt.Errorf("the view is not open")
	}
	var typed map[string]map[string]any
	var outer struct {
		Values map[string]map[string]any `json:"values"`
	}
	if json.Unmarshal(q.State, &outer) == nil && outer.Values != nil {
		typed = outer.Values
	} else {
		json.Unmarshal(q.State, &typed)
	}
	w.enter(v, typed)
	block, e := findElement(items(v.json["blocks"]), q.ActionID)
	if e == nil {
		w.mu.Unlock()
		return fmt.Errorf("the view has changed")
	}
	change := q.changes()
	if key := stateKey(fmt.Sprint(e["type"])); key != "" && v.state[block] != nil {
		if value, has := change[key]; has {
			v.state[block][q.ActionID] = map[string]any{"type": e["type"], key: value}
		}
	}
	if change["value"] == nil {
		change["value"] = e["value"]
	}
	payload := p.viewAction(v, block, e, change)
	w.mu.Unlock()
	_, err := w.deliver(r.Context(), "block_actions", payload)
	return err
}

// asking is where on the page options are asked for.
func (p *Person) asking(q request) (map[string]any, error) {
	w := p.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if q.ViewID != "" {
		v := w.views[q.ViewID]
		if v == nil || !v.open || v.user != p.id {
			return nil, errors.New("the view is not open")
		}
		return map[string]any{"container": map[string]any{"type": "view", "view_id": v.id}, "view": v}, nil
	}
	m := p.sees(q.Channel, q.TS)
	if m == nil {
		return nil, errors.New("there is no such message")
	}
	return map[string]any{"container": map[string]any{"type": "message", "message_ts": m.ts, "channel_id": q.Channel,
		"is_ephemeral": m.ephemeral != ""},
		"channel": map[string]any{"id": q.Channel, "name": w.channels[q.Channel].Name}, "message": w.render(q.Channel, m, true)}, nil
}

// findElement finds an interactive element by its action ID.
func findElement(blocks []any, action string) (string, map[string]any) {
	for _, b := range blocks {
		m, _ := b.(map[string]any)
		block, _ := m["block_id"].(string)
		for _, x := range append(items(m["elements"]), m["accessory"], m["element"]) {
			if e, _ := x.(map[string]any); e != nil && e["action_id"] == action {
				return block, e
			}
		}
	}
	return "", nil
}

func (w *Workspace) people() []any {
	out := []any{}
	for _, id := range w.order {
		if u := w.users[id]; !u.IsBot && !u.Deleted {
			out = append(out, map[string]any{"id": u.ID, "name": u.Name, "real_name": u.RealName, "title": u.Title, "color": u.Color,
				"is_stranger": u.IsStranger, "tz": "Etc/UTC"})
		}
	}
	return out
}

// state is all that one person sees.
func (w *Workspace) state(user string) map[string]any {
	channels := []any{}
	for _, id := range w.chOrder {
		c := w.channels[id]
		if !slices.Contains(c.Members, user) {
			continue
		}
		other := ""
		if c.With != "" {
			other = w.cfg.BotUserID
		}
		channels = append(channels, map[string]any{"id": id, "name": c.Name, "is_im": c.With != "", "with": other,
			"is_private": c.Private, "messages": w.seen(id, user)})
	}
	views := []any{}
	for _, id := range w.stacks[user] {
		views = append(views, w.viewJSON(w.views[id]))
	}
	var home any
	if h := w.homes[user]; h != nil {
		home = w.viewJSON(h)
	}
	commands := []any{}
	for _, c := range sortedKeys(w.commands) {
		commands = append(commands, map[string]any{"name": c, "command": c})
	}
	return map[string]any{"team": map[string]any{"id": w.cfg.TeamID, "name": w.cfg.TeamName, "domain": w.cfg.TeamDomain}, "user": user,
		"people":   w.people(),
		"app":      map[string]any{"id": w.cfg.AppID, "bot_id": w.cfg.BotID, "user_id": w.cfg.BotUserID, "name": w.cfg.AppName},
		"channels": channels, "views": views, "home": home, "commands": commands, "seq": w.seq}
}

func (w *Workspace) seen(channel, user string) []any {
	top := []any{}
	replies := map[string][]any{}
	var shown []*message
	for _, m := range w.messages[channel] {
		if m.ephemeral != "" && m.ephemeral != user {
			continue
		}
		if m.thread != "" && m.thread != m.ts {
			replies[m.thread] = append(replies[m.thread], w.line(m))
			if !m.broadcast {
				continue
			}
		}
		shown = append(shown, m)
	}
	for _, m := range shown {
		l := w.line(m)
		l["replies"] = append([]any{}, replies[m.ts]...)
		top = append(top, l)
	}
	return top
}

func (w *Workspace) line(m *message) map[string]any {
	return map[string]any{"ts": m.ts, "thread_ts": m.thread, "user": m.user, "username": m.name, "bot": m.bot, "text": m.text,
		"blocks": m.blocks,
		"edited": m.edited, "ephemeral": m.ephemeral != ""}
}

// clientEvents says that something has changed, as server-sent events.
func (w *Workspace) clientEvents(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("Cache-Control", "no-store")
	flush := http.NewResponseController(rw)
	for {
		w.mu.Lock()
		seq, changed := w.seq, w.changed
		w.mu.Unlock()
		if _, err := fmt.Fprintf(rw, "data: {\"seq\":%d}\n\n", seq); err != nil || flush.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-w.ctx.Done():
			return
		}
	}
}
