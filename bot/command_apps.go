package bot

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// mostApps is how many apps one answer lists at most.
const mostApps = 15

// apps lists the apps that a person has a say over, and those of the channel.
func (b *Bot) apps(ctx context.Context, c command) Reply {
	by, err := b.insider(ctx, c.UserID)
	if err != nil {
		return private(b.sentence(err))
	}
	return b.appsPage(ctx, by, c.ChannelID, listing{Apps: true, Requester: c.UserID, Team: c.ChannelID})
}

// appsPage is one page of the apps of a person and a channel.
func (b *Bot) appsPage(ctx context.Context, by people.Person, channel string, l listing) answer {
	found, unread, err := workflow.Readable(b.appsOf(ctx, by, channel, mostApps*(len(l.Before)+1), workflow.Query{Keeper: l.Requester},
		workflow.Query{Team: l.Team}))
	if err != nil {
		return private(b.sentence(err))
	}
	if len(found) == 0 && unread != nil {
		return private(unreadableText(unread.IDs()))
	}
	if n := len(l.Before); n > 0 {
		last := slices.IndexFunc(found, func(r *workflow.Request) bool { return r.ID == l.Before[n-1] })
		found = found[last+1:]
	}
	if len(found) == 0 {
		return private("You and this channel have no apps yet. " + Command + " request asks for one.")
	}
	shown := found[:min(len(found), mostApps)]
	b.glance(ctx, shown...)
	rows := make([][]slack.Block, len(shown))
	for i, r := range shown {
		rows[i] = b.say().appBlocks(r)
	}
	return l.listed("app", "Apps", found, rows, unreadable(unread.IDs()))
}

// appsOf are the newest requests that stand for an app which one of these queries
// finds, and that somebody sees who asks in a channel: so many, and a few more. Like a store's list it returns what it could read
// beside a *workflow.UnreadableError.
func (b *Bot) appsOf(ctx context.Context, by people.Person, channel string, most int, queries ...workflow.Query,
) ([]*workflow.Request, error) {
	var all []*workflow.Request
	var unreadable workflow.UnreadableError
	for _, q := range queries {
		found := 0
		q.Limit = 100
		for range 10 {
			page, unread, err := workflow.Readable(b.desk.List(ctx, q))
			if err != nil {
				return nil, err
			}
			unreadable.Add(unread)
			for _, r := range page {
				q.Before = r.ID
				if !r.IsApp() || r.Successor != "" || b.desk.Sight(r, by, channel) < workflow.SeesDetail {
					continue
				}
				found++
				if !slices.ContainsFunc(all, func(a *workflow.Request) bool { return a.ID == r.ID }) {
					all = append(all, r)
				}
			}
			if len(page) < q.Limit || found > most {
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *workflow.Request) int { return b.Created.Compare(a.Created) })
	if unreadable.Records != nil {
		return all, &unreadable
	}
	return all, nil
}
