package bot

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// A roster caches who people are, because an acknowledgement can't wait for Slack
// each time.
type roster struct {
	mu     sync.Mutex
	known  map[string]knownPerson
	asking map[string]chan struct{} // closed when the answer is there
}

type knownPerson struct {
	people.Person
	at   time.Time
	left bool // the account is deactivated
}

const (
	// knownFor is how long somebody is taken to be who they were.
	knownFor = 10 * time.Minute
	// knownMax is how many people are remembered.
	knownMax = 10000
	// askFor is how long Slack may take to say who somebody is, with all that is
	// asked again.
	askFor = 2 * time.Second
)

// person says who a Slack user is, and why they may take no part, if so.
// Somebody whom Slack can't tell us about is an error: nobody is let in unseen.
func (b *Bot) person(ctx context.Context, user string) (people.Person, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	var home string
	err := retry(ctx, func() (err error) {
		home, _, err = b.ourselves(ctx)
		return err
	})
	if err != nil {
		return people.Person{}, &lookupError{err}
	}
	for {
		p, mine, wait := b.people.look(user, b.now())
		if wait == nil {
			return p, nil
		}
		if mine {
			p, err := b.askWho(ctx, user, home)
			if err != nil {
				return people.Person{}, &lookupError{err}
			}
			return p, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return people.Person{}, &lookupError{ctx.Err()}
		}
	}
}

// insider is a person who may take part.
func (b *Bot) insider(ctx context.Context, user string) (people.Person, error) {
	p, err := b.person(ctx, user)
	if err != nil {
		return p, err
	}
	return p, outsider(p)
}

// knows reports whether person will answer without asking Slack.
func (b *Bot) knows(user string) bool {
	b.mu.Lock()
	home := b.team
	b.mu.Unlock()
	b.people.mu.Lock()
	defer b.people.mu.Unlock()
	p, ok := b.people.known[user]
	return home != "" && ok && b.now().Sub(p.at) < knownFor
}

// look returns somebody who is known, or what to wait for; mine says that the
// caller is the one who has to ask.
func (r *roster) look(user string, now time.Time) (who people.Person, mine bool, wait chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k, ok := r.known[user]; ok && now.Sub(k.at) < knownFor {
		return k.Person, false, nil
	}
	if wait, ok := r.asking[user]; ok {
		return who, false, wait
	}
	if r.asking == nil {
		r.asking = map[string]chan struct{}{}
	}
	wait = make(chan struct{})
	r.asking[user] = wait
	return who, true, wait
}

// forget has somebody asked about again.
func (r *roster) forget(user string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, user)
}

// learn ends the asking for somebody, and remembers what was answered, if anything was.
func (r *roster) learn(user string, answer *knownPerson) {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.asking[user])
	delete(r.asking, user)
	if answer == nil {
		return
	}
	if r.known == nil || len(r.known) >= knownMax {
		r.known = map[string]knownPerson{}
	}
	r.known[user] = *answer
}

// askWho asks Slack who somebody is.
func (b *Bot) askWho(ctx context.Context, user, home string) (people.Person, error) {
	var answer *knownPerson
	defer func() { b.people.learn(user, answer) }()
	var u *slack.User
	var confirmed *bool
	err := retry(ctx, func() (err error) {
		u, confirmed, err = b.userInfo(ctx, user)
		return slackError(err)
	})
	if err != nil {
		return people.Person{}, err
	}
	p := people.Person{ID: user, Email: u.Profile.Email, Confirmed: confirmedWord(u.Profile.Email, confirmed), Outside: outside(u, home),
		Name: text.Name(clip(oneLine(firstOf(u.RealName, u.Profile.RealName, u.Profile.DisplayName, u.Name, user)), 80))}
	answer = &knownPerson{Person: p, at: b.now(), left: u.Deleted}
	return p, nil
}

// userInfo asks who somebody is. It is a call of our own because slack-go does not tell
// is_email_confirmed that is false from one that is not there.
// Source: docs.slack.dev/reference/methods/users.info.
func (b *Bot) userInfo(ctx context.Context, user string) (*slack.User, *bool, error) {
	at := b.apiURL.JoinPath("users.info").String()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(url.Values{"user": {user}}.Encode()))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+b.token.Reveal())
	resp, err := b.direct.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return nil, nil, &slack.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
	case resp.StatusCode != http.StatusOK:
		return nil, nil, slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	}
	var answer struct {
		slack.SlackResponse
		User struct {
			slack.User
			Confirmed *bool `json:"is_email_confirmed"`
		} `json:"user"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil {
		return nil, nil, err
	}
	return &answer.User.User, answer.User.Confirmed, answer.Err()
}

func confirmedWord(email string, confirmed *bool) people.EmailConfirmed {
	switch {
	case email == "":
		return people.EmailAsBefore // there is nothing to confirm
	case confirmed == nil:
		return people.EmailNothingSaid
	case *confirmed:
		return people.EmailProved
	}
	return people.EmailUnproved
}

// outside says why a Slack account may take no part, as the end of a sentence.
func outside(u *slack.User, home string) string {
	switch {
	case u.Deleted:
		return "this account is deactivated"
	case u.IsBot || u.ID == "USLACKBOT":
		return "bots can't take part"
	case u.IsStranger, u.TeamID != "" && u.TeamID != home && !slices.Contains(u.Enterprise.Teams, home): // Enterprise Grid has several
		return "people of other workspaces can't take part"
	case u.IsRestricted || u.IsUltraRestricted:
		return "guests can't take part"
	}
	return ""
}

func firstOf(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return ""
}
