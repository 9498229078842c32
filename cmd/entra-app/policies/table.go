package policies

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/spell"
)

// An expectation is one entry of a table.
type expectation struct {
	question
	line      int
	says      string
	allowed   bool
	approvals int
	rule      string
}

// name is what an entry is called.
func (e expectation) name() string {
	return cmp.Or(document.Clip(e.says, 100), e.as+" asks for "+e.pack)
}

// A field is one key of an entry; read says what is wrong with its value.
type field struct {
	key  string
	need bool
	many bool
	set  func(e *expectation, s string) (wrong string)
}

func text(of func(*expectation) *string) func(*expectation, string) string {
	return func(e *expectation, s string) string { *of(e) = s; return "" }
}

func list(of func(*expectation) *[]string) func(*expectation, string) string {
	return func(e *expectation, s string) string { *of(e) = append(*of(e), s); return "" }
}

var fields = []field{
	{key: "says", set: text(func(e *expectation) *string { return &e.says })},
	{key: "as", need: true, set: text(func(e *expectation) *string { return &e.as })},
	{key: "groups", many: true, set: list(func(e *expectation) *[]string { return &e.groups })},
	{key: "channel", set: text(func(e *expectation) *string { return &e.channel })},
	{key: "tenant", set: text(func(e *expectation) *string { return &e.tenant })},
	{key: "pack", need: true, set: text(func(e *expectation) *string { return &e.pack })},
	{key: "permissions", many: true, set: list(func(e *expectation) *[]string { return &e.permissions })},
	{key: "redirect_uris", many: true, set: list(func(e *expectation) *[]string { return &e.redirects })},
	{key: "credential", set: text(func(e *expectation) *string { return &e.credential })},
	{key: "lifetime", set: func(e *expectation, s string) string {
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return "is not a duration, such as 720h"
		}
		e.lifetime = d
		return ""
	}},
	{key: "issuer", set: text(func(e *expectation) *string { return &e.issuer })},
	{key: "subject", set: text(func(e *expectation) *string { return &e.subject })},
	{key: "expect", need: true, set: func(e *expectation, s string) string {
		e.allowed = s == "allowed"
		if !e.allowed && s != "denied" {
			return "has to be allowed or denied"
		}
		return ""
	}},
	{key: "approvals", set: func(e *expectation, s string) string {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return "has to be a number from 1 on"
		}
		e.approvals = n
		return ""
	}},
	{key: "rule", set: text(func(e *expectation) *string { return &e.rule })},
}

// keys are those of an entry.
func keys() []string {
	var all []string
	for _, f := range fields {
		all = append(all, f.key)
	}
	return all
}

// maxTests is how many entries a table may have: with aliases a few lines can stand for millions.
const maxTests = 10_000

// A tableReader reads a table and names all that is wrong with it.
type tableReader struct {
	file  string
	wrong document.Problems
}

func (r *tableReader) report(line int, key, text, hint string) {
	r.wrong = append(r.wrong, document.Problem{File: r.file, Line: max(1, line), Key: key, Text: text, Hint: hint})
}

// readTests reads a table.
func readTests(file string, content []byte) ([]expectation, error) {
	form := document.Form{Name: "the table", Begin: "tests:"}
	root, wrong := form.Root(file, content)
	r := &tableReader{file, wrong}
	var all []expectation
	if root != nil {
		for i := 0; i+1 < len(root.Content); i += 2 {
			key, v := document.Resolve(root.Content[i]), document.Resolve(root.Content[i+1])
			if key.Value != "tests" {
				r.report(key.Line, document.Clip(key.Value, 40), "is not a key that is known here", "there is tests, a list")
				continue
			}
			if v.Kind != yaml.SequenceNode || len(v.Content) > maxTests {
				r.report(v.Line, "tests", fmt.Sprintf("is %s, and has to be a list of at most %d entries", document.What(v), maxTests), "")
				continue
			}
			for n, e := range v.Content {
				all = append(all, r.entry(fmt.Sprintf("tests[%d]", n), document.Resolve(e)))
			}
		}
	}
	if len(all) == 0 && len(r.wrong) == 0 {
		r.report(1, "tests", "has no entry", "list what is expected, such as {as: U0123456789, pack: vbo365, expect: allowed}")
	}
	return all, r.wrong.Sorted()
}

// entry reads one expectation.
func (r *tableReader) entry(at string, n *yaml.Node) expectation {
	e := expectation{line: n.Line}
	e.groupsKnown = true
	if n.Kind != yaml.MappingNode {
		r.report(n.Line, at, "is "+document.What(n)+", and has to be keys with values", "these are known: "+strings.Join(keys(), ", "))
		return e
	}
	given := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := document.Resolve(n.Content[i]), document.Resolve(n.Content[i+1])
		full := at + "." + document.Clip(key.Value, 40)
		k := slices.IndexFunc(fields, func(f field) bool { return f.key == key.Value })
		switch {
		case k < 0:
			hint := "these are known: " + strings.Join(keys(), ", ")
			if near := spell.Nearest(key.Value, keys()); near != "" {
				hint = "did you mean " + near + "?"
			}
			r.report(key.Line, full, "is not a key that is known here", hint)
		case given[key.Value]:
			r.report(key.Line, full, "is given twice", "delete one of them")
		default:
			given[key.Value] = true
			r.value(&e, fields[k], full, v)
		}
	}
	for _, f := range fields {
		if f.need && !given[f.key] {
			r.report(n.Line, at+"."+f.key, "is missing", "")
		}
	}
	return e
}

// value reads what one key says.
func (r *tableReader) value(e *expectation, f field, full string, v *yaml.Node) {
	all := []*yaml.Node{v}
	if f.many && v.Kind == yaml.SequenceNode {
		all = v.Content
	}
	for _, one := range all {
		one = document.Resolve(one)
		switch {
		case one.Kind != yaml.ScalarNode:
			r.report(one.Line, full, "is "+document.What(one)+", and has to be one value", "")
		case one.Tag == "!!null" || strings.TrimSpace(one.Value) == "":
			r.report(one.Line, full, "is empty", "")
		default:
			if wrong := f.set(e, strings.TrimSpace(one.Value)); wrong != "" {
				r.report(one.Line, full, fmt.Sprintf("is %q, and %s", document.Clip(one.Value, 60), wrong), "")
			}
		}
	}
}
