package config

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/spell"
)

// TheWhole is the Key of a problem that is not one key's.
const TheWhole = "the configuration"

var form = document.Form{Name: TheWhole, Begin: "slack:"}

// maxNodes is how many values a configuration may have, aliases counted each
// time: a few lines of them can stand for millions.
const maxNodes = 100_000

// A reader walks through a YAML document along the table of keys.
type reader struct {
	file     string
	env      func(string) (string, bool)
	cfg      Config
	problems document.Problems
	lines    map[string]int    // where each key is, by its full name
	values   map[string]string // of lists, as taken
	sound    map[string]bool   // keys that were given a value that can be used
	begun    map[string]bool   // sections and entries of lists that are mappings
	named    map[string]unset  // ways to deliver whose variable is not set
	nodes    int
}

// parse reads and checks a configuration.
func parse(file string, text []byte, env func(string) (string, bool)) (Config, error) {
	r := &reader{file: file, env: env, lines: map[string]int{}, values: map[string]string{}, sound: map[string]bool{},
		begun: map[string]bool{}, named: map[string]unset{}}
	root, problems := form.Root(file, text)
	r.problems = problems
	if root != nil || len(problems) == 0 {
		r.section(root, "", "", 1)
		r.whole()
	}
	return r.cfg, r.problems.Sorted()
}

func (r *reader) report(line int, key, text, hint string) {
	r.problems = append(r.problems, document.Problem{File: r.file, Line: max(1, line), Key: key, Text: text, Hint: hint})
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
		key, val := document.Resolve(n.Content[i]), document.Resolve(n.Content[i+1])
		if r.nodes++; r.nodes > maxNodes {
			if r.nodes == maxNodes+1 {
				r.report(key.Line, TheWhole, "is too large", "")
			}
			return
		}
		name := key.Value
		if key.Kind != yaml.ScalarNode {
			r.report(key.Line, "a key", "is "+document.What(key)+", and has to be text", "")
			continue
		}
		if name == "" {
			r.report(key.Line, at+`""`, "is not a key", "")
			continue
		}
		full := at + document.Clip(name, 40)
		if !slices.Contains(names, name) {
			hint := "these are known: " + strings.Join(names, ", ")
			if near := spell.Nearest(name, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			r.report(key.Line, full, "is not a key that is known here", hint)
			continue
		}
		if first, twice := r.lines[full]; twice {
			r.report(key.Line, full, fmt.Sprintf("is given twice; it is already on line %d", first), "delete one of them")
			continue
		}
		r.lines[full] = key.Line
		k, of := keyCalled(pattern+name), keyCalled(pattern+strings.TrimSuffix(name, fileSuffix))
		switch {
		case k != nil:
			r.given(k, full, val, key.Line)
		case of != nil:
			r.secretFile(of, full, val)
		case listCalled(pattern+name) != nil:
			r.list(listCalled(pattern+name), full, val, key.Line)
		case val.Kind == yaml.ScalarNode && val.Tag == "!!null":
			r.begun[full] = true
			r.section(nil, pattern+name+".", full+".", key.Line)
		case val.Kind != yaml.MappingNode:
			r.report(val.Line, full, "is "+document.What(val)+", and has to be keys with values",
				"these are known: "+strings.Join(children(pattern+name+"."), ", "))
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
		r.report(n.Line, full, "is "+document.What(n)+", and has to be a list", "begin each entry with - ")
		return
	}
	for i, e := range n.Content {
		e = document.Resolve(e)
		at := fmt.Sprintf("%s[%d]", full, i)
		if r.nodes > maxNodes {
			return
		}
		r.nodes++
		r.lines[at] = e.Line
		if e.Kind != yaml.MappingNode {
			r.report(e.Line, at, "is "+document.What(e)+", and has to be keys with values",
				"these are known: "+strings.Join(children(l.name+"[]."), ", "))
			continue
		}
		r.begun[at] = true
		l.begin(&r.cfg)
		r.section(e, l.name+"[].", at+".", e.Line)
	}
}

// scalar reads one value.
func (r *reader) scalar(k *Key, full string, n *yaml.Node) {
	if variable := r.unset(n); k.delivers() && variable != "" {
		r.named[full] = unset{variable, n.Line}
		delete(r.lines, full) // the example names both ways to deliver; only one has a variable
		return
	}
	text, ok := r.text(k, full, n)
	if !ok {
		return
	}
	r.take(k, full, text, "", n.Line)
}

// An unset variable is one that has no value, and the line that names it.
type unset struct {
	variable string
	line     int
}

// unset is the name of the variable where a value is nothing but one, which is not set.
func (r *reader) unset(n *yaml.Node) string {
	name, ok := strings.CutPrefix(strings.TrimSpace(n.Value), "${")
	name, closed := strings.CutSuffix(name, "}")
	if n.Kind != yaml.ScalarNode || !ok || !closed || !variable.MatchString(name) {
		return ""
	}
	if value, _ := r.env(name); value != "" {
		return ""
	}
	return name
}

// take checks a value and sets it.
func (r *reader) take(k *Key, full, text string, tier catalog.Risk, line int) {
	if text != "" && !k.Kind.free && isPlaceholder(text) {
		r.report(line, full, "is still the placeholder of an example", k.Hint)
		return
	}
	if strings.ContainsFunc(text, func(c rune) bool {
		return c < ' ' || c == 0x7f
	}) || k.Kind.secret && !k.Kind.free && strings.Contains(text, " ") {
		r.report(line, full, "has a space, a line break or another unexpected character in it", k.Hint)
		return
	}
	v, f := k.Kind.parse(text)
	if f != nil {
		r.fault(k, full, line, f)
		return
	}
	v.tier = tier
	k.set(&r.cfg, v)
	r.sound[full] = true
	if r.cfg.Said == nil {
		r.cfg.Said = map[string]string{}
	}
	r.cfg.Said[full] = fmt.Sprintf("%x", sha256.Sum256([]byte(text+"\x00"+string(tier))))
}

// text returns what a scalar says, with variables put in.
func (r *reader) text(k *Key, full string, n *yaml.Node) (string, bool) {
	if n.Kind != yaml.ScalarNode {
		r.report(n.Line, full, "is "+document.What(n)+", and has to be one value", k.Hint)
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
		r.report(n.Line, full, fmt.Sprintf("names %s, which can't be read: %s", quote(name), document.Reason(err)),
			"the file holds the secret and nothing else; a relative name starts at the working directory")
		return
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		r.report(n.Line, full, fmt.Sprintf("names %s, which is empty", quote(name)), k.Hint)
		return
	}
	r.take(k, full, secret, "", n.Line)
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
