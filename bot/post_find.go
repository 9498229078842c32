package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// find looks for a message of ours that may have been sent although its answer
// was lost. Where Slack is only busy that is an error, to look again later; where
// Slack does not let us look at all, the message is sent again: twice is better
// than never.
func (b *Bot) find(ctx context.Context, channel, thread string, d workflow.Drawing) (ts string, err error) {
	ts, err = b.search(ctx, channel, thread, d.Post.Begun, mark(d), 10)
	if _, busy := errors.AsType[workflow.Temporary](err); err == nil || busy {
		return ts, err
	}
	b.blind.Do(func() { b.log.Warn("lost messages can't be looked for, and are sent again", "err", err) })
	return "", nil
}

// search looks for a message of ours with this mark, sent at a time or later.
func (b *Bot) search(ctx context.Context, channel, thread string, since time.Time, want map[string]any, most int) (ts string, err error) {
	_, me, err := b.ourselves(ctx)
	if err != nil {
		return "", err
	}
	oldest := fmt.Sprintf("%d.000000", since.Add(-time.Minute).Unix())
	for cursor, pages := "", 0; pages < most; pages++ {
		messages, next, err := b.read(ctx, channel, thread, oldest, cursor)
		if err != nil {
			return "", slackError(err)
		}
		for _, m := range messages {
			ours := m.User != "" && m.User == me.user || m.BotID != "" && m.BotID == me.bot
			if ours && m.Metadata.EventType == eventType && same(m.Metadata.EventPayload, want) {
				return m.Timestamp, nil
			}
		}
		if next == "" {
			break
		}
		cursor = next
	}
	return "", nil
}

// read is one page of a channel's messages, or of a thread's.
func (b *Bot) read(ctx context.Context, channel, thread, oldest, cursor string) (messages []slack.Message, next string, err error) {
	if thread != "" {
		messages, _, next, err = b.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, Oldest: oldest, Cursor: cursor, Limit: 200, IncludeAllMetadata: true})
		return messages, next, err
	}
	found, err := b.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: oldest, Cursor: cursor, Limit: 200, IncludeAllMetadata: true})
	if err != nil {
		return nil, "", err
	}
	return found.Messages, found.ResponseMetaData.NextCursor, nil
}

func same(got, want map[string]any) bool {
	for k, v := range want {
		if fmt.Sprint(got[k]) != v {
			return false
		}
	}
	return true
}

// mark is what a message says of itself to us. Everyone in the conversation can
// read it: it names the request and the message, and nothing else.
func mark(d workflow.Drawing) map[string]any {
	m := map[string]any{"request": d.Request.ID, "post": string(d.Name)}
	if d.Name == workflow.PostThread {
		m["n"] = strconv.Itoa(d.Post.Shown)
	}
	return m
}

// eventType marks our messages, so that one whose answer was lost is found again.
const eventType = "entra_app_post"
