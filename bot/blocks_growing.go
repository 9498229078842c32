package bot

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/slack-go/slack"
)

// A growing is a list of as many lines as an app has of something.
type growing struct {
	title string
	words string // behind the title
	lines []*slack.RichTextSection
	// holds is how many things each line names; nil is one.
	holds []int
	// unnamed is how many more things there are than the lines name.
	unnamed int
	// more is what stands for lines that are left out; nil refers to Details.
	more func(n int) string
	// weight is how many times longer than another it may be, before it loses lines
	// first; 0 is 1.
	weight int
	// newest is at the end of the list, and the beginning is left out.
	newest bool
	// less is the list in other words, which are shorter; it is drawn where the whole
	// message has no room for this one.
	less *growing
}

func (g *growing) BlockType() slack.MessageBlockType { return slack.MBTRichText }

func (g *growing) ID() string { return "" }

// MarshalJSON draws all of it.
func (g *growing) MarshalJSON() ([]byte, error) {
	return json.Marshal(block(line(bold(g.title), g.words), list(g.drawn(len(g.lines))...)))
}

// drawn are the first n lines, or the last, and the one that stands for the others.
func (g *growing) drawn(n int) []*slack.RichTextSection {
	lines, left := g.shown(n), g.left(n)
	if left <= 0 {
		return lines
	}
	more := []*slack.RichTextSection{line(italic(g.moreWords(left)))}
	if g.newest {
		return slices.Concat(more, lines)
	}
	return slices.Concat(lines, more)
}

func (g *growing) shown(n int) []*slack.RichTextSection {
	if g.newest {
		return g.lines[len(g.lines)-n:]
	}
	return g.lines[:n]
}

// left is how many things are not named where n lines are.
func (g *growing) left(n int) int {
	if g.holds == nil {
		return g.unnamed + len(g.lines) - n
	}
	sum := g.unnamed
	for _, h := range g.holds[n:] {
		sum += h
	}
	return sum
}

func (g *growing) moreWords(n int) string {
	switch {
	case g.more != nil:
		return g.more(n)
	case g.newest:
		return fmt.Sprintf("… and %d before that, see Details", n)
	}
	return fmt.Sprintf("… and %d more, see Details", n)
}

// blocks are those with n of its lines, none longer than Slack shows whole.
func (g *growing) blocks(n int) []slack.Block {
	if n == 0 && g.more == nil {
		return []slack.Block{block(line(bold(g.title), italic(fmt.Sprintf(": %d, see Details", g.left(0)))))}
	}
	return lists(g.title, g.words, g.drawn(n))
}
