package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// eventType marks our messages, so that one whose answer was lost is found again.
const eventType = "entra_app_post"

// unsendable stands for the timestamp of a message that can't be sent, for ever.
const unsendable = "none"

// Draw sends or changes one message. See [workflow.Messenger].
func (b *Bot) Draw(ctx context.Context, d workflow.Drawing) (channel, ts string, err error) {
	ts = d.Post.TS
	if ts == unsendable {
		return d.Post.Channel, ts, nil
	}
	to := addressee(d)
	switch reads, err := b.mayRead(ctx, d, to); {
	case err != nil:
		return "", "", err
	case !reads:
		return b.unread(d, to, firstOf(d.Post.Channel, to))
	}
	channel, thread, err := b.place(ctx, d)
	switch {
	case to != "" && (isSlack(err, "user_disabled") || isSlack(err, "user_not_found")):
		return b.unread(d, to, to)
	case err != nil:
		return "", "", slackError(err)
	}
	if ts == "" && !d.Post.Begun.IsZero() {
		if ts, err = b.find(ctx, channel, thread, d); err != nil {
			return "", "", err
		}
	}
	if ts != "" {
		switch err := b.change(ctx, d, channel, ts); {
		case err == nil:
			return channel, ts, nil
		case !gone(err):
			return "", "", slackError(err)
		}
	}
	if d.Superseded {
		return channel, ts, nil // nobody misses it
	}
	return b.post(ctx, d, channel, thread)
}

// mayRead reports whether there is still somebody who reads a message to this person, if
// it is to one.
func (b *Bot) mayRead(ctx context.Context, d workflow.Drawing, to string) (bool, error) {
	if to == "" {
		return true, nil
	}
	if d.Request.State == workflow.StateReady && strings.HasPrefix(string(d.Name), string(workflow.PostOutcome)) {
		b.people.forget(to) // what announces a credential is for nobody who left a minute ago
	}
	return b.reads(ctx, to)
}

// unread leaves out a message to somebody who has left.
func (b *Bot) unread(d workflow.Drawing, to, channel string) (string, string, error) {
	b.log.Info("somebody who has left is sent nothing", "request", d.Request.ID, "message", d.Name, "user", to)
	return channel, unsendable, nil
}

// change redraws a message. A thread's was told, and does not change.
func (b *Bot) change(ctx context.Context, d workflow.Drawing, channel, ts string) error {
	if d.Name == workflow.PostThread {
		return nil
	}
	return b.sent(d, func(content []slack.MsgOption) error {
		_, _, _, err := b.api.UpdateMessageContext(ctx, channel, ts, content...)
		return err
	})
}

// post sends a new message.
func (b *Bot) post(ctx context.Context, d workflow.Drawing, to, thread string) (channel, ts string, err error) {
	err = b.sent(d, func(content []slack.MsgOption) (err error) {
		content = append(content, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventType, EventPayload: mark(d)}))
		if thread != "" {
			content = append(content, slack.MsgOptionTS(thread))
		}
		channel, ts, err = b.api.PostMessageContext(ctx, to, content...)
		return err
	})
	if d.Name.To() == to && (isSlack(err, "not_in_channel") || isSlack(err, "channel_not_found") || isSlack(err, "is_archived")) {
		b.log.Info("a team is not warned: the bot is not in its channel", "request", d.Request.ID, "channel", to)
		return to, unsendable, nil
	}
	if err != nil {
		return "", "", slackError(err)
	}
	b.log.Debug("sent", "request", d.Request.ID, "message", d.Name)
	return channel, ts, nil
}

// sent sends a message, and a shorter one where Slack says that it is too long: it does
// not document what it takes.
func (b *Bot) sent(d workflow.Drawing, send func(content []slack.MsgOption) error) error {
	err := send(messageOptions(b.message(d)))
	if !isSlack(err, "msg_blocks_too_long") && !isSlack(err, "msg_too_long") {
		return err
	}
	b.log.Warn("Slack takes less of a message than is known", "request", d.Request.ID, "message", d.Name)
	text, blocks := b.content(d)
	return send(messageOptions(text, inShortMessage.fitMessage(d.Request, text, blocks)))
}

