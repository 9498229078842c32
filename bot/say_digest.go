package bot

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// digestLines is how many requests a digest names under one title at most, and how many
// owners.
const (
	digestLines = 10
	digestName  = 60
	// digestPages is how much of a channel is read to find a digest: 200 messages each.
	digestPages = 50
)

// digest draws it: what somebody has to do first, what only has to be known last.
func (s say) digest(g workflow.Digest) (words string, blocks []slack.Block) {
	day := g.Day
	if at, err := time.Parse(time.DateOnly, g.Day); err == nil {
		day = at.Format("2 January 2006")
	}
	title := "Today in " + g.Tenant.Name
	if g.Reminder {
		title, day = "Waiting in "+g.Tenant.Name, g.Due.UTC().Format("2 January 2006, 15:04 UTC")
	}
	blocks = []slack.Block{header(clip(title+", "+day, 150))}
	var counts []string
	part := func(title, command string, n int, lineOf func(i int) []any) {
		if n == 0 {
			return
		}
		counts = append(counts, fmt.Sprintf("%s: %d", title, n))
		g := &growing{title: fmt.Sprintf("%s: %d", title, n)}
		for i := range min(n, digestLines) {
			g.lines = append(g.lines, line(lineOf(i)...))
		}
		g.unnamed = n - len(g.lines)
		g.more = func(left int) string { return fmt.Sprintf("… and %d more: %s %s", left, Command, command) }
		blocks = append(blocks, g)
	}
	requests := func(title, command string, rs []*workflow.Request) {
		part(title, command, len(rs), func(i int) []any {
			r := rs[i]
			return []any{bold(r.ID), " ", clip(r.AppName(), digestName),
				", asked for " + ago(s.now.Sub(r.Created)) + ": " + cutProse(waitsFor(r), 100)}
		})
	}
	requests("Waiting for an approver", "status pending", g.Waiting)
	if len(g.Waiting) > 0 && s.Policy().RemindEvery > 0 {
		blocks = append(blocks, block(line(append([]any{"Approvers: "}, users(approversOf(g.Tenant))...)...)))
	}
	requests("Failed or revoked, and waiting for somebody", "status all", g.Failed)
	requests("Waiting to be opened by the requester", "status all", g.Unopened)
	requests("Old credentials to remove", "status all", g.Leftover)
	if n := min(len(g.Leftover), digestLines); n > 0 {
		var buttons []slack.BlockElement
		for _, r := range g.Leftover[:n] {
			buttons = append(buttons, button(listed(actOld, r), "Remove the old one: "+r.ID, r.ID, "Remove the old credential of "+r.ID))
		}
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	part("Credentials that expire within 30 days", "status all", len(g.Ending), func(i int) []any {
		r := g.Ending[i]
		return []any{bold(r.ID), " ", clip(r.AppName(), digestName),
			": expires in " + text.Days(r.Made.KeyExpires.Sub(s.now)) + ", on ", r.Made.KeyExpires}
	})
	part("People who have left and still have apps", "status all", len(g.Departed), func(i int) []any {
		d := g.Departed[i]
		var apps []string
		for _, r := range d.Apps[:min(len(d.Apps), 3)] {
			apps = append(apps, r.ID+" "+clip(r.AppName(), 40))
		}
		if more := len(d.Apps) - len(apps); more > 0 {
			apps = append(apps, fmt.Sprintf("and %d more", more))
		}
		return []any{bold(clip(firstOf(d.Name, d.ID), digestName)), ": " + strings.Join(apps, "; ")}
	})
	if len(g.Departed) > 0 {
		blocks = append(blocks,
			note("Update names other owners. Where all of an app's people have left, an approver can ask for Renew, Update or Retire; "+
				"another one has to approve it."))
	}
	if len(g.Unreadable) > 0 {
		counts = append(counts, fmt.Sprintf("Requests that can't be read: %d", len(g.Unreadable)))
		blocks = append(blocks, unreadable(g.Unreadable)...)
	}
	if g.Head.Size > 0 {
		counts = append(counts, fmt.Sprintf("Entries of the log: %d", g.Head.Size))
		blocks = append(blocks, block(line(bold("The log")), preformatted(g.Head.Note)),
			note("With this, entra-app audit verify shows whether anything before it was changed since."))
	}
	if g.Unasked {
		blocks = append(blocks, note("Slack did not say who has left, so they are not listed here."))
	}
	words = title + ". " + strings.Join(counts, ". ") + "."
	blocks, _ = inMessage.fit(blocks, utf8.RuneCountInString(words))
	return words, blocks
}

// approversOf are a tenant's approvers, to be called by name.
func approversOf(t workflow.Tenant) []people.Person {
	all := make([]people.Person, len(t.Approvers))
	for i, a := range t.Approvers {
		all[i].ID = a.Slack
	}
	return all
}
