package bot

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/text"
)

// row is a request in a list, for somebody who may see so much of it.
func (s say) row(r *workflow.Request, seen workflow.Sight) slack.Block {
	if seen < workflow.SeesDetail {
		return block(line(bold(r.ID), " · ", r.State.Title()))
	}
	return block(
		line(bold(r.ID), " ", bold(r.AppName()), " · ", s.productTitle(r), " · ", r.Tenant),
		line(r.State.Title(), ": ", waitsFor(r)),
		line(italic("asked for by "), user(r.Requester.ID), italic(" "+ago(s.now.Sub(r.Created))+", on "), r.Created))
}

// inFull shows one request with its plan and its history.
func (s say) inFull(r *workflow.Request) []slack.Block {
	blocks := []slack.Block{
		header(r.ID + ": " + r.AppName()),
		block(line(bold("State: "), r.State.Title(), ", ", waitsFor(r))),
	}
	if people := s.peopleLine(r); people != nil {
		blocks = append(blocks, block(line(people...)))
	}
	blocks = append(blocks, s.planBlocks(r, inAMessage)...)
	blocks = append(blocks, stepBlocks(r)...)
	blocks = append(blocks, historyBlocks(r, 15)...)
	return append(blocks, slack.NewActionBlock("",
		button(actDetails, "Details", buttonValue(r), "Details of "+r.ID),
		button(actExport+asJSON, "Export manifest", r.ID, "Export the manifest of "+r.ID)))
}

// historyBlocks shows the last events.
func historyBlocks(r *workflow.Request, most int) []slack.Block {
	from := max(len(r.History)-most, 0)
	g := &growing{title: "History", unnamed: from, newest: true}
	for _, e := range r.History[from:] {
		g.lines = append(g.lines, eventLine(e, 600))
	}
	return []slack.Block{g}
}

// eventLine is one line of history, with so much of its text at most.
func eventLine(e workflow.Event, most int) *slack.RichTextSection {
	parts := []any{e.At, " "}
	switch {
	case e.Kind == workflow.EventRefused && e.By == "":
		parts = append(parts, "Somebody with the link was refused: ")
	case e.Kind == workflow.EventRefused:
		parts = append(parts, user(e.By), " was refused: ")
	case e.Kind == workflow.EventSignInFailed && e.By != "":
		parts = append(parts, "The sign-in of ", user(e.By), " was refused: ")
	case e.By != "":
		parts = append(parts, user(e.By), " ")
	}
	parts = append(parts, cutProse(e.Text, most))
	if e.Times > 1 {
		parts = append(parts, fmt.Sprintf(" (%d times)", e.Times))
	}
	return line(parts...)
}

// summary is one sentence for notifications and screen readers.
func summary(r *workflow.Request) string {
	return fmt.Sprintf("%s: %s asks %s in %s. %s: %s.", r.ID, r.Requester.Name, r.Wish(), r.Tenant, r.State.Title(), waitsFor(r))
}

// ago says how old something is.
func ago(d time.Duration) string {
	switch n := int(d.Minutes()); {
	case n < 1:
		return "just now"
	case n < 120:
		return fmt.Sprintf("%d min ago", n)
	}
	return text.Days(d) + " ago"
}
