package bot

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/text"
)

// escape makes a text safe for the few places that are mrkdwn: top-level texts.
// Source: docs.slack.dev/messaging/formatting-message-text.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// clip cuts a text to n characters.
func clip(s string, n int) string {
	return text.Clip(s, n)
}

func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// Parts of a line of rich text, beside plain strings. In rich text nothing that
// a person typed is markup.
type (
	bold    string
	italic  string
	code    string
	user    string // a Slack user ID
	channel string // a Slack channel ID
	link    string // a URL
	named   struct{ url, text string }
)

// line puts parts together. Empty strings are left out: Slack refuses them.
func line(parts ...any) *slack.RichTextSection {
	var out []slack.RichTextSectionElement
	text := func(s string, style *slack.RichTextSectionTextStyle) {
		if s == "" {
			return
		}
		if n := len(out); n > 0 { // what is in one style is one element: Slack counts them
			if last, ok := out[n-1].(*slack.RichTextSectionTextElement); ok && reflect.DeepEqual(last.Style, style) {
				out[n-1] = slack.NewRichTextSectionTextElement(last.Text+s, style)
				return
			}
		}
		out = append(out, slack.NewRichTextSectionTextElement(s, style))
	}
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			text(p, nil)
		case bold:
			text(string(p), &slack.RichTextSectionTextStyle{Bold: true})
		case italic:
			text(string(p), &slack.RichTextSectionTextStyle{Italic: true})
		case code:
			text(string(p), &slack.RichTextSectionTextStyle{Code: true})
		case user:
			if p != "" {
				out = append(out, slack.NewRichTextSectionUserElement(string(p), nil))
			}
		case channel:
			out = append(out, slack.NewRichTextSectionChannelElement(string(p), nil))
		case link:
			out = append(out, slack.NewRichTextSectionLinkElement(string(p), string(p), nil))
		case named:
			out = append(out, slack.NewRichTextSectionLinkElement(p.url, p.text, nil))
		case time.Time:
			fallback := p.UTC().Format("2 January 2006, 15:04 UTC")
			out = append(out, slack.NewRichTextSectionDateElement(p.Unix(), "{date_short} at {time}", nil, &fallback))
		}
	}
	return slack.NewRichTextSection(out...)
}

// block puts sections, lists and preformatted texts into one rich text block.
func block(elements ...slack.RichTextElement) *slack.RichTextBlock {
	return slack.NewRichTextBlock("", elements...)
}

// list is a bulleted list.
func list(lines ...*slack.RichTextSection) *slack.RichTextList {
	elements := make([]slack.RichTextElement, len(lines))
	for i, l := range lines {
		elements[i] = l
	}
	return slack.NewRichTextList(slack.RTEListBullet, 0, elements...)
}

// blockText is how many characters a block has at most, and blockLines how many lines.
const (
	blockText  = 2900
	blockLines = 40
)

// lists puts lines under a title into as many blocks as it takes, none of them too long.
func lists(title, words string, lines []*slack.RichTextSection) (blocks []slack.Block) {
	for len(lines) > 0 {
		n, size := 0, len(title)+len(words)
		for n < len(lines) && n < blockLines {
			if size += width(lines[n]); size > blockText && n > 0 {
				break
			}
			n++
		}
		blocks = append(blocks, block(line(bold(title), words), list(lines[:n]...)))
		lines = lines[n:]
		title = strings.TrimSuffix(title, " (continued)") + " (continued)"
	}
	return blocks
}

// width is how many characters the texts of a line have.
func width(l *slack.RichTextSection) (n int) {
	for _, e := range l.Elements {
		if t, ok := e.(*slack.RichTextSectionTextElement); ok {
			n += utf8.RuneCountInString(t.Text)
		}
	}
	return n
}

// someOf joins as many whole names as have n characters, and says how many more there are.
func someOf(names []string, n int) string {
	for k := len(names); k > 1; k-- {
		words := strings.Join(names[:k], ", ")
		if k < len(names) {
			words += fmt.Sprintf(" and %d more", len(names)-k)
		}
		if utf8.RuneCountInString(words) <= n {
			return words
		}
	}
	if len(names) > 1 {
		return clip(names[0], n) + fmt.Sprintf(" and %d more", len(names)-1)
	}
	return clip(strings.Join(names, ", "), n)
}

// preformatted shows a value exactly, to be copied.
func preformatted(s string) *slack.RichTextPreformatted {
	return &slack.RichTextPreformatted{Type: slack.RTEPreformatted,
		Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(s, nil)}}
}

func sentenceBlock(text string) slack.Block { return block(line(cutProse(text, 2900))) }

func header(text string) slack.Block { return slack.NewHeaderBlock(plain(clip(text, 150))) }

func note(parts ...string) slack.Block {
	return slack.NewContextBlock("", plain(cutProse(strings.Join(parts, ""), 2000)))
}

// button is a button that carries a value. label is how screen readers say it.
func button(action, text, value, label string) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, value, plain(text))
	b.AccessibilityLabel = clip(label, 75)
	return b
}

// confirmation asks before a button does what it is for.
func confirmation(title, text, yes string) *slack.ConfirmationBlockObject {
	return slack.NewConfirmationBlockObject(plain(title), plain(clip(text, 300)), plain(yes), plain("Cancel"))
}

// oneLine is what somebody typed, on one line.
func oneLine(s string) string { return strings.Join(strings.Fields(text.Plain(s)), " ") }
