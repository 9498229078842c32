package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// Who has left: people whose Slack account is deactivated. See [workflow.People].

const (
	// censusFor is how long asking for all people may take. In a large workspace
	// Slack makes us wait between the pages: users.list is of tier 2.
	censusFor = 10 * time.Minute
	// glanceFor is how long an answer waits for whoever is not known yet.
	glanceFor = 700 * time.Millisecond
)

var _ workflow.People = (*Bot)(nil)

// Departed lists all deactivated accounts but those of bots.
func (b *Bot) Departed(ctx context.Context) ([]people.Person, error) {
	ctx, cancel := context.WithTimeout(ctx, censusFor)
	defer cancel()
	var left []people.Person
	pages := b.api.GetUsersPaginated(slack.GetUsersOptionLimit(200))
	for {
		next, err := pages.Next(ctx)
		if pages.Done(err) {
			return left, nil
		}
		if err != nil {
			err = slackError(err)
			later, ok := errors.AsType[workflow.Temporary](err)
			if !ok || later.RetryAfter() == 0 {
				return nil, err
			}
			if !pause(ctx, later.RetryAfter()) {
				return nil, err
			}
			continue // with the page that was not given
		}
		pages = next
		for _, u := range pages.Users {
			if u.Deleted && !u.IsBot {
				left = append(left, people.Person{ID: u.ID,
					Name: text.Name(clip(oneLine(firstOf(u.RealName, u.Profile.RealName, u.Profile.DisplayName, u.Name, u.ID)), 80))})
			}
		}
	}
}

// HasLeft reports whether an account is deactivated.
func (b *Bot) HasLeft(ctx context.Context, id string) (bool, error) {
	if _, err := b.person(ctx, id); err != nil {
		return false, err
	}
	return b.left(id), nil
}

// WithAddress says who has an address in their profile. See [workflow.People].
// Source: docs.slack.dev/reference/methods/users.lookupByEmail, which knows no deactivated accounts.
func (b *Bot) WithAddress(ctx context.Context, address string) (id string, err error) {
	u, err := b.api.GetUserByEmailContext(ctx, address)
	if isSlack(err, "users_not_found") {
		return "", nil
	}
	if err != nil {
		return "", slackError(err)
	}
	return u.ID, nil
}

// Person says who somebody is, by a profile that is asked for again. See [workflow.People].
func (b *Bot) Person(ctx context.Context, id string) (people.Person, error) {
	b.people.forget(id)
	return b.person(ctx, id)
}

// Away says why somebody can be given nothing now. See [workflow.People].
func (b *Bot) Away(ctx context.Context, id string) (why string, err error) {
	b.people.forget(id)
	p, err := b.person(ctx, id)
	if unknownToSlack(err) {
		return "Slack no longer knows this account", nil
	}
	if err != nil {
		return "", err
	}
	return p.Outside, nil
}

// unknownToSlack reports whether an error says that there is no such person.
func unknownToSlack(err error) bool {
	unknown, ok := errors.AsType[*lookupError](err)
	if !ok {
		return false
	}
	no, ok := errors.AsType[*workflow.ServiceError](unknown.err)
	return ok && (no.Code == "user_not_found" || no.Code == "users_not_found" || no.Code == "user_not_visible")
}

// reads reports whether somebody can still read a message in their DM. Slack takes one
// for a deactivated account as well, so it has to be looked first. Where Slack is only
// busy that is an error, to look again later.
func (b *Bot) reads(ctx context.Context, id string) (bool, error) {
	_, err := b.person(ctx, id)
	if unknownToSlack(err) {
		return false, nil
	}
	if unknown, ok := errors.AsType[*lookupError](err); ok {
		if _, busy := errors.AsType[workflow.Temporary](unknown.err); busy {
			return false, unknown.err
		}
	}
	return !b.left(id), nil // who can't be looked up is not known to have left
}

// left reports whether somebody is known to have left. It asks nobody.
func (b *Bot) left(id string) bool {
	b.people.mu.Lock()
	defer b.people.mu.Unlock()
	return b.people.known[id].left
}

// glance learns who people are whom we have not seen yet, as far as Slack says so
// in a moment: an answer does not wait longer.
func (b *Bot) glance(ctx context.Context, of ...*workflow.Request) {
	ctx, cancel := context.WithTimeout(ctx, glanceFor)
	defer cancel()
	var wg sync.WaitGroup
	asked := map[string]bool{}
	for _, r := range of {
		for _, p := range r.Owners() {
			if len(asked) < 20 && !asked[p.ID] && !b.knows(p.ID) {
				asked[p.ID] = true
				wg.Go(func() { b.person(ctx, p.ID) })
			}
		}
	}
	wg.Wait()
}
