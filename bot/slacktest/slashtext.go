package slacktest

import (
	"regexp"
	"strings"
)

// What Slack makes of a command's text where the command has should_escape: names
// of people and channels, addresses, and whatever looks like one become entities,
// each with what was typed after a bar, and &, < and > are escaped.
//
//	@bea               <@U0BEA|bea>
//	#general           <#C0GENERAL|general>, and <#C0SECRET|> where it is private
//	vb365.contoso.com  <http://vb365.contoso.com|vb365.contoso.com>
//	https://a.b/c?d&e  <https://a.b/c?d&amp;e>
//	bea@contoso.com    <mailto:bea@contoso.com|bea@contoso.com>
//
// Source: docs.slack.dev/interactivity/implementing-slash-commands and
// docs.slack.dev/messaging/formatting-message-text. The documentation shows people
// without their name; Slack sends it.

// linkable are the words that become entities. Slack takes a word for a host by its
// last part, of which this knows those that a company's names end with.
var linkable = regexp.MustCompile(`[@#][\w.-]+` +
	`|https?://[^\s<>"“”|]+` +
	`|[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+` +
	`|(?i:\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:app|biz|ch|cloud|cn|co|com|de|dev|edu|eu|fr|gov|info|io|jp|mil|net|nl|org|uk|us)\b(?:[:/][^\s<>"“”|]*)?)`)

// goesOn matches what follows a word that has not ended.
var goesOn = regexp.MustCompile(`^[\w-]`)

// escaped is a command's text as Slack delivers it.
func (w *Workspace) escaped(text string) string {
	var out strings.Builder
	from := 0
	for _, at := range linkable.FindAllStringIndex(text, -1) {
		word := strings.TrimRight(text[at[0]:at[1]], ".,;:!?)'’")
		if goesOn.MatchString(text[at[0]+len(word):]) {
			continue // only the beginning of it looks like a host
		}
		out.WriteString(ampersands.Replace(text[from:at[0]]))
		out.WriteString(w.entity(word))
		from = at[0] + len(word)
	}
	out.WriteString(ampersands.Replace(text[from:]))
	return out.String()
}

var ampersands = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// entity is what one word becomes. A name that nobody and no channel has stays.
func (w *Workspace) entity(word string) string {
	shown := ampersands.Replace(word)
	switch {
	case word == "":
		return ""
	case word[0] == '@':
		for _, u := range w.users {
			if u.Name == word[1:] {
				return "<@" + u.ID + "|" + ampersands.Replace(u.Name) + ">"
			}
		}
		return shown
	case word[0] == '#':
		for _, c := range w.channels {
			if c.Name == word[1:] && c.Private {
				return "<#" + c.ID + "|>"
			}
			if c.Name == word[1:] {
				return "<#" + c.ID + "|" + ampersands.Replace(c.Name) + ">"
			}
		}
		return shown
	case strings.HasPrefix(word, "http://"), strings.HasPrefix(word, "https://"):
		return "<" + shown + ">"
	case strings.Contains(word, "@"):
		return "<mailto:" + shown + "|" + shown + ">"
	}
	return "<http://" + shown + "|" + shown + ">"
}
