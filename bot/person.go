package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// people caches who people are, because an acknowledgement can't wait for Slack
// each time.
type people struct {
	mu    sync.Mutex
	known map[string]knownPerson
}

type knownPerson struct {
	workflow.Person
	at time.Time
}

// knownFor is how long somebody is taken to be who they were.
const knownFor = 10 * time.Minute

// person says who a Slack user is, and why they may take no part, if so.
// Somebody whom Slack can't tell us about is an error: nobody is let in unseen.
func (b *Bot) person(ctx context.Context, user string) (workflow.Person, error) {
	b.people.mu.Lock()
	known, ok := b.people.known[user]
	b.people.mu.Unlock()
	if ok && b.now().Sub(known.at) < knownFor {
		return known.Person, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	team, err := b.ownTeam(ctx)
	if err != nil {
		return workflow.Person{}, err
	}
	u, err := b.api.GetUserInfoContext(ctx, user)
	if err != nil {
		return workflow.Person{}, slackError(err)
	}
	p := workflow.Person{ID: user, Name: firstOf(u.RealName, u.Profile.RealName, u.Profile.DisplayName, u.Name, user), Email: u.Profile.Email}
	p.Name = clip(workflow.Plain(p.Name), 80)
	switch {
	case u.Deleted:
		p.Outside = "this account is deactivated"
	case u.IsBot || user == "USLACKBOT":
		p.Outside = "bots can't take part"
	case u.IsStranger, u.TeamID != "" && u.TeamID != team && !slices.Contains(u.Enterprise.Teams, team): // Enterprise Grid has several
		p.Outside = "people of other workspaces can't take part"
	case u.IsRestricted || u.IsUltraRestricted:
		p.Outside = "guests can't take part"
	}
	b.people.mu.Lock()
	defer b.people.mu.Unlock()
	if b.people.known == nil || len(b.people.known) > 10000 {
		b.people.known = map[string]knownPerson{}
	}
	b.people.known[user] = knownPerson{p, b.now()}
	return p, nil
}

// ownTeam is the ID of the workspace that the bot is in.
func (b *Bot) ownTeam(ctx context.Context) (string, error) {
	b.mu.Lock()
	team := b.team
	b.mu.Unlock()
	if team != "" {
		return team, nil
	}
	if err := b.Check(ctx); err != nil {
		return "", err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.team, nil
}

func firstOf(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return ""
}
