package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// adoptKind adds what a product needs to an app that was not made here.
var adoptKind = kind{
	card: func(r *workflow.Request, plan []slack.Block) []slack.Block { return append(adoptionBlocks(r), plan...) },
	done: func(r *workflow.Request) string {
		if r.Handover.Status != workflow.HandoverNone {
			return ""
		}
		return "The app has what was approved, in addition to all that it had. There was nothing secret to hand over."
	},
	undone: func(r *workflow.Request) string {
		if stay := r.Steps.Stays(); stay != "" {
			return cutProse("What was added was removed again, except for what stays: "+stay+
				". It can be removed by hand, in Entra or in Azure.", 900) + servicesStay(r)
		}
		return "What was added was removed again. The app has what it had before." + servicesStay(r)
	},
	adds: true,
}

// adoptionBlocks say what an adoption means for the app: what it may get at most,
// as long as nobody has looked at it, and then exactly what it gets and keeps.
func adoptionBlocks(r *workflow.Request) []slack.Block {
	d, known := r.Difference()
	if !known {
		return []slack.Block{block(line(bold("An app that was not made here. "),
			"Approve has the bot look at it: with your sign-in it checks that the requester is one of its owners and reads all that "+
				"the app has. This card then shows that, with its risk, and asks again. Only after that is added what the app lacks of "+
				"the following. Nothing is removed from it or overwritten."))}
	}
	blocks := lookBlocks(r)
	if r.Look.Rev > 0 {
		d.Stays = nil // it is among all that the app has
	}
	for _, part := range []struct {
		title   string
		changes []plan.Change
	}{
		{"Added to the app", d.Added},
		{"It had this already", d.There},
		{"Stays as it is", d.Stays},
	} {
		g := &growing{title: part.title}
		for _, c := range part.changes {
			g.lines = append(g.lines, line(bold(c.What+": "), clip(c.Name, 600)))
		}
		if g.lines != nil {
			blocks = append(blocks, g)
		}
	}
	return blocks
}

// adopt opens the request form for an app that is not one of ours. A name that is
// nearly that of one of theirs is taken for a slip.
func (b *Bot) adopt(ctx context.Context, c command, app string, no *workflow.Refusal) Reply {
	if _, isRequest := requestID(app); isRequest {
		return private(no.Text)
	}
	theirs, _, err := workflow.Readable(b.appsOf(ctx, people.Person{ID: c.UserID}, c.ChannelID, mostApps, workflow.Query{Keeper: c.UserID}))
	if err != nil {
		return private(b.sentence(err))
	}
	names := make([]string, len(theirs))
	for i, r := range theirs {
		names[i] = strings.ToLower(r.AppName())
	}
	if guess := didYouMean(oneLine(app), names); guess != "" {
		return private(fmt.Sprintf("%s%s If you mean an app that was not made here, type its App ID instead.", no.Text, guess))
	}
	products := b.desk.Products()
	if len(products) == 0 {
		return private(no.Text)
	}
	return b.showForm(ctx, c, products[0], meta{Existing: true, App: clip(app, form.ExistingNameMax)})
}
