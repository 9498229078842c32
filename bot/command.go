package bot

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/spell"
	"github.com/entra-app/entra-app/workflow/text"
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
		{"update", "update APP", "ask for other permissions, redirect URIs or owners of an app; for one that was not made here, what a " +
			"product needs is added", lifeVerb(workflow.KindUpdate)},
		{"renew", "renew APP", "ask for a new credential, before the old one expires", lifeVerb(workflow.KindRenew)},
		{"recreate", "recreate APP", "ask for a deleted app to be restored or created again", lifeVerb(workflow.KindRecreate)},
		{"retire", "retire APP", "ask for an app to be deleted", lifeVerb(workflow.KindRetire)},
		{"check", "check APP", "sign in, and see what you can reach on the backup servers that have the organization of an app",
			(*Bot).checkCommand},
		{"verify", "verify EA-7 [APP-ID]", "check what an approver has made by hand against the plan", (*Bot).verifyCommand},
		{"cancel", "cancel EA-7", "withdraw your request", (*Bot).cancelCommand},
		{"help", "help", "this list", (*Bot).helpCommand},
	}
}

// also are verbs that people type for one of the table.
var also = map[string]string{"new": "request", "": "status"}

// notYet are commands of later versions, so that they get an honest answer.
var notYet = map[string]bool{"audit": true}

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

// noSuchCommand answers what is no command, or none yet.
func (b *Bot) noSuchCommand(word string) Reply {
	if notYet[word] {
		return private(fmt.Sprintf("“%s” is not available yet: it comes in a later version. %s help lists what is.", word, Command))
	}
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

// split takes a command's text apart: the first word in lower case, the rest. Quotes
// around either are how people, and their phones, mark a name. The rest may be a name,
// which counts as it is, with the spaces in it.
func split(words string) (verb, rest string) {
	words = unquoted(strings.TrimSpace(strings.ToValidUTF8(words, "�")))
	if i := strings.IndexFunc(words, unicode.IsSpace); i >= 0 {
		words, rest = words[:i], strings.TrimSpace(words[i:])
	}
	return strings.ToLower(unquoted(text.Plain(words))), unquoted(rest)
}

// unquoted is s without the pair of quotes around it.
func unquoted(s string) string {
	const quotes = "“”„‘’\"'"
	in := []rune(s)
	if n := len(in); n > 1 && strings.ContainsRune(quotes, in[0]) && strings.ContainsRune(quotes, in[n-1]) {
		return string(in[1 : n-1])
	}
	return s
}

// entities is what Slack makes of addresses and names in a command's text, with
// should_escape. A < that somebody typed arrives as &lt;.
// Source: docs.slack.dev/interactivity/implementing-slash-commands.
var entities = regexp.MustCompile(`<([^<>|]*)(?:\|([^<>]*))?>`)

// asTyped is what was typed, of what Slack delivers of it. It is for the delivered text
// alone: what was typed must not be taken for an entity in turn.
func asTyped(delivered string) string {
	return entitySigns.Replace(entities.ReplaceAllStringFunc(delivered, func(s string) string {
		m := entities.FindStringSubmatch(s)
		at, shown := m[1], m[2]
		switch {
		case strings.HasPrefix(at, "@"), strings.HasPrefix(at, "#"):
			return at[:1] + firstOf(shown, at[1:])
		case strings.HasPrefix(at, "!"):
			return "@" + strings.TrimPrefix(firstOf(shown, at[1:]), "@")
		}
		return firstOf(shown, strings.TrimPrefix(at, "mailto:"))
	}))
}

var entitySigns = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

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

func (b *Bot) cancelCommand(ctx context.Context, c command, rest, _ string) Reply {
	id, ok := requestID(rest)
	if !ok {
		return private(fmt.Sprintf("Which request? Type %s cancel followed by its ID, as in %s cancel EA-7. %s status lists yours.",
			Command, Command, Command))
	}
	by, err := b.person(ctx, c.UserID)
	if err != nil {
		return private(b.sentence(err))
	}
	r, err := b.desk.Cancel(ctx, id, by)
	if err != nil {
		return private(b.sentence(about(id, err)))
	}
	if r.State == workflow.StatePending {
		return private(r.ID + ": your sign-in is cancelled. The request waits for an approver again.")
	}
	if r.State != workflow.StateCancelled {
		return private(fmt.Sprintf("%s: your sign-in is cancelled. The request %s.", r.ID, r.Standing()))
	}
	return private(fmt.Sprintf("%s (%s) is cancelled. Nothing was changed in the tenant.", r.ID, r.AppName()))
}

var idPattern = regexp.MustCompile(`^(?i:ea)?[- ]?([1-9][0-9]{0,9})$`)

// requestID reads "EA-7" as people type it: ea-7, EA7, 7.
func requestID(s string) (string, bool) {
	m := idPattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return "", false
	}
	return "EA-" + m[1], true
}

// didYouMean names the nearest of known, if one is near.
func didYouMean(typed string, known []string) string {
	best := spell.Nearest(strings.ToLower(typed), known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean “%s”?", best)
}
