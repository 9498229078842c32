package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// args are a method's arguments, as strings; what is JSON stays JSON.
type args map[string]string

func (a args) bool(k string) bool { return a[k] == "true" || a[k] == "1" }
func (a args) int(k string, def int) int {
	if n, err := strconv.Atoi(a[k]); err == nil {
		return n
	}
	return def
}

// reply is the answer of a method.
type reply map[string]any

// refusal is an answer with ok: false.
type refusal struct {
	code     string
	messages []string
	needed   string
}

func (r *refusal) Error() string { return r.code }

func no(code string) error { return &refusal{code: code} }

// A method is one of the Web API's.
type method struct {
	scope string // one of these, separated by |
	app   bool   // takes the app-level token
	open  bool   // takes no token
	read  bool   // may be called by GET
	form  bool   // takes no JSON
	tier  int    // calls in a minute; 0 is Slack's special tier
	do    func(w *Workspace, a args) (reply, error)
}

// methods is every method that there is. Any other is unknown_method.
var methods map[string]method

func init() {
	methods = map[string]method{
		"api.test":              {read: true, open: true, do: (*Workspace).apiTest},
		"auth.test":             {read: true, do: (*Workspace).authTest},
		"apps.connections.open": {tier: 50, app: true, do: (*Workspace).openConnection},
		"chat.postMessage":      {scope: "chat:write", do: (*Workspace).postMessage},
		"chat.update":           {tier: 50, scope: "chat:write", do: (*Workspace).updateMessage},
		"chat.delete":           {tier: 50, scope: "chat:write", do: (*Workspace).deleteMessage},
		"chat.postEphemeral":    {tier: 100, scope: "chat:write", do: (*Workspace).postEphemeral},
		"chat.getPermalink":     {read: true, form: true, do: (*Workspace).permalink},
		"views.open":            {tier: 100, do: (*Workspace).openView},
		"views.push":            {tier: 100, do: (*Workspace).pushView},
		"views.update":          {tier: 100, do: (*Workspace).updateView},
		"views.publish":         {tier: 100, do: (*Workspace).publishView},
		"conversations.open":    {tier: 50, scope: "im:write|mpim:write", do: (*Workspace).openConversation},
		"conversations.info": {tier: 50, read: true, form: true, scope: "channels:read|groups:read|im:read",
			do: (*Workspace).conversationInfo},
		"conversations.members": {tier: 100, read: true, form: true, scope: "channels:read|groups:read|im:read",
			do: (*Workspace).conversationMembers},
		"conversations.list": {tier: 20, read: true, form: true, scope: "channels:read|groups:read|im:read",
			do: (*Workspace).conversationList},
		"conversations.history": {tier: 50, read: true, scope: "channels:history|groups:history|im:history", do: (*Workspace).history},
		"conversations.replies": {tier: 50, read: true, form: true, scope: "channels:history|groups:history|im:history",
			do: (*Workspace).replies},
		"conversations.join":       {tier: 50, scope: "channels:join", do: (*Workspace).joinConversation},
		"conversations.leave":      {tier: 50, scope: "channels:manage|groups:write", do: (*Workspace).leaveConversation},
		"conversations.invite":     {tier: 50, scope: "channels:manage|groups:write", do: (*Workspace).inviteToConversation},
		"conversations.setTopic":   {tier: 20, scope: "channels:manage|groups:write", do: (*Workspace).setTopic},
		"conversations.setPurpose": {tier: 20, scope: "channels:manage|groups:write", do: (*Workspace).setPurpose},
		"users.conversations": {tier: 50, read: true, form: true, scope: "channels:read|groups:read|im:read",
			do: (*Workspace).userConversations},
		"users.profile.get":   {tier: 100, read: true, form: true, scope: "users.profile:read", do: (*Workspace).userProfile},
		"users.info":          {tier: 100, read: true, form: true, scope: "users:read", do: (*Workspace).userInfo},
		"users.lookupByEmail": {tier: 50, read: true, form: true, scope: "users:read.email", do: (*Workspace).userByEmail},
		"files.info":          {tier: 100, read: true, form: true, scope: "files:read", do: (*Workspace).fileInfo},
		"users.list":          {tier: 20, read: true, form: true, scope: "users:read", do: (*Workspace).userList},
		"team.info":           {tier: 50, read: true, scope: "team:read", do: (*Workspace).teamInfo},
	}
}

// api answers POST or GET /api/<method>. What goes wrong in Slack's own terms is
// a 200 with ok: false. Source: docs.slack.dev/apis/web-api.
func (w *Workspace) api(rw http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/api/")
	a, token, err := arguments(r)
	if err != nil {
		w.answer(rw, name, a, nil, err)
		return
	}
	m, known := methods[name]
	if !known {
		w.answer(rw, name, a, nil, no("unknown_method"))
		return
	}
	isJSON := strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
	if r.Method == http.MethodGet && !m.read || r.Method != http.MethodGet && r.Method != http.MethodPost || isJSON && m.form {
		w.answer(rw, name, a, nil, no("invalid_post_type"))
		return
	}
	if isJSON && !strings.Contains(strings.ToLower(r.Header.Get("Content-Type")), "charset=utf-8") {
		a[charset] = "missing"
	}
	rw.Header().Set("X-Accepted-OAuth-Scopes", strings.ReplaceAll(m.scope, "|", ","))
	rw.Header().Set("X-OAuth-Scopes", strings.Join(w.cfg.Scopes, ","))
	if err := w.allowed(m, token); err != nil {
		w.answer(rw, name, a, nil, err)
		return
	}
	w.called(name, false)
	before, after := w.faults.next(name, a)
	if before != "" && w.spoil(rw, before) {
		w.write(Entry{Direction: "api", Method: name, Body: a.text(), Answer: "fault " + before})
		return
	}
	w.mu.Lock()
	if wait := w.tooMany(name, m, a); wait > 0 {
		w.mu.Unlock()
		w.write(Entry{Direction: "api", Method: name, Body: a.text(), Answer: "429", Surface: surfaceOf(name)})
		rw.Header().Set("Retry-After", strconv.Itoa(wait))
		rw.WriteHeader(http.StatusTooManyRequests)
		return
	}
	answer, err := m.do(w, a)
	w.mu.Unlock()
	w.called(name, true)
	if after != "" && w.spoil(rw, after) {
		w.write(Entry{Direction: "api", Method: name, Body: a.text(), Answer: "answer lost: " + after, Surface: surfaceOf(name)})
		return
	}
	w.answer(rw, name, a, answer, err)
}

