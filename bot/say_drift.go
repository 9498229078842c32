package bot

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// ShowDrift shows an approver how far it is. See [workflow.Messenger].
func (b *Bot) ShowDrift(ctx context.Context, l workflow.Drifting) (channel, ts string, err error) {
	text, blocks := driftMessage(l)
	return b.inDM(ctx, l.To, l.Channel, l.TS, messageOptions(text, blocks))
}

// How much of a drift one message has: Slack takes some 12,000 characters of a message.
const (
	driftApps  = 8
	driftChars = 350
)

// driftMessage is what an approver is shown of a look for drift. Only a block of it shows the code.
func driftMessage(l workflow.Drifting) (string, []slack.Block) {
	what := "the apps of " + l.Tenant.Name
	if l.App != nil {
		what = l.App.AppName()
	}
	if l.Prompt != nil {
		return "Sign in to compare " + what + " with what was approved.", []slack.Block{
			header("Sign in to compare " + what + " with what was approved"),
			block(line("1. Open ", link(l.Prompt.URL), "\n2. Enter this code:")),
			block(preformatted(l.Prompt.Code.Reveal())),
			block(line("3. Sign in with your approver's account of ", l.Tenant.Name, ".")),
			block(line(bold("Tenant: "), l.Tenant.Name, " (", code(l.Tenant.ID), ")\n", bold("What happens: "), "the bot reads what the "+
				"apps have, and changes nothing\n", bold("The code is valid until "), l.Prompt.Expires)),
			block(line(bold("You asked for this with "+Command+" drift."),
				" If you did not, don't use the code, and tell your security team. Never enter a code that somebody else gives you.")),
		}
	}
	blocks := []slack.Block{header("Drift of " + what), sentenceBlock(l.Said)}
	for i, d := range l.Found {
		if i == driftApps {
			blocks = append(blocks, block(line(fmt.Sprintf("And %d more: ", len(l.Found)-i), Command+" drift APP", " shows one of them, ",
				"and ", code("entra-app drift"), " all.")))
			break
		}
		blocks = append(blocks, block(line(bold(d.Title()))))
		for _, says := range d.Lines() {
			blocks = append(blocks, sentenceBlock("• "+clip(says, driftChars)))
		}
	}
	return "What has become of " + what + " since they were approved.", blocks
}
