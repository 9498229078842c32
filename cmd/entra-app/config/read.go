package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/entra-app/entra-app/workflow/spell"
)

// maxNodes is how many values a configuration may have, aliases counted each
// time: a few lines of them can stand for millions.
const maxNodes = 100_000

// A reader walks through a YAML document along the table of keys.
type reader struct {
	file     string
	env      func(string) (string, bool)
	cfg      Config
	problems Problems
	lines    map[string]int  // where each key is, by its full name
	sound    map[string]bool // keys that were given a value that can be used
	begun    map[string]bool // sections and entries of lists that are mappings
	named    map[string]bool // ways to deliver whose variable is not set
	nodes    int
}

// parse reads and checks a configuration.
func parse(file string, text []byte, env func(string) (string, bool)) (Config, error) {
	r := &reader{file: file, env: env, lines: map[string]int{}, sound: map[string]bool{}, begun: map[string]bool{}, named: map[string]bool{}}
	if root, ok := r.document(text); ok {
		r.section(root, "", "", 1)
		r.whole()
	}
	return r.cfg, r.problems.sorted()
}

// document returns the mapping that text is, which is nil for an empty one.
func (r *reader) document(text []byte) (*yaml.Node, bool) {
	if line, ok := firstOdd(text); ok {
		r.report(line, TheWhole, "has a character that is not UTF-8 text", "save the file as UTF-8")
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, true
	case err != nil:
		line, text := syntax(err)
		r.report(line, TheWhole, "is not YAML: "+text, "look at the indentation, and put values with a colon or # in quotes")
		return nil, false
	}
	switch err := dec.Decode(&more); {
	case errors.Is(err, io.EOF):
	case err != nil:
		line, text := syntax(err)
		r.report(line, TheWhole, "is not YAML: "+text, "")
	default:
		r.report(more.Line, TheWhole, "has a second document", "delete the line --- and what follows it")
	}
	root := doc.Content[0]
	switch {
	case root.Kind == yaml.ScalarNode && root.Tag == "!!null":
		return nil, true
	case root.Kind != yaml.MappingNode:
		r.report(root.Line, TheWhole, "is "+what(root)+", and has to be keys with values", "begin with a line such as slack:")
		return nil, false
	}
	return root, true
}

// firstOdd returns the line of the first byte that YAML can't read.
func firstOdd(text []byte) (int, bool) {
	for i := 0; i < len(text); {
		c, n := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && n == 1 || c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return 1 + bytes.Count(text[:i], []byte("\n")), true
		}
		i += n
	}
	return 0, false
}

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// syntax takes a YAML error apart. The package has no type for it.
func syntax(err error) (line int, text string) {
	m := yamlError.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		return 1, err.Error()
	}
	line, _ = strconv.Atoi(m[1])
	return max(1, line), m[2]
}

func (r *reader) report(line int, key, text, hint string) {
	r.problems = append(r.problems, Problem{File: r.file, Line: max(1, line), Key: key, Text: text, Hint: hint})
}

// section reads a mapping, which is nil where it is missing. pattern is its place
// in the table, "tenants[].", and at its place in the file, "tenants[0].".
func (r *reader) section(n *yaml.Node, pattern, at string, line int) {
	names := children(pattern)
	if n != nil {
		r.entries(n, pattern, at, names)
	}
	for _, name := range names {
		if _, given := r.lines[at+name]; given {
			continue
		}
		if k := keyCalled(pattern + name); k != nil {
			r.missing(k, at+name, line)
		} else if l := listCalled(pattern + name); l != nil {
			if !l.optional {
				r.report(line, at+name, "is missing", l.hint)
			}
		} else if !strings.HasSuffix(name, fileSuffix) {
			r.section(nil, pattern+name+".", at+name+".", line)
		}
	}
}

// entries reads what stands in a mapping.
func (r *reader) entries(n *yaml.Node, pattern, at string, names []string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := resolve(n.Content[i]), resolve(n.Content[i+1])
		if r.nodes++; r.nodes > maxNodes {
			if r.nodes == maxNodes+1 {
				r.report(key.Line, TheWhole, "is too large", "")
			}
			return
		}
		name := key.Value
		if key.Kind != yaml.ScalarNode {
			r.report(key.Line, "a key", "is "+what(key)+", and has to be text", "")
			continue
		}
		if name == "" {
			r.report(key.Line, at+`""`, "is not a key", "")
			continue
		}
		full := at + clip(name)
		if !slices.Contains(names, name) {
			hint := "these are known: " + strings.Join(names, ", ")
			if near := spell.Nearest(name, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			r.report(key.Line, full, "is not a key that is known here", hint)
			continue
		}
		if first, twice := r.lines[full]; twice {
			r.report(key.Line, full, fmt.Sprintf("is given twice; it is in line %d already", first), "delete one of them")
			continue
		}
		r.lines[full] = key.Line
		k, of := keyCalled(pattern+name), keyCalled(pattern+strings.TrimSuffix(name, fileSuffix))
		switch {
		case k != nil:
			r.scalar(k, full, val)
		case of != nil:
			r.secretFile(of, full, val)
		case listCalled(pattern+name) != nil:
			r.list(listCalled(pattern+name), full, val, key.Line)
		case val.Kind == yaml.ScalarNode && val.Tag == "!!null":
			r.begun[full] = true
			r.section(nil, pattern+name+".", full+".", key.Line)
		case val.Kind != yaml.MappingNode:
			r.report(val.Line, full, "is "+what(val)+", and has to be keys with values", "these are known: "+strings.Join(children(pattern+name+"."), ", "))
		default:
			r.begun[full] = true
			r.section(val, pattern+name+".", full+".", key.Line)
		}
	}
}