// charset is where a call is marked that was JSON and did not say its charset.
const charset = "\x00charset"

// arguments reads a form or JSON, and where the token was. JSON carries its
// token in the header only.
func arguments(r *http.Request) (args, string, error) {
	a := args{}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(4 << 20); err != nil {
			return a, token, no("invalid_form_data")
		}
		for k := range r.Form {
			a[k] = r.Form.Get(k)
		}
		if token == "" {
			token = a["token"]
		}
		delete(a, "token")
		return a, token, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	if err != nil {
		return a, token, no("invalid_form_data")
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		var j map[string]json.RawMessage
		if err := json.Unmarshal(body, &j); err != nil && len(body) > 0 {
			return a, token, no("invalid_json")
		}
		for k, v := range j {
			var s string
			if json.Unmarshal(v, &s) == nil {
				a[k] = s
			} else if string(v) != "null" {
				a[k] = string(v)
			}
		}
	} else {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return a, token, no("invalid_form_data")
		}
		for k, v := range r.URL.Query() {
			a[k] = v[0]
		}
		for k := range form {
			a[k] = form.Get(k)
		}
		if token == "" {
			token = a["token"]
		}
	}
	delete(a, "token")
	return a, token, nil
}

func (w *Workspace) allowed(m method, token string) error {
	if m.open {
		return nil
	}
	right, wrong := w.cfg.BotToken, w.cfg.AppToken
	if m.app {
		right, wrong = wrong, right
	}
	switch token {
	case right:
	case "":
		return no("not_authed")
	case wrong:
		return no("not_allowed_token_type")
	default:
		return no("invalid_auth")
	}
	if m.scope == "" || w.cfg.Scopes == nil {
		return nil
	}
	for _, s := range strings.Split(m.scope, "|") {
		if slices.Contains(w.cfg.Scopes, s) {
			return nil
		}
	}
	return &refusal{code: "missing_scope", needed: strings.ReplaceAll(m.scope, "|", ",")}
}

func (w *Workspace) answer(rw http.ResponseWriter, name string, a args, answer reply, err error) {
	out := reply{"ok": true}
	if r, ok := err.(*refusal); ok {
		out = reply{"ok": false, "error": r.code}
		if len(r.messages) > 0 {
			var plain, marked []string
			for _, m := range r.messages {
				m = strings.TrimPrefix(m, "[ERROR] ")
				plain, marked = append(plain, m), append(marked, "[ERROR] "+m)
			}
			out["errors"] = plain
			out["response_metadata"] = map[string]any{"messages": marked}
		}
		if r.needed != "" {
			out["needed"], out["provided"] = r.needed, strings.Join(w.cfg.Scopes, ",")
		}
	}
	for k, v := range answer {
		out[k] = v
	}
	if a[charset] != "" {
		delete(a, charset)
		out["warning"] = "missing_charset"
		if meta, ok := out["response_metadata"].(map[string]any); ok {
			meta["warnings"] = []string{"missing_charset"}
		} else {
			out["response_metadata"] = map[string]any{"warnings": []string{"missing_charset"}}
		}
	}
	body := encode(out)
	w.write(Entry{Direction: "api", Method: name, Body: a.text(), Answer: string(body), Surface: surfaceOf(name)})
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.Write(body)
}

func surfaceOf(method string) string {
	switch {
	case strings.HasPrefix(method, "views."):
		return "view"
	case method == "chat.postEphemeral":
		return "ephemeral"
	case strings.HasPrefix(method, "chat."), strings.HasPrefix(method, "conversations."):
		return "message"
	}
	return ""
}

func (a args) text() string {
	var b strings.Builder
	for _, k := range sortedKeys(a) {
		fmt.Fprintf(&b, "%s=%s\n", k, a[k])
	}
	return b.String()
}

func (w *Workspace) authTest(args) (reply, error) {
	return reply{"url": "https://" + w.cfg.TeamDomain + "." + w.cfg.Cloud + "/", "team": w.cfg.TeamName, "team_id": w.cfg.TeamID,
		"user": w.cfg.AppName, "user_id": w.cfg.BotUserID, "bot_id": w.cfg.BotID, "is_enterprise_install": false}, nil
}

// apiTest gives back what it is given, and fails if it is told to.
func (w *Workspace) apiTest(a args) (reply, error) {
	if a["error"] != "" {
		return nil, no(a["error"])
	}
	return reply{"args": a}, nil
}

func (w *Workspace) teamInfo(args) (reply, error) {
	return reply{"team": map[string]any{"id": w.cfg.TeamID, "name": w.cfg.TeamName, "domain": w.cfg.TeamDomain}}, nil
}
