package bot

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/text"
)

// pageSize is how many requests one answer lists.
const pageSize = 10

// A listing is what a status command asks for; it travels in the buttons of its
// own pages. Its answers are private, so there is nothing to forge: whoever
// changes it sees what they could have asked for.
type listing struct {
	Requester string   `json:"r,omitempty"`
	Team      string   `json:"c,omitempty"`
	State     string   `json:"s,omitempty"`
	Text      string   `json:"t,omitempty"`
	Apps      bool     `json:"a,omitempty"` // apps instead of requests: Requester's and Team's
	Before    []string `json:"b,omitempty"` // the cursors of the pages up to this one
}

// mostPages is how many cursors fit into a button with the rest. Further on the
// first are forgotten, and Newer leads from there to the first page.
const mostPages = 60

var (
	personPattern  = regexp.MustCompile(`^<@([UW][A-Z0-9]+)(\|[^>]*)?>$`)
	channelPattern = regexp.MustCompile(`^<#([CG][A-Z0-9]+)(\|[^>]*)?>$`)
)

// ask reads what follows "status", as Slack delivers it.
func ask(rest string, c command) listing {
	rest = oneLine(rest)
	switch m, n := personPattern.FindStringSubmatch(rest), channelPattern.FindStringSubmatch(rest); {
	case rest == "":
		return listing{Requester: c.UserID, Team: c.ChannelID}
	case m != nil:
		return listing{Requester: m[1]}
	case n != nil:
		return listing{Team: n[1]}
	case strings.EqualFold(rest, "pending"):
		return listing{State: string(workflow.StatePending)}
	case strings.EqualFold(rest, "all"):
		return listing{}
	}
	return listing{Text: clip(asTyped(rest), form.AppNameMax)}
}

func (b *Bot) status(ctx context.Context, c command, rest string) Reply {
	by, err := b.insider(ctx, c.UserID)
	if err != nil {
		return private(b.sentence(err))
	}
	if id, ok := requestID(rest); ok {
		r, err := b.visible(ctx, c.UserID, id, c.ChannelID)
		if err != nil {
			return private(b.sentence(err))
		}
		b.glance(ctx, r)
		return answer{ResponseType: "ephemeral", Text: fitText(summary(r)),
			Blocks: &slack.Blocks{BlockSet: fitMessage(r, summary(r), b.say().inFull(r))}}
	}
	return b.page(ctx, by, c.ChannelID, ask(rest, c))
}

// page is one page of a listing, as somebody sees it who asks in a channel.
func (b *Bot) page(ctx context.Context, by people.Person, channel string, l listing) answer {
	if l.Apps {
		return b.appsPage(ctx, by, channel, l)
	}
	q := workflow.Query{Requester: l.Requester, Team: l.Team, State: workflow.State(l.State), Text: l.Text, Limit: pageSize + 1}
	if len(l.Before) > 0 {
		q.Before = l.Before[len(l.Before)-1]
	}
	found, whole, err := b.desk.See(ctx, q, by, channel, workflow.SeesState)
	found, unread, err := workflow.Readable(found, err)
	if err != nil {
		return private(b.sentence(err))
	}
	if len(found) == 0 && unread != nil {
		return private(unreadableText(unread.IDs()))
	}
	if len(found) == 0 {
		return private("No request matches that you are involved in. " + Command + " request asks for an app; " + Command +
			" status all lists all requests with their state.")
	}
	rows := make([][]slack.Block, min(len(found), pageSize))
	for i, r := range found[:len(rows)] {
		rows[i] = []slack.Block{b.say().row(r, b.desk.Sight(r, by, channel))}
	}
	return l.listed("request", "Requests", found, rows, append(unreadable(unread.IDs()), unlooked(whole)...))
}

// unlooked is under a list for which not everything was looked at.
func unlooked(whole bool) []slack.Block {
	if whole {
		return nil
	}
	return []slack.Block{note("Only the newest requests were searched. Type more of the name, or the request's ID.")}
}

// listed is the page with as many rows as fit into a message beside what follows them,
// and buttons that turn it. There is one row for each of the found that are shown at most.
func (l listing) listed(what, title string, found []*workflow.Request, rows [][]slack.Block, after []slack.Block) answer {
	n := rowsFitting(rows, room{2*size(l.value()) + 1000 + size(after), 2 + len(after)})
	blocks := append(append([]slack.Block{header(title)}, slices.Concat(rows[:n]...)...), after...)
	var buttons []slack.BlockElement
	if n := len(l.Before); n > 0 {
		newer := l
		newer.Before = l.Before[:n-1]
		buttons = append(buttons, button("page:newer", "Newer", newer.value(), "Newer "+what+"s"))
	}
	if len(found) > n {
		older := l
		older.Before = append(append([]string{}, l.Before...), found[n-1].ID)
		older.Before = older.Before[max(0, len(older.Before)-mostPages):]
		buttons = append(buttons, button("page:older", "Older", older.value(), "Older "+what+"s"))
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	return answer{ResponseType: "ephemeral", Text: text.Count(n, what) + ", newest first.", Blocks: &slack.Blocks{BlockSet: blocks}}
}

func (l listing) value() string {
	v, _ := json.Marshal(l) // strings always marshal
	return string(v)
}

// turn answers a press on Newer or Older, in place.
func (b *Bot) turn(ctx context.Context, i interaction, a action) {
	var l listing
	if json.Unmarshal([]byte(a.Value), &l) != nil || len(l.Before) > mostPages {
		return
	}
	b.later(ctx, func(ctx context.Context) {
		by, err := b.insider(ctx, i.User.ID)
		if err != nil {
			b.refuse(ctx, i, err)
			return
		}
		page := b.page(ctx, by, i.channel(), l)
		page.ReplaceOriginal = true
		b.tell(ctx, i.ResponseURL, i.channel(), i.User.ID, page)
	})
}
