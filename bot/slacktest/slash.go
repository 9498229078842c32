package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

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
	payload := map[string]any{"token": "verification", "team_id": u.TeamID, "team_domain": w.cfg.TeamDomain, "channel_id": channel,
		"channel_name": channelName,
		"user_id":      p.id, "user_name": u.Name, "command": name, "text": text, "api_app_id": w.cfg.AppID,
		"is_enterprise_install": "false",
		"response_url":          w.newResponseURL(p.id, channel, ""), "trigger_id": w.newTrigger(p.id, "")}
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
		if tooLong(a.Text, a.Blocks) {
			return errTooLong
		}
		if m := ValidateMessage(a.Blocks); len(m) > 0 {
			return fmt.Errorf("invalid_blocks: %s", strings.Join(m, "; "))
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.private(user, channel, a.Text, a.Blocks, a.ResponseType == "in_channel")
	return nil
}
