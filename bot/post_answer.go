package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// An answer is a message that only one person sees.
type answer struct {
	ResponseType    string        `json:"response_type,omitempty"`
	ReplaceOriginal bool          `json:"replace_original,omitempty"`
	Text            string        `json:"text"`
	Blocks          *slack.Blocks `json:"blocks,omitempty"`
}

// private is a sentence for whoever asked.
func private(text string) answer {
	return answer{ResponseType: "ephemeral", Text: fitText(text), Blocks: &slack.Blocks{BlockSet: []slack.Block{sentenceBlock(text)}}}
}

// tell gives somebody a private answer: through the response URL, or where that
// fails as an ephemeral message, or as a DM.
func (b *Bot) tell(ctx context.Context, responseURL, channel, user string, a answer) {
	if responseURL != "" {
		err := b.respond(ctx, responseURL, a)
		if err == nil {
			return
		}
		b.log.Warn("a response URL did not work", "err", err)
	}
	options := []slack.MsgOption{slack.MsgOptionText(a.Text, false)}
	if a.Blocks != nil {
		options = append(options, slack.MsgOptionBlocks(a.Blocks.BlockSet...))
	}
	if channel != "" && !strings.HasPrefix(channel, "D") {
		if _, err := b.api.PostEphemeralContext(ctx, channel, user, options...); err == nil {
			return
		}
	}
	dm, err := b.dm(ctx, user)
	if err == nil {
		_, _, err = b.api.PostMessageContext(ctx, dm, options...)
	}
	if err != nil {
		b.log.Error("a person can't be messaged", "user", user, "err", slackError(err))
	}
}

// respond posts to a response URL of Slack's, and to no other address.
// Source: docs.slack.dev/interactivity/handling-user-interaction.
func (b *Bot) respond(ctx context.Context, to string, a answer) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	u, err := url.Parse(to)
	if err != nil || !b.ours(u) {
		return fmt.Errorf("not an address of Slack's")
	}
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := b.direct.Do(req)
	if err != nil {
		return fmt.Errorf("no answer") // the error would name the URL, which is a capability
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
	var j struct {
		OK bool `json:"ok"`
	}
	if resp.StatusCode != http.StatusOK || strings.TrimSpace(string(said)) != "ok" && (json.Unmarshal(said, &j) != nil || !j.OK) {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

// ours reports whether a response URL leads to Slack, or to where the API is.
func (b *Bot) ours(u *url.URL) bool {
	c, _ := cloudOf(b.apiURL)
	return b.isAt(u, c.hooks)
}

// mostReply is how large an acknowledgement may be: Slack drops larger ones in
// Socket Mode, at 20 KB, without a word.
const mostReply = 18_000

// fitting returns the reply to a command if it fits into an acknowledgement. One
// that does not goes out by itself.
func (b *Bot) fitting(ctx context.Context, c command, r Reply) Reply {
	a, ok := r.(answer)
	if !ok {
		return r
	}
	if body, err := json.Marshal(a); err == nil && len(body) <= mostReply {
		return r
	}
	b.later(ctx, func(ctx context.Context) { b.tell(ctx, c.ResponseURL, c.ChannelID, c.UserID, a) })
	return nil
}
