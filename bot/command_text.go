package bot

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/entra-app/entra-app/workflow/spell"
	"github.com/entra-app/entra-app/workflow/text"
)

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

var idPattern = regexp.MustCompile(`^(?i:ea)?[- ]?([1-9][0-9]{0,9})$`)

// requestID reads "EA-7" as people type it: ea-7, EA7, 7.
func requestID(s string) (string, bool) {
	m := idPattern.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return "", false
	}
	return "EA-" + m[1], true
}

// namedApp is the app that was typed behind a verb: its name, its App ID or its request. If
// there is none, which asks for it.
func namedApp(verb, typed string) (app string, which Reply) {
	app = strings.Trim(typed, "`")
	if app == "" {
		return "", private(fmt.Sprintf("Which app? Type %s %s followed by its name, its App ID or its request, as in %s %s EA-7. %s apps "+
			"lists yours.", Command, verb, Command, verb, Command))
	}
	if id, ok := requestID(app); ok {
		app = id
	}
	return app, nil
}

// didYouMean names the nearest of known, if one is near.
func didYouMean(typed string, known []string) string {
	best := spell.Nearest(strings.ToLower(typed), known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean “%s”?", best)
}
