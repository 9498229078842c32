package bot

import (
	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// linkMessage is what somebody is shown of being linked. Only a block of it shows the code: the
// text that notifications show does not have it.
func linkMessage(l workflow.Linking) (string, []slack.Block) {
	t := l.Tenant
	if l.Prompt != nil {
		return "Sign in to link your Slack account to your account of " + t.Name + ".", []slack.Block{
			header("Link your Slack account to your account of " + t.Name),
			block(line("1. Open ", link(l.Prompt.URL), "\n2. Enter this code:")),
			block(preformatted(l.Prompt.Code.Reveal())),
			block(line("3. Sign in with your own account of ", t.Name, ".")),
			block(line(bold("Tenant: "), t.Name, " (", code(t.ID), ")\n", bold("What is kept: "), "which account that is, when and how "+
				"you showed it. No token and no password\n", bold("The code is valid until "), l.Prompt.Expires)),
			block(line(bold("You asked for this with "+Command+" link or the Link button."),
				" If you did not, don't use the code, and tell your security team. Never enter a code that somebody else gives you.")),
		}
	}
	blocks := []slack.Block{header("Your account of " + t.Name), sentenceBlock(l.Said)}
	if l.Other != "" {
		blocks = append(blocks, block(line(bold("The other Slack account: "), user(l.Other))))
	}
	if l.Again {
		blocks = append(blocks, slack.NewActionBlock("", linkButton(t)))
	}
	return "About the link between your Slack account and your account of " + t.Name + ".", blocks
}

// linkButton starts the same as the command does. Its value is the tenant's name, wherever it is.
func linkButton(t workflow.Tenant) *slack.ButtonBlockElement {
	return button(actLink, "Link", t.Name, "Link your Slack account to your account of "+t.Name)
}
