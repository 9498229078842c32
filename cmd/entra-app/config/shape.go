package config

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/spell"
)

// given reads the value or the values of a key.
func (r *reader) given(k *Key, full string, n *yaml.Node, line int) {
	switch k.Shape {
	case Many:
		r.many(k, full, n, line)
	case ByTier:
		r.byTier(k, full, n, line)
	default:
		r.scalar(k, full, n)
	}
}

// many reads a list of values. An empty one would say nothing, and is easily taken for "nobody" or "everybody".
func (r *reader) many(k *Key, full string, n *yaml.Node, line int) {
	switch {
	case n.Kind == yaml.SequenceNode && len(n.Content) > 0:
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null":
		r.item(k, full, "", n)
		return
	case n.Kind == yaml.MappingNode:
		r.report(line, full, "is a mapping, and has to be a list", k.Hint)
		return
	default:
		r.report(line, full, "has no entry", "list at least one, or delete the line")
		return
	}
	for i, e := range n.Content {
		if r.nodes++; r.nodes > maxNodes {
			return
		}
		r.item(k, fmt.Sprintf("%s[%d]", full, i), "", document.Resolve(e))
	}
}

// byTier reads a value for each tier that is named.
func (r *reader) byTier(k *Key, full string, n *yaml.Node, line int) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		r.report(line, full, "is "+document.What(n)+", and has to be tiers with values", k.Hint)
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, at := document.Resolve(n.Content[i]), full+"."+document.Clip(n.Content[i].Value, 40)
		if r.nodes++; r.nodes > maxNodes {
			return
		}
		first, twice := r.lines[at]
		switch {
		case !slices.Contains(tiers, key.Value):
			hint := "these are the tiers: " + names(tiers)
			if near := spell.Nearest(key.Value, tiers); near != "" {
				hint = "did you mean " + near + "?"
			}
			r.report(key.Line, at, "is not a tier of risk", hint)
		case twice:
			r.report(key.Line, at, fmt.Sprintf("is given twice; it is already on line %d", first), "delete one of them")
		default:
			r.lines[at] = key.Line
			r.item(k, at, catalog.Risk(key.Value), document.Resolve(n.Content[i+1]))
		}
	}
}

// item reads one of several values.
func (r *reader) item(k *Key, full string, tier catalog.Risk, n *yaml.Node) {
	if text, ok := r.text(k, full, n); ok {
		r.lines[full] = n.Line
		r.take(k, full, text, tier, n.Line)
		if r.sound[full] {
			r.values[full] = text
		}
	}
}
