package bot

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
)

// homeApps is how many apps the home tab lists.
const homeApps = 8

// homeRows is how many requests the home tab lists of each kind.
const homeRows = 10

// publishHome shows a person what waits for them, and what they asked for.
func (b *Bot) publishHome(ctx context.Context, user string) {
	who, err := b.insider(ctx, user)
	if err != nil {
		b.sentence(err) // logs what is a fault; there is nobody to answer
		return
	}
	blocks := []slack.Block{header("App registrations")}
	var unread workflow.UnreadableError
	var failed []slack.Block // one list that can't be had leaves the others as they are
	had := func(found []*workflow.Request, err error) ([]*workflow.Request, bool) {
		found, some, err := workflow.Readable(found, err)
		unread.Add(some)
		if err != nil && failed == nil {
			failed = []slack.Block{note(b.sentence(err))}
		}
		return found, err == nil
	}
	if b.approves(who.ID) {
		if waiting, ok := had(b.waitingFor(ctx, who)); ok {
			blocks = append(blocks, rows("Waiting for approval", "Nothing waits for an approver.", waiting)...)
		}
	}
	apps, _ := had(b.appsOf(ctx, who, "", mostApps, workflow.Query{Keeper: who.ID}))
	b.glance(ctx, apps[:min(len(apps), homeApps)]...)
	if len(apps) > 0 {
		blocks = append(blocks, block(line(bold("Your apps"))))
	}
	for _, r := range apps[:min(len(apps), homeApps)] {
		blocks = append(blocks, b.say().appBlocks(r)...)
	}
	if len(apps) > homeApps {
		blocks = append(blocks, note(Command+" apps lists more."))
	}
	if mine, ok := had(b.desk.List(ctx, workflow.Query{Requester: who.ID, Limit: homeRows})); ok {
		blocks = append(blocks, rows("Your requests", "You have asked for nothing yet. Type "+Command+" request in any channel.", mine)...)
	}
	blocks = append(blocks, b.linkRows(ctx, who.ID)...)
	blocks = append(append(blocks, unreadable(unread.IDs())...), failed...)
	blocks = append(blocks,
		block(line(italic("As of "), b.now())),
		slack.NewActionBlock("", button(actHome, "Refresh", "home", "Refresh this page")))
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}}
	if _, err := b.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: who.ID, View: view}); err != nil {
		b.log.Warn("the home tab was not drawn", "user", who.ID, "err", slackError(err))
	}
}

// waitingFor lists what waits for an approval, as far as an approver is involved.
func (b *Bot) waitingFor(ctx context.Context, who people.Person) ([]*workflow.Request, error) {
	q := workflow.Query{State: workflow.StatePending, Limit: homeRows}
	found, _, err := b.desk.See(ctx, q, who, "", workflow.SeesDetail)
	return found, err
}

// approves reports whether somebody is an approver of any tenant.
func (b *Bot) approves(id string) bool {
	for _, t := range b.desk.Tenants() {
		if _, ok := t.Approver(id); ok {
			return true
		}
	}
	return false
}

func rows(title, none string, found []*workflow.Request) []slack.Block {
	blocks := []slack.Block{block(line(bold(title)))}
	if len(found) == 0 {
		return append(blocks, block(line(none)))
	}
	for _, r := range found {
		blocks = append(blocks, block(line(bold(r.ID), " ", r.AppName(), " · ", r.State.Title(), ": ", waitsFor(r))))
	}
	return blocks
}
