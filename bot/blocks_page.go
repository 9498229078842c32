package bot

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"
)

// pages puts blocks into as many views as it takes, each with room for so many blocks of
// its own.
func pages(blocks []slack.Block, own int) [][]slack.Block {
	drawn := (&drawing{blocks: blocks}).drawn()
	most := room{inView.letters, inView.blocks - own}
	out := [][]slack.Block{nil}
	used := 0
	for _, b := range drawn {
		n := len(written(b)) + 1 // a view's limit is of bytes
		at := len(out) - 1
		if len(out[at]) > 0 && (len(out[at]) == most.blocks || used+n > most.letters) {
			out, used, at = append(out, nil), 0, at+1
		}
		out[at] = append(out[at], b)
		used += n
	}
	return out
}

// backwards ends the action ID of the button that leads to the page before.
const backwards = ":back"

// pageOf is one of the pages that blocks take, and buttons to those beside it. Their
// value is id and the number of the page, of which the first is 0.
func pageOf(blocks []slack.Block, page int, action, id string) (shown []slack.Block, buttons []slack.BlockElement) {
	const own = 5 // for what stands around a page
	all := pages(blocks, own)
	page = min(max(page, 0), len(all)-1)
	to := func(n int) string { return fmt.Sprintf("%s %d", id, n) }
	if page > 0 {
		buttons = append(buttons, button(action+backwards, "Previous page", to(page-1), fmt.Sprintf("Page %d of %d", page, len(all))))
	}
	if page < len(all)-1 {
		buttons = append(buttons, button(action, "Next page", to(page+1), fmt.Sprintf("Page %d of %d", page+2, len(all))))
	}
	shown = all[page]
	if len(all) > 1 {
		shown = append(slices.Clone(shown), note(fmt.Sprintf("Page %d of %d", page+1, len(all))))
	}
	return shown, buttons
}

// rowsFitting is how many of the rows fit into one message beside so many characters and
// blocks: one at least.
func rowsFitting(rows [][]slack.Block, beside room) int {
	letters, count := beside.letters, beside.blocks
	for i, r := range rows {
		letters, count = letters+size(r), count+len(r)
		if i > 0 && (letters > inMessage.letters || count > inMessage.blocks) {
			return i
		}
	}
	return len(rows)
}
