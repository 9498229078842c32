package bot

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/audit"
)

// auditWindow shows what the log says about a request, the oldest first, in as many pages as it takes.
func auditWindow(id string, entries []audit.Entry, unread, page int) slack.ModalViewRequest {
	blocks := []slack.Block{block(line("What the log says about ", id, ", the oldest first. An operator proves it to others with ",
		"entra-app audit prove ", id, "."))}
	if unread > 0 {
		blocks = append(blocks, block(line(bold("Some entries can't be read: "), fmt.Sprint(unread), ". Tell the operator of this bot.")))
	}
	if len(entries) == 0 {
		blocks = append(blocks, block(line("It says nothing: what was done before there was a log is not in it.")))
	}
	for _, e := range entries {
		blocks = append(blocks, block(entryLine(e)...))
	}
	shown, buttons := pageOf(blocks, page, actAuditPage, id)
	if len(buttons) > 0 {
		shown = append(shown, slack.NewActionBlock("", buttons...))
	}
	return window(auditView, id+" in the log", shown...)
}

// entryLine is an entry: when, what, who, what came of it, from where, and the calls that it took.
func entryLine(e audit.Entry) []slack.RichTextElement {
	who := []any{bold(e.What), " "}
	if e.Slack != "" {
		who = append(who, "by ", user(e.Slack), " ")
	}
	if account := strings.TrimSpace(e.UPN + " " + e.Entra); account != "" {
		who = append(who, "as ", account, " ")
	}
	first := line(append([]any{e.At, " "}, who...)...)
	var rest []*slack.RichTextSection
	for _, l := range []struct{ name, text string }{
		{"", e.Detail}, {"Result: ", e.Result}, {"From: ", e.From}, {"Plan: ", e.Plan}, {"Calls: ", strings.Join(e.RequestIDs, "; ")},
	} {
		if l.text != "" {
			rest = append(rest, line(l.name, cutProse(l.text, 800)))
		}
	}
	if rest == nil {
		return []slack.RichTextElement{first}
	}
	return []slack.RichTextElement{first, list(rest...)}
}
