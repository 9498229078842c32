package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

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
	err := send(messageOptions(b.say().message(d)))
	if !isSlack(err, "msg_blocks_too_long") && !isSlack(err, "msg_too_long") {
		return err
	}
	b.log.Warn("a message was cut to fit Slack's limits", "request", d.Request.ID, "message", d.Name)
	text, blocks := b.say().content(d)
	return send(messageOptions(text, inShortMessage.fitMessage(d.Request, text, blocks)))
}

// gone reports whether a message can't be changed any more, because it was deleted
// or the workspace forbids it: a new one takes its place.
func gone(err error) bool {
	return isSlack(err, "message_not_found") || isSlack(err, "edit_window_closed") || isSlack(err, "cant_update_message")
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
			return "", "", fmt.Errorf("the tenant %q is no longer configured", r.Tenant)
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
