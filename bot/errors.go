package bot

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// sentence says an error to the person who caused it. A fault is logged once,
// with a reference that the person gets.
func (b *Bot) sentence(err error) string {
	if none, ok := errors.AsType[*missing](err); ok {
		return none.Error()
	}
	if no, ok := errors.AsType[*workflow.Refusal](err); ok {
		return no.Text
	}
	if bad, ok := errors.AsType[*workflow.UnreadableError](err); ok {
		b.log.Error("a request can't be read", "err", bad)
		return unreadableText(bad.IDs()) + " Nothing was done."
	}
	if errors.Is(err, workflow.ErrNotFound) {
		return "There is no such request. /entra-app status lists yours."
	}
	ref := newRef()
	if unknown, ok := errors.AsType[*lookupError](err); ok {
		b.log.Warn("a person could not be looked up", "ref", ref, "err", unknown.err)
		return fmt.Sprintf("Slack did not tell us who you are, so nothing was done. Try again in a minute (reference %s).", ref)
	}
	b.log.Error("a request of a person failed", "ref", ref, "err", err)
	return unexpected(ref)
}

// unreadableText says which requests the store can't read, and what to do.
func unreadableText(ids []string) string {
	return workflow.Names(ids) + " can't be read from the store; everything else keeps working. Ask the operator of this bot to look at " +
		"its log, " +
		"and to restore the store from a backup if the app is needed."
}

// unreadable is that under a list which lacks them.
func unreadable(ids []string) []slack.Block {
	if len(ids) == 0 {
		return nil
	}
	return []slack.Block{note(unreadableText(ids))}
}

// missing is a request that is not there.
type missing struct{ id string }

func (m *missing) Error() string {
	return "There is no " + m.id + ". " + Command + " status lists yours."
}

// about adds to an error which request was asked for.
func about(id string, err error) error {
	if _, ok := requestID(id); ok && errors.Is(err, workflow.ErrNotFound) {
		return &missing{id}
	}
	return err
}

// lookupError says that Slack did not say who somebody is.
type lookupError struct{ err error }

func (l *lookupError) Error() string { return l.err.Error() }
func (l *lookupError) Unwrap() error { return l.err }

// outsider is the refusal of somebody who may take no part.
func outsider(p people.Person) error {
	if no := workflow.TurnedAway(p); no != nil {
		return no
	}
	return nil
}

func unexpected(ref string) string {
	return fmt.Sprintf("Something went wrong here, and nothing was changed. Try again; if it happens again, give the operator of this "+
		"bot the reference %s.", ref)
}

func newRef() string { return rand.Text()[:8] }

// temporary is an error that may go away.
type temporary struct {
	err   error
	after time.Duration
}

func (t *temporary) Error() string             { return t.err.Error() }
func (t *temporary) RetryAfter() time.Duration { return t.after }

// slackError tells Slack's answers apart by type: to come back later, or a no
// that trying again will not change. It drops addresses, which may be capabilities.
func slackError(err error) error {
	if err == nil {
		return nil
	}
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &temporary{errors.New("slack: rate limited"), limited.RetryAfter}
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		if status.Retryable() {
			return &temporary{fmt.Errorf("slack: status %d", status.Code), 0}
		}
		return &workflow.ServiceError{Code: fmt.Sprint("http_", status.Code),
			Text: fmt.Sprintf("Slack answered with status %d. Check slack.api_url.", status.Code)}
	}
	if no, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		switch no.Err {
		case "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org":
			return &temporary{fmt.Errorf("slack: %s", no.Err), 0}
		}
		why := strings.Join(no.ResponseMetadata.Messages, "; ")
		return &workflow.ServiceError{Code: no.Err,
			Text: firstOf(hints[no.Err], strings.TrimSpace("Slack says "+no.Err+". "+clip(why, 500)))}
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return &temporary{fmt.Errorf("slack can't be reached: %w", err), 0}
	}
	return &temporary{fmt.Errorf("slack: %w", err), 0}
}

// hints say what to do about Slack's answers that an operator can fix.
var hints = map[string]string{
	"not_in_channel": "The bot is not in the approvers' channel. Invite it there: /invite @entra-app.",
	"channel_not_found": "The channel does not exist, or the bot is not in it. Check `channel` in the configuration, and invite " +
		"the bot.",
	"is_archived":            "The approvers' channel is archived. Name another as `channel` in the configuration.",
	"invalid_auth":           "Slack does not know the token. Check slack.bot_token.",
	"not_authed":             "Slack got no token. Check slack.bot_token.",
	"account_inactive":       "The app was removed from the workspace, or its token was revoked. Install it again.",
	"token_revoked":          "The token was revoked. Install the app again.",
	"missing_scope":          "The app lacks a scope. Compare its scopes with `entra-app manifest`, and install it again.",
	"not_allowed_token_type": "The token is of the wrong kind. bot_token begins with xoxb-, app_token with xapp-.",
}

// isSlack reports whether an error is that answer of Slack's.
func isSlack(err error, code string) bool {
	no, ok := errors.AsType[slack.SlackErrorResponse](err)
	return ok && no.Err == code
}
