package bot

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow"
)

// What is sent to Slack is made to fit here, and nowhere else. Lists that grow with an
// app or a tenant are drawn whole, as a growing; where all of it is more than Slack
// takes, the longest of them lose their last lines, and say how many.

// A room is what a surface of Slack's takes.
type room struct {
	letters int // characters of the blocks in JSON
	blocks  int
}

var (
	// inMessage is less than the limit of a whole message. Slack documents that of its
	// blocks alone; what is reported of the whole is between 11,000 and 13,300
	// characters, containers counted: github.com/slackapi/bolt-js/issues/2509 and 2867.
	// All characters of the JSON are more than that, whatever is counted.
	inMessage = room{10_000, 50}
	// inShortMessage is for a message that Slack has refused all the same.
	inShortMessage = room{5_000, 25}
	// inView is less than the 100 blocks and 250 KB of a view.
	// Source: docs.slack.dev/reference/views, and view_too_large of views.open.
	inView = room{200_000, 100}
)

// size is how many characters of JSON v has.
func size(v any) int { return utf8.RuneCount(written(v)) }

// written is v as Slack gets to see it.
func written(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return nil // of what can't be sent
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// within reports whether blocks fit, beside so many characters of something else.
func (in room) within(blocks []slack.Block, beside int) bool {
	return len(blocks) <= in.blocks && size(blocks)+beside <= in.letters
}

// fit draws blocks so that they fit beside so many characters of something else, and reports
// whether anything was left out. What can't be shortened is left out as a whole if there
// is no other way.
func (in room) fit(blocks []slack.Block, beside int) (fitting []slack.Block, whole bool) {
	d := drawing{blocks: slices.Clone(blocks), lines: map[*growing]int{}}
	for {
		fitting = d.drawn()
		if in.within(fitting, beside) {
			return fitting, !d.brief
		}
		if !d.inLess() {
			break
		}
	}
	for d.fixed()+beside > in.letters*9/10 && dropLongest(d.blocks) {
	}
	fitting = d.drawn()
	for !in.within(fitting, beside) && d.shorten(max(size(fitting)+beside-in.letters, 1)) {
		fitting = d.drawn()
	}
	for !in.within(fitting, beside) && dropLongest(fitting) {
	}
	return fitting, false
}

// dropLongest puts a note in the place of the longest block, but for the first, lists, and
// those with buttons. It reports whether there was one.
func dropLongest(blocks []slack.Block) bool {
	at, most := 0, size(tooLong)
	for i, b := range blocks {
		if _, list := b.(*growing); list || i == 0 || b.BlockType() == slack.MBTAction {
			continue
		}
		if n := size(b); n > most {
			at, most = i, n
		}
	}
	if at == 0 {
		return false
	}
	blocks[at] = tooLong
	return true
}

var tooLong = note("What belongs here is too long for a message: see Details.")

// A drawing is what is made to fit, and how far that has come.
type drawing struct {
	blocks []slack.Block
	lines  map[*growing]int // how many each has left; all, if it is not there
	brief  bool             // a list is in its shorter words
}

// left is how many lines a list has left.
func (d *drawing) left(g *growing) int {
	if n, short := d.lines[g]; short {
		return n
	}
	return len(g.lines)
}

func (d *drawing) drawn() []slack.Block {
	var out []slack.Block
	for _, b := range d.blocks {
		g, ok := b.(*growing)
		if !ok {
			out = append(out, b)
			continue
		}
		if len(g.lines) > 0 {
			out = append(out, g.blocks(d.left(g))...)
		}
	}
	return out
}

// fixed is how many characters there are at least: without a line in any list.
func (d *drawing) fixed() (n int) {
	for _, b := range d.blocks {
		if g, ok := b.(*growing); ok {
			n += size(g.blocks(0))
			continue
		}
		n += size(b) + 1
	}
	return n
}

// inLess puts the longest list that can be said in less into its other words.
func (d *drawing) inLess() bool {
	at, longest := -1, 0
	for i, b := range d.blocks {
		if g, ok := b.(*growing); ok && g.less != nil {
			if n := size(g); n > longest {
				at, longest = i, n
			}
		}
	}
	if at < 0 {
		return false
	}
	d.blocks[at], d.brief = d.blocks[at].(*growing).less, true
	return true
}

// A cut is what a list still has.
type cut struct {
	g     *growing
	sizes []int // of its lines
	left  int   // their sum
}

func (c *cut) heft() int { return c.left / max(c.g.weight, 1) }

// shorten takes lines from the lists, the longest first, until they are so many characters
// fewer. It reports whether there was a line to take.
func (d *drawing) shorten(by int) (taken bool) {
	var cuts []*cut
	for _, b := range d.blocks {
		g, ok := b.(*growing)
		if !ok {
			continue
		}
		c := &cut{g: g}
		for _, l := range g.shown(d.left(g)) {
			c.sizes = append(c.sizes, size(l)+1)
			c.left += size(l) + 1
		}
		cuts = append(cuts, c)
	}
	for by > 0 {
		var longest *cut
		for _, c := range cuts {
			if len(c.sizes) > 0 && (longest == nil || c.heft() > longest.heft()) {
				longest = c
			}
		}
		if longest == nil {
			return taken
		}
		end := len(longest.sizes) - 1
		if longest.g.newest {
			end = 0
		}
		by -= longest.sizes[end]
		longest.left -= longest.sizes[end]
		longest.sizes = slices.Delete(longest.sizes, end, end+1)
		d.lines[longest.g] = len(longest.sizes)
		taken = true
	}
	return taken
}

// fitMessage draws the blocks of a message about r so that Slack takes it. Whatever
// refers to Details has its button.
func fitMessage(r *workflow.Request, text string, blocks []slack.Block) []slack.Block {
	return inMessage.fitMessage(r, text, blocks)
}

func (in room) fitMessage(r *workflow.Request, text string, blocks []slack.Block) []slack.Block {
	const aButton = 300
	fitting, whole := in.fit(blocks, utf8.RuneCountInString(text)+aButton)
	if whole || hasButton(fitting, actDetails) {
		return fitting
	}
	more := button(actDetails, "Details", buttonValue(r), "Details of "+r.ID)
	if last, ok := fitting[len(fitting)-1].(*slack.ActionBlock); ok {
		fitting[len(fitting)-1] = slack.NewActionBlock(last.BlockID, append(slices.Clone(last.Elements.ElementSet), more)...)
		return fitting
	}
	return append(fitting, slack.NewActionBlock("", more))
}

func hasButton(blocks []slack.Block, action string) bool {
	for _, b := range blocks {
		if a, ok := b.(*slack.ActionBlock); ok {
			for _, e := range a.Elements.ElementSet {
				if b, ok := e.(*slack.ButtonBlockElement); ok && b.ActionID == action {
					return true
				}
			}
		}
	}
	return false
}

// fitText is a message's own text, which is mrkdwn. chat.update takes 4000 bytes of it.
func fitText(text string) string {
	for most := 3000; ; most /= 2 {
		if s := escape(cutProse(text, most)); len(s) <= 3900 {
			return s
		}
	}
}

// cutProse is as many whole sentences as have n characters at most; of one that is
// longer by itself, as many words.
func cutProse(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	head := string(runes[:n-1])
	end := -1
	for _, stop := range []string{". ", "! ", "? ", ".\n", "\n"} {
		end = max(end, strings.LastIndex(head, stop))
	}
	if end > len(head)/4 {
		return strings.TrimSpace(head[:end+1]) + " …"
	}
	if at := strings.LastIndexAny(head, " \n"); at > 0 {
		return strings.TrimRight(head[:at], " \n,;:") + " …"
	}
	return head + "…"
}
