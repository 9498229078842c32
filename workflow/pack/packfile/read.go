package packfile

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/spell"
)

// maxNodes is how many values a pack may have, aliases counted each time: a few
// lines of them can stand for millions.
const maxNodes = 20_000

// theWhole is the Key of a problem that is not one key's.
const theWhole = "the pack"

var ofPack = document.Form{Name: theWhole, Begin: "name: my-product"}

// A reader walks through a YAML document along tables of keys, and notes all
// that is wrong.
type reader struct {
	file     string
	problems document.Problems
	nodes    int
}

// place is where something stands: its full name, and its line.
type place struct {
	at   string
	line int
}

func (p *place) begin(at string, line int) { *p = place{at, line} }

// text is a value and where it stands. It is empty where it is missing or wrong.
type text struct {
	place
	s string
}

// flag is true or false, and where it stands.
type flag struct {
	place
	on bool
}

// A key is one thing that a mapping may say.
type key struct {
	name string
	need bool
	read func(r *reader, at string, n *yaml.Node)
}

func (r *reader) report(at place, hint, format string, args ...any) {
	r.problems = append(r.problems, document.Problem{File: r.file, Line: max(1, at.line), Key: at.at, Text: fmt.Sprintf(format, args...),
		Hint: hint})
}

// full reports whether too many values have been read, and reports it once.
func (r *reader) full(line int) bool {
	if r.nodes++; r.nodes == maxNodes+1 {
		r.report(place{theWhole, line}, "", "is too large")
	}
	return r.nodes > maxNodes
}

// mapping reads the keys of n, which stands at prefix: "" or "permissions[3].".
func (r *reader) mapping(n *yaml.Node, prefix string, keys []key) {
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, val := document.Resolve(n.Content[i]), document.Resolve(n.Content[i+1])
		if r.full(k.Line) {
			return
		}
		j := slices.IndexFunc(keys, func(known key) bool { return known.name == k.Value })
		switch first, twice := lines[k.Value]; {
		case k.Kind != yaml.ScalarNode || j < 0:
			r.unknown(k, prefix, keys)
		case twice:
			r.report(place{prefix + k.Value, k.Line}, "delete one of them", "is given twice; it is already on line %d", first)
		default:
			lines[k.Value] = k.Line
			keys[j].read(r, prefix+k.Value, val)
		}
	}
	for _, k := range keys {
		if _, given := lines[k.name]; k.need && !given {
			r.report(place{prefix + k.name, n.Line}, "", "is missing")
		}
	}
}

// unknown reports a key that is not in the table.
func (r *reader) unknown(k *yaml.Node, prefix string, keys []key) {
	names := make([]string, len(keys))
	for i := range keys {
		names[i] = keys[i].name
	}
	name := clip(k.Value)
	if name == "" {
		name = `""`
	}
	r.report(place{prefix + name, k.Line}, meant(k.Value, names), "is not a key that is known here")
}

// meant is the hint for a word that is not one of names.
func meant(word string, names []string) string {
	near := spell.Nearest(word, names)
	for _, name := range names {
		if strings.EqualFold(name, word) {
			near = name
		}
	}
	if near != "" {
		return "did you mean " + near + "?"
	}
	return "these are known: " + strings.Join(names, ", ")
}

// word reads one line of text.
func word(into *text) func(*reader, string, *yaml.Node) {
	return func(r *reader, at string, n *yaml.Node) { r.scalar(into, at, n, "!!str") }
}

// page reads text that may have many lines.
func page(into *text) func(*reader, string, *yaml.Node) {
	return func(r *reader, at string, n *yaml.Node) {
		line := *n
		line.Value = strings.NewReplacer("\n", " ", "\t", " ").Replace(n.Value)
		if r.scalar(into, at, &line, "!!str"); into.s != "" {
			into.s = strings.TrimSpace(n.Value)
		}
	}
}

// number reads text that may look like a number: a version.
func number(into *text) func(*reader, string, *yaml.Node) {
	return func(r *reader, at string, n *yaml.Node) { r.scalar(into, at, n, "!!str", "!!int", "!!float") }
}

// date reads a day, which YAML takes for more than text where it has no quotes.
func date(into *text) func(*reader, string, *yaml.Node) {
	return func(r *reader, at string, n *yaml.Node) { r.scalar(into, at, n, "!!str", "!!timestamp") }
}

// count reads a whole number.
func count(into *text) func(*reader, string, *yaml.Node) {
	return func(r *reader, at string, n *yaml.Node) { r.scalar(into, at, n, "!!int") }
}

// yes reads true or false.
func yes(into *flag) func(*reader, string, *yaml.Node) {
	return func(r *reader, at string, n *yaml.Node) {
		var t text
		r.scalar(&t, at, n, "!!bool")
		*into = flag{t.place, strings.EqualFold(t.s, "true")}
	}
}

// scalar reads one value that YAML takes for one of these kinds.
func (r *reader) scalar(into *text, at string, n *yaml.Node, tags ...string) {
	*into = text{place: place{at, n.Line}}
	s := strings.TrimSpace(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode:
		r.report(into.place, "", "is %s, and has to be one value", document.What(n))
	case s == "" || n.Tag == "!!null":
		r.report(into.place, "write a value, or delete the line", "is empty")
	case !slices.Contains(tags, n.Tag):
		r.report(into.place, shapes[tags[0]].hint, "is %s, and has to be %s", quote(s), shapes[tags[0]].what)
	case strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.report(into.place, "write it in one line, or fold it with >-", "has a line break or another unexpected character in it")
	default:
		into.s = s
	}
}

var shapes = map[string]struct{ what, hint string }{
	"!!str":  {"text", "put it in quotes"},
	"!!int":  {"a whole number", "write it without quotes"},
	"!!bool": {"true or false", "write true or false, without quotes"},
}

// words reads a list of values.
func words(into *[]text) func(*reader, string, *yaml.Node) {
	return func(r *reader, at string, n *yaml.Node) {
		r.list(at, n, func(at string, e *yaml.Node) {
			var t text
			if r.scalar(&t, at, e, "!!str"); t.s != "" {
				*into = append(*into, t)
			}
		})
	}
}

// entries reads a list of mappings.
func entries[T any, P interface {
	*T
	begin(at string, line int)
	keys() []key
}](into *[]T) func(*reader, string, *yaml.Node) {
	return func(r *reader, at string, n *yaml.Node) {
		r.list(at, n, func(at string, e *yaml.Node) {
			if e.Kind != yaml.MappingNode {
				r.report(place{at, e.Line}, "", "is %s, and has to be keys with values", document.What(e))
				return
			}
			var one T
			P(&one).begin(at, e.Line)
			r.mapping(e, at+".", P(&one).keys())
			*into = append(*into, one)
		})
	}
}

func (r *reader) list(at string, n *yaml.Node, read func(at string, e *yaml.Node)) {
	switch {
	case n.Kind != yaml.SequenceNode:
		r.report(place{at, n.Line}, "begin each entry with - ", "is %s, and has to be a list", document.What(n))
	case len(n.Content) == 0:
		r.report(place{at, n.Line}, "write an entry, or delete the line", "has no entry")
	}
	if n.Kind != yaml.SequenceNode {
		return
	}
	for i, e := range n.Content {
		if r.full(e.Line) {
			return
		}
		read(fmt.Sprintf("%s[%d]", at, i), document.Resolve(e))
	}
}

// quote shows what somebody wrote.
func quote(s string) string { return fmt.Sprintf("%q", clip(s)) }

// clip shortens what somebody wrote.
func clip(s string) string { return document.Clip(s, 80) }
