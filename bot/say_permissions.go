package bot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// What messages and forms say of a plan's permissions: in words, by name, or, where
// there are more than there is room for, many names in a line.

const (
	// namesInLine is how many permissions such a line names.
	namesInLine = 8
	// apart is how many lists of permissions there are at most, each of one resource and
	// type. Where there would be more they are all in one.
	apart = 12
	// permissionWeight keeps permissions before other lists.
	permissionWeight = 3
)

// A permissionGroup is the permissions of one resource and type, the riskiest first.
type permissionGroup struct {
	resource string // in words, with its ID where the name alone would not say which it is
	of       catalog.Type
	ps       []plan.Permission
}

func (g permissionGroup) title() string {
	return fmt.Sprintf("%s, %s permissions", g.resource, strings.ToLower(string(g.of)))
}

// grouped are permissions by type and resource, in the order in which they came.
func grouped(ps []plan.Permission) []permissionGroup {
	var groups []permissionGroup
	types := []catalog.Type{catalog.Application, catalog.Delegated}
	for _, p := range ps {
		types = set.Union(types, []catalog.Type{p.Type}, func(a, b catalog.Type) bool { return a == b })
	}
	for _, t := range types {
		for _, resource := range resourcesOf(ps) {
			g := permissionGroup{resource: resourceName(resource), of: t}
			for _, p := range ps {
				if p.Type == t && sameResource(p, resource) {
					g.ps = append(g.ps, p)
				}
			}
			slices.SortStableFunc(g.ps, func(a, b plan.Permission) int { return b.Tier().Risk.Weight() - a.Tier().Risk.Weight() })
			if g.ps != nil {
				groups = append(groups, g)
			}
		}
	}
	return groups
}

// permissionBlocks lists permissions by resource and type, the riskiest first, each with
// its tier, what it allows and what it is needed for. Many are named without the words
// in a message.
func permissionBlocks(ps []plan.Permission, on surface) []slack.Block {
	groups := grouped(ps)
	if on == inAMessage && len(groups) > apart {
		return []slack.Block{together(groups)}
	}
	var blocks []slack.Block
	for _, g := range groups {
		byName := &growing{title: g.title(), weight: permissionWeight, less: inLines(g)}
		inWords := &growing{title: g.title(), weight: permissionWeight, less: byName}
		for _, p := range g.ps {
			byName.lines = append(byName.lines, permissionName(p))
			inWords.lines = append(inWords.lines, permissionWords(p))
		}
		if on == inAMessage && len(ps) >= briefFrom {
			inWords = byName
		}
		blocks = append(blocks, inWords)
	}
	return blocks
}

func permissionName(p plan.Permission) *slack.RichTextSection {
	return line(bold(p.Name), " · risk ", bold(string(p.Tier().Risk)))
}

func permissionWords(p plan.Permission) *slack.RichTextSection {
	parts := []any{bold(p.Name), " · risk ", bold(string(p.Tier().Risk)), "\n", p.Words}
	if p.Why != "" {
		parts = append(parts, "\n", italic("Needed: "+p.Why))
	}
	return line(parts...)
}

// inLines names a group's permissions, some in each line, which have the same tier.
func inLines(g permissionGroup) *growing {
	l := &growing{title: g.title(), weight: permissionWeight}
	for from := 0; from < len(g.ps); {
		risk, to := g.ps[from].Tier().Risk, from
		var names []string
		for to < len(g.ps) && to-from < namesInLine && g.ps[to].Tier().Risk == risk {
			names = append(names, g.ps[to].Name)
			to++
		}
		l.lines = append(l.lines, line(bold("risk "+string(risk)+": "), strings.Join(names, ", ")))
		l.holds = append(l.holds, to-from)
		from = to
	}
	return l
}

// together is all groups in one list, the riskiest permissions first.
func together(groups []permissionGroup) *growing {
	l := &growing{title: "Permissions", weight: permissionWeight}
	for weight := 4; weight >= 0; weight-- {
		for _, g := range groups {
			var of []plan.Permission
			for _, p := range g.ps {
				if p.Tier().Risk.Weight() == weight {
					of = append(of, p)
				}
			}
			in := inLines(permissionGroup{ps: of})
			for i, words := range in.lines {
				words.Elements = append(line(bold(g.resource), ", "+strings.ToLower(string(g.of))+", ").Elements, words.Elements...)
				l.lines, l.holds = append(l.lines, words), append(l.holds, in.holds[i])
			}
		}
	}
	return l
}

// resourcesOf are one permission of each resource. Two of one name are two.
func resourcesOf(ps []plan.Permission) (each []plan.Permission) {
	for _, p := range ps {
		if !slices.ContainsFunc(each, func(q plan.Permission) bool { return sameResource(p, q) }) {
			each = append(each, p)
		}
	}
	return each
}

func sameResource(p, q plan.Permission) bool { return p.ResourceAppID == q.ResourceAppID }

// resourceName is what the resource of a permission is called. Whoever registers an app
// gives it any name, Microsoft Graph's too: so others than Microsoft's have their ID beside it.
func resourceName(p plan.Permission) string {
	id, known := catalog.ResourceAppID(p.Resource)
	if _, gone := p.OnGone(); gone || p.ResourceAppID == plan.Self || known && id == p.ResourceAppID {
		return p.Resource
	}
	return p.Resource + " (" + p.ResourceAppID + ")"
}