// gone reports whether a message can't be changed any more, because it was deleted
// or the workspace forbids it: a new one takes its place.
func gone(err error) bool {
	return isSlack(err, "message_not_found") || isSlack(err, "edit_window_closed") || isSlack(err, "cant_update_message")
}

// messageOptions are what every message of ours has. The text is what notifications
// show.
func messageOptions(text string, blocks []slack.Block) []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(fitText(text), false), slack.MsgOptionBlocks(blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
}

// message is the content of a drawing, as much of it as Slack takes.
func (b *Bot) message(d workflow.Drawing) (string, []slack.Block) {
	text, blocks := b.content(d)
	return text, fitMessage(d.Request, text, blocks)
}

func (b *Bot) content(d workflow.Drawing) (string, []slack.Block) {
	r := d.Request
	switch {
	case d.Superseded:
		return past(r)
	case d.Name.To() != "":
		return b.expiry(r)
	case strings.HasPrefix(string(d.Name), string(workflow.PostEWS)):
		return b.ewsReminder(r)
	case d.Name == workflow.PostCard:
		return summary(r), b.cardBlocks(r)
	case d.Name == workflow.PostFollow:
		return b.follow(r)
	case d.Name == workflow.PostThread:
		return b.told(r, *d.Event)
	case strings.HasPrefix(string(d.Name), string(workflow.PostSignIn)):
		return b.signIn(r, d.Prompt)
	}
	return b.outcome(r)
}

// told is one line of history under the card. A reminder names the approvers.
func (b *Bot) told(r *workflow.Request, e workflow.Event) (string, []slack.Block) {
	blocks := []slack.Block{block(eventLine(e, 2500))}
	if e.Kind == workflow.EventReminder {
		t, _ := b.desk.Tenant(r.Tenant)
		people := make([]people.Person, len(t.Approvers))
		for i, a := range t.Approvers {
			people[i].ID = a.Slack
		}
		blocks = append(blocks, block(line(append([]any{"Approvers: "}, users(people)...)...)))
	}
	return r.ID + ": " + cutProse(e.Text, 600), blocks
}

// place is where a drawing belongs: a channel or DM, and under which message.
func (b *Bot) place(ctx context.Context, d workflow.Drawing) (channel, thread string, err error) {
	r := d.Request
	switch {
	case d.Post.Channel != "":
		return d.Post.Channel, "", nil
	case d.Name == workflow.PostThread:
		card := r.Posts[workflow.PostCard]
		return card.Channel, card.TS, nil
	case addressee(d) != "":
		channel, err = b.dm(ctx, addressee(d))
	case d.Name.To() != "":
		return d.Name.To(), "", nil
	case d.Name == workflow.PostCard:
		t, ok := b.desk.Tenant(r.Tenant)
		if !ok {
			return "", "", fmt.Errorf("the tenant %q is not configured any more", r.Tenant)
		}
		return t.Channel, "", nil
	}
	return channel, "", err
}

// addressee is the person in whose DM a message belongs, or empty.
func addressee(d workflow.Drawing) string {
	switch to := d.Name.To(); {
	case strings.HasPrefix(to, "U"), strings.HasPrefix(to, "W"):
		return to
	case to != "", d.Name == workflow.PostCard, d.Name == workflow.PostThread:
		return ""
	case strings.HasPrefix(string(d.Name), string(workflow.PostSignIn)):
		return d.Request.Approval.By.ID
	}
	return d.Request.Requester.ID
}

// dm opens the DM with a person and returns its channel.
func (b *Bot) dm(ctx context.Context, user string) (string, error) {
	b.mu.Lock()
	id := b.dms[user]
	b.mu.Unlock()
	if id != "" {
		return id, nil
	}
	c, _, _, err := b.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
	if err != nil {
		return "", err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dms[user] = c.ID
	return c.ID, nil
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
