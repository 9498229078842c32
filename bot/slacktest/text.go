package slacktest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Plain is all text that a message shows, on lines of its own.
func (m Message) Plain() string {
	var blocks any
	json.Unmarshal(m.Blocks, &blocks)
	return m.Text + "\n" + shown(blocks)
}

// Broadcasts reports whether the message would notify a whole channel.
func (m Message) Broadcasts() bool {
	if m.Ephemeral {
		return false
	}
	if m.linked && regexp.MustCompile(`@(channel|here|everyone)\b`).MatchString(m.Text) {
		return true
	}
	return regexp.MustCompile(`<!(channel|here|everyone)`).MatchString(m.Text+"\n"+mrkdwn(m.Blocks)) ||
		strings.Contains(string(m.Blocks), `"type":"broadcast"`)
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
