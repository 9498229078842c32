package bot

import (
	"slices"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/plan"
)

// A wayUp is how one gets to Global Administrator from what some names allow.
type wayUp struct {
	names            []string
	how, why, source string
}

// waysInShort is how many ways a card has where it is short of room.
const waysInShort = 2

// waysUp are those of a plan, each once.
func waysUp(p plan.Plan) (ways []wayUp) {
	for _, d := range p.Dangers() {
		i := slices.IndexFunc(ways, func(w wayUp) bool { return w.how == d.How })
		switch {
		case d.How == "":
		case i < 0:
			ways = append(ways, wayUp{[]string{d.Name}, d.How, d.Why, d.Source})
		case !slices.Contains(ways[i].names, d.Name):
			ways[i].names = append(ways[i].names, d.Name)
		}
	}
	return ways
}

// dangerBlocks say how what the plan gives the app leads to control of the tenant. Details
// have what it allows as well, and who says so.
func dangerBlocks(p plan.Plan, on surface) []slack.Block {
	g := &growing{title: "How it leads to Global Administrator"}
	for _, w := range waysUp(p) {
		parts := []any{bold(someOf(w.names, 120)), ": ", w.how}
		if on == inDetails {
			parts = append(parts, "\n", italic("It "+w.why+"."), " ", named{w.source, "Source"})
		}
		g.lines = append(g.lines, line(parts...))
	}
	if g.lines == nil {
		return nil
	}
	if n := len(g.lines); n > waysInShort {
		g.less = &growing{title: g.title, lines: g.lines[:waysInShort], unnamed: n - waysInShort}
	}
	return []slack.Block{g}
}
