package bot

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/spell"
)

// commands are what can follow /entra-app, and what help says of each.
var commands = []struct{ name, usage, does string }{
	{"request", "request [product]", "ask for an app registration"},
	{"status", "status", "your requests and this channel's; or status EA-7, status @person, status #channel, status pending, status " +
		"all, status followed by part of an app's name"},
	{"apps", "apps", "the apps that you and this channel have, and when their credentials expire"},
	{"update", "update APP", "ask for other permissions, redirect URIs or owners of an app; for one that was not made here, what a " +
		"product needs is added"},
	{"renew", "renew APP", "ask for a new credential, before the old one expires"},
	{"recreate", "recreate APP", "ask for an app that was deleted"},
	{"retire", "retire APP", "ask for the end of an app"},
	{"check", "check APP", "sign in, and see what you reach on the backup servers that have the organization of an app"},
	{"verify", "verify EA-7 [APP-ID]", "check what an approver has made by hand against the plan"},
	{"cancel", "cancel EA-7", "take your request back"},
	{"help", "help", "this list"},
}

// notYet are commands of later versions, so that they get an honest answer.
var notYet = map[string]bool{"audit": true}

func (b *Bot) command(ctx context.Context, c command) Reply {
	verb, delivered := split(c.Text)
	verb, rest := asTyped(verb), asTyped(delivered)
	if c.UserID == "" {
		return private("Slack did not say who you are, so nothing was done.")
	}
	switch verb {
	case "request", "new":
		return b.openForm(ctx, c, rest)
	case "status", "":
		if verb == "" && rest == "" {
			return private(help(""))
		}
		return b.status(ctx, c, delivered)
	case "apps":
		return b.apps(ctx, c)
	case "update", "renew", "recreate", "retire":
		return b.lifeCommand(ctx, c, workflow.Kind(verb), rest)
	case "check":
		return b.checkCommand(ctx, c, rest)
	case "verify":
		return b.verifyCommand(ctx, c, rest)
	case "cancel":
		return b.cancelCommand(ctx, c, rest)
	case "help":
		return private(help(""))
	}
	if notYet[verb] {
		return private(fmt.Sprintf("“%s” is not available yet: it comes in a later version. %s help lists what is.", verb, Command))
	}
	names := make([]string, len(commands))
	for i, known := range commands {
		names[i] = known.name
	}
	word := clip(verb, 40)
	guess := didYouMean(word, names)
	if _, ok := b.desk.Product(word); ok {
		guess = fmt.Sprintf(" Did you mean “%s request %s”?", Command, word)
	}
	return private(help(fmt.Sprintf("There is no command “%s”.%s", word, guess)))
}

// split takes a command's text apart: the first word in lower case, the rest. Quotes
// around either are how people, and their phones, mark a name. The rest may be a name,
// which counts as it is, with the spaces in it.
func split(text string) (verb, rest string) {
	text = unquoted(strings.TrimSpace(strings.ToValidUTF8(text, "�")))
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		text, rest = text[:i], strings.TrimSpace(text[i:])
	}
	return strings.ToLower(unquoted(workflow.Plain(text))), unquoted(rest)
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
	for _, c := range commands {
		fmt.Fprintf(&b, "• %s %s: %s\n", Command, c.usage, c.does)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (b *Bot) cancelCommand(ctx context.Context, c command, rest string) Reply {
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
