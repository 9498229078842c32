package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

// A verb is what can follow /entra-app: a row of the table of commands.
type verb struct {
	name, usage, does string // does is what help says of it
	// run does it. rest is what was typed after the verb, delivered what Slack made of it.
	run func(b *Bot, ctx context.Context, c command, rest, delivered string) Reply
}

// verbs are filled by init, because one of them lists them.
var verbs []verb

func init() {
	verbs = []verb{
		{"request", "request [product]", "ask for an app registration", (*Bot).requestCommand},
		{"status", "status", "your requests and this channel's; or status EA-7, status @person, status #channel, status pending, " +
			"status all, status followed by part of an app's name", (*Bot).statusCommand},
		{"apps", "apps", "the apps that you and this channel have, and when their credentials expire", (*Bot).appsCommand},
		{"update", "update APP", "ask to change an app's permissions, redirect URIs or owners; an app that was not made here gets what a " +
			"product needs", lifeVerb(workflow.KindUpdate)},
		{"renew", "renew APP", "ask for a new credential, before the old one expires", lifeVerb(workflow.KindRenew)},
		{"recreate", "recreate APP", "ask for a deleted app to be restored or created again", lifeVerb(workflow.KindRecreate)},
		{"retire", "retire APP", "ask for an app to be deleted", lifeVerb(workflow.KindRetire)},
		{"check", "check APP", "sign in, and see what you can reach on the backup servers that have the organization of an app",
			(*Bot).checkCommand},
		{"drift", "drift [APP]", "for approvers: sign in, and see what apps have that nobody approved here", (*Bot).driftCommand},
		{"link", "link [tenant]", "sign in once, so that this bot knows which account of the tenant is yours", (*Bot).linkCommand},
		{"unlink", "unlink [tenant]", "remove that again", (*Bot).unlinkCommand},
		{"verify", "verify EA-7 [APP-ID]", "check what an approver has made by hand against the plan", (*Bot).verifyCommand},
		{"audit", "audit EA-7", "what the log says about a request you are involved in", (*Bot).auditCommand},
		{"cancel", "cancel EA-7", "withdraw your request", (*Bot).cancelCommand},
		{"help", "help", "this list", (*Bot).helpCommand},
	}
}

// also are verbs that people type for one of the table.
var also = map[string]string{"new": "request", "": "status"}

func (b *Bot) command(ctx context.Context, c command) Reply {
	word, delivered := split(c.Text)
	word, rest := asTyped(word), asTyped(delivered)
	if c.UserID == "" {
		return private("Slack did not say who you are, so nothing was done.")
	}
	if word == "" && rest == "" {
		return private(help(""))
	}
	name := word
	if of, ok := also[word]; ok {
		name = of
	}
	for _, v := range verbs {
		if v.name == name {
			return v.run(b, ctx, c, rest, delivered)
		}
	}
	return b.noSuchCommand(word)
}

// noSuchCommand answers what is no command.
func (b *Bot) noSuchCommand(word string) Reply {
	names := make([]string, len(verbs))
	for i, v := range verbs {
		names[i] = v.name
	}
	word = clip(word, 40)
	guess := didYouMean(word, names)
	if _, ok := b.desk.Product(word); ok {
		guess = fmt.Sprintf(" Did you mean “%s request %s”?", Command, word)
	}
	return private(help(fmt.Sprintf("There is no command “%s”.%s", word, guess)))
}

// lifeVerb is the command that asks for something about an app.
func lifeVerb(kind workflow.Kind) func(*Bot, context.Context, command, string, string) Reply {
	return func(b *Bot, ctx context.Context, c command, rest, _ string) Reply {
		return b.lifeCommand(ctx, c, kind, rest)
	}
}

func (b *Bot) requestCommand(ctx context.Context, c command, rest, _ string) Reply {
	return b.openForm(ctx, c, rest)
}

func (b *Bot) statusCommand(ctx context.Context, c command, _, delivered string) Reply {
	return b.status(ctx, c, delivered)
}

func (b *Bot) appsCommand(ctx context.Context, c command, _, _ string) Reply { return b.apps(ctx, c) }

func (b *Bot) helpCommand(context.Context, command, string, string) Reply { return private(help("")) }

func help(before string) string {
	var b strings.Builder
	if before != "" {
		b.WriteString(before + "\n\n")
	}
	b.WriteString("What " + Command + " can do:\n")
	for _, v := range verbs {
		fmt.Fprintf(&b, "• %s %s: %s\n", Command, v.usage, v.does)
	}
	return strings.TrimRight(b.String(), "\n")
}
