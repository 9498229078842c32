package bot

import (
	"context"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/text"
)

// mostApps is how many apps one answer lists at most.
const mostApps = 15

// apps lists the apps that a person has a say over, and those of the channel.
func (b *Bot) apps(ctx context.Context, c command) Reply {
	by, err := b.person(ctx, c.UserID)
	if err == nil {
		err = outsider(by)
	}
	if err != nil {
		return private(b.sentence(err))
	}
	return b.appsPage(ctx, listing{Apps: true, Requester: c.UserID, Team: c.ChannelID})
}

// appsPage is one page of the apps of a person and a channel.
func (b *Bot) appsPage(ctx context.Context, l listing) answer {
	found, unread, err := workflow.Readable(b.appsOf(ctx, mostApps*(len(l.Before)+1), workflow.Query{Keeper: l.Requester},
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
		return private("You and this channel have no app from here yet. " + Command + " request asks for one.")
	}
	shown := found[:min(len(found), mostApps)]
	b.glance(ctx, shown...)
	rows := make([][]slack.Block, len(shown))
	for i, r := range shown {
		rows[i] = b.appBlocks(r)
	}
	return l.listed("app", "Apps", found, rows, unreadable(unread.IDs()))
}

// appsOf are the newest requests that stand for an app which one of these queries
// finds: so many, and a few more. Like a store's list it returns what it could read
// beside a *workflow.UnreadableError.
func (b *Bot) appsOf(ctx context.Context, most int, queries ...workflow.Query) ([]*workflow.Request, error) {
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
				if !r.IsApp() || r.Successor != "" {
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

// appBlocks are one app in a list.
func (b *Bot) appBlocks(r *workflow.Request) []slack.Block {
	about := block(
		line(bold(r.AppName()), " · ", b.productTitle(r), " · ", r.Tenant, " · ", r.ID),
		line("App ID ", code(r.Made.AppID), ", ", b.expires(r)),
		line(b.peopleLine(r)...))
	blocks := []slack.Block{about}
	blocks = append(blocks, b.missingBlocks(r)...)
	var buttons []slack.BlockElement
	if b.noForm(workflow.KindRenew, r) == nil {
		buttons = append(buttons, button(listed(actRenew, r), "Renew", r.ID, "Renew the credential of "+r.AppName()))
	}
	buttons = append(buttons,
		button(listed(actUpdate, r), "Update", r.ID, "Update "+r.AppName()),
		button(listed(actRetire, r), "Retire", r.ID, "Retire "+r.AppName()),
		button(listed(actExport+asJSON, r), "Export manifest", r.ID, "Export the manifest of "+r.AppName()))
	if b.desk.Checks(r) {
		buttons = append(buttons, checkButton(listed(actCheck, r), r.ID, r))
	}
	return append(blocks, slack.NewActionBlock("", buttons...))
}

// missingBlocks say what the product needs by now and the app has not.
func (b *Bot) missingBlocks(r *workflow.Request) []slack.Block {
	if !r.IsApp() || r.Successor != "" {
		return nil
	}
	missing := b.desk.Missing(r)
	if len(missing) == 0 {
		return nil
	}
	return []slack.Block{block(line(bold("This product now requires more: "), someOf(missing, 600), ". Update asks for it: ",
		code(Command+" update "+r.ID)))}
}

// listed makes an action ID that no other app in a list has.
func listed(action string, r *workflow.Request) string { return action + ":" + r.ID }

// expires says until when an app's credential is good.
func (b *Bot) expires(r *workflow.Request) string {
	at := r.Made.KeyExpires
	switch left := at.Sub(b.now()); {
	case at.IsZero():
		return "no credential that expires"
	case left <= 0:
		return "credential EXPIRED on " + at.UTC().Format("2 January 2006")
	default:
		return fmt.Sprintf("credential valid until %s (%s)", at.UTC().Format("2 January 2006"), text.Days(left))
	}
}

// expiry is the message that a credential ends soon.
func (b *Bot) expiry(r *workflow.Request) (string, []slack.Block) {
	left := r.Made.KeyExpires.Sub(b.now())
	words := fmt.Sprintf("The credential of %s expires on %s.", r.AppName(), r.Made.KeyExpires.UTC().Format("2 January 2006"))
	when := "in " + text.Days(left)
	if left <= 0 {
		when = "and has expired"
	}
	blocks := []slack.Block{
		header(clip(r.AppName()+": the credential expires", 150)),
		block(line(bold(r.AppName()), " · ", b.productTitle(r), " · ", r.Tenant, "\nApp ID ", code(r.Made.AppID),
			"\nIts credential expires on ", r.Made.KeyExpires, ", "+when+". What signs in with it stops working then.")),
	}
	blocks = append(blocks, b.missingBlocks(r)...)
	return words, append(blocks, slack.NewActionBlock("",
		button(actRenew, "Renew", r.ID, "Renew the credential of "+r.AppName()).WithStyle(slack.StylePrimary)))
}