// list reads the entries of a list.
func (r *reader) list(l *list, full string, n *yaml.Node, line int) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null" || n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		if !l.optional {
			r.report(line, full, "has no entry", l.hint)
		}
		return
	case n.Kind != yaml.SequenceNode:
		r.report(n.Line, full, "is "+what(n)+", and has to be a list", "begin each entry with - ")
		return
	}
	for i, e := range n.Content {
		e = resolve(e)
		at := fmt.Sprintf("%s[%d]", full, i)
		if r.nodes > maxNodes {
			return
		}
		r.nodes++
		r.lines[at] = e.Line
		if e.Kind != yaml.MappingNode {
			r.report(e.Line, at, "is "+what(e)+", and has to be keys with values", "these are known: "+strings.Join(children(l.name+"[]."), ", "))
			continue
		}
		r.begun[at] = true
		l.begin(&r.cfg)
		r.section(e, l.name+"[].", at+".", e.Line)
	}
}

// scalar reads one value.
func (r *reader) scalar(k *Key, full string, n *yaml.Node) {
	if k.delivers() && r.unset(n) {
		r.named[full] = true
		delete(r.lines, full) // the example names both ways to deliver; only one has a variable
		return
	}
	text, ok := r.text(k, full, n)
	if !ok {
		return
	}
	r.take(k, full, text, n.Line)
}

// unset says whether a value is nothing but one variable, which is not set.
func (r *reader) unset(n *yaml.Node) bool {
	name, ok := strings.CutPrefix(strings.TrimSpace(n.Value), "${")
	name, closed := strings.CutSuffix(name, "}")
	if n.Kind != yaml.ScalarNode || !ok || !closed || !variable.MatchString(name) {
		return false
	}
	value, _ := r.env(name)
	return value == ""
}

// take checks a value and sets it.
func (r *reader) take(k *Key, full, text string, line int) {
	if text != "" && !k.Kind.free && isPlaceholder(text) {
		r.report(line, full, "is still the placeholder of an example", k.Hint)
		return
	}
	if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }) || k.Kind.secret && !k.Kind.free && strings.Contains(text, " ") {
		r.report(line, full, "has a space, a line break or another character in it that can't be meant", k.Hint)
		return
	}
	v, f := k.Kind.parse(text)
	if f != nil {
		r.fault(k, full, line, f)
		return
	}
	k.set(&r.cfg, v)
	r.sound[full] = true
}

// text returns what a scalar says, with variables put in.
func (r *reader) text(k *Key, full string, n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		r.report(n.Line, full, "is "+what(n)+", and has to be one value", k.Hint)
		return "", false
	}
	text := n.Value
	if n.Tag == "!!null" {
		text = ""
	}
	text, f := expand(text, r.env)
	if f != nil {
		if k.Hint != "" && f.hint == "" {
			f.hint = "set it where the bot is started; " + k.Hint
		}
		r.fault(k, full, n.Line, f)
		return "", false
	}
	text = strings.TrimSpace(text)
	if text == "" && !k.Kind.empty {
		hint := k.Hint
		if k.Default != "" {
			hint = "delete the line for the default, " + k.Default
		}
		r.report(n.Line, full, "is empty", hint)
		return "", false
	}
	return text, true
}

func (r *reader) fault(k *Key, full string, line int, f *fault) {
	hint := f.hint
	if hint == "" {
		hint = k.Hint
	}
	r.report(line, full, f.text, hint)
}

// secretFile reads a secret from the file that is named instead of it.
func (r *reader) secretFile(k *Key, full string, n *yaml.Node) {
	name, ok := r.text(k, full, n)
	if !ok {
		return
	}
	text, err := ReadFile(name)
	if err != nil {
		r.report(n.Line, full, fmt.Sprintf("names %s, which can't be read: %s", quote(name), reason(err)), "the file holds the secret and nothing else; a relative name starts at the working directory")
		return
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		r.report(n.Line, full, fmt.Sprintf("names %s, which is empty", quote(name)), k.Hint)
		return
	}
	r.take(k, full, secret, n.Line)
}

// missing sets a key that was not given to its default, or reports it.
func (r *reader) missing(k *Key, full string, line int) {
	switch _, inFile := r.lines[full+fileSuffix]; {
	case k.fromFile() && inFile:
	case k.Need:
		r.report(line, full, "is missing", k.Hint)
	case k.Default != "":
		v, f := k.Kind.parse(k.Default)
		if f != nil {
			panic("config: the default of " + k.Name + " " + f.text)
		}
		k.set(&r.cfg, v)
	}
}

// resolve follows an alias (*name) to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// what says what a node is instead of what it should be.
func what(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if n.Tag == "!!null" {
		return "empty"
	}
	return "a single value"
}
