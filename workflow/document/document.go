// Package document reads a YAML file that a person wrote, a configuration or a
// pack, so far that its keys can be walked through, and keeps all that is wrong
// with it: each mistake with its file, its line, its key and what to write instead.
package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// A Problem is one thing that is wrong with a file.
type Problem struct {
	File string
	Line int    // 1 is the first
	Key  string // "tenants[0].approvers[1].slack", "permissions[3].name"
	Text string // what is wrong, as the rest of a sentence that begins with Key
	Hint string // what to write instead; empty where that is plain
}

// String returns "file:line: key what is wrong", and the hint on a second line.
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d: %s %s", p.File, p.Line, p.Key, p.Text)
	if p.Hint != "" {
		s += "\nhint: " + p.Hint
	}
	return s
}

// Problems are all that is wrong, what is wrong in one file from top to bottom.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the problems of one file as an error, or nil if there are none.
func (p Problems) Sorted() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return a.Line - b.Line })
	return p
}

// Of has all the problems that err is made of, and none for another error.
func Of(err error) Problems {
	p, _ := errors.AsType[Problems](err)
	return p
}

// A Form is what is said of a document as a whole.
type Form struct {
	Name  string // "the pack": the key of a problem that is not one key's
	Begin string // a first line that it may have
}

// Problem returns one that is the whole document's.
func (f Form) Problem(file, text, hint string) Problem {
	return Problem{File: file, Line: 1, Key: f.Name, Text: text, Hint: hint}
}

// Root returns the mapping that text is, as far as it is one, and what is wrong.
// It is nil, with nothing wrong, where text says nothing.
func (f Form) Root(file string, text []byte) (*yaml.Node, Problems) {
	wrong := func(line int, text, hint string) (*yaml.Node, Problems) {
		return nil, Problems{{file, max(1, line), f.Name, text, hint}}
	}
	if line, ok := firstOdd(text); ok {
		return wrong(line, "has a character that is not UTF-8 text", "save the file as UTF-8")
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		line, why := syntax(err)
		return wrong(line, "is not YAML: "+why, "look at the indentation, and put values with a colon or # in quotes")
	}
	var after Problems
	switch err := dec.Decode(&more); {
	case errors.Is(err, io.EOF):
	case err != nil:
		line, why := syntax(err)
		_, after = wrong(line, "is not YAML: "+why, "")
	default:
		_, after = wrong(more.Line, "has a second document", "delete the line --- and what follows it")
	}
	root := doc.Content[0]
	if root.Kind == yaml.MappingNode {
		return root, after
	}
	if root.Tag == "!!null" {
		return nil, after
	}
	_, no := wrong(root.Line, "is "+What(root)+", and has to be keys with values", "begin with a line such as "+f.Begin)
	return nil, append(after, no...)
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
func syntax(err error) (line int, why string) {
	m := yamlError.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		return 1, err.Error()
	}
	line, _ = strconv.Atoi(m[1])
	return line, m[2]
}

// Resolve follows an alias (*name) to what it stands for.
func Resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// What says what a node is instead of what it should be.
func What(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "empty"
	}
	return "a single value"
}

// Clip shortens what somebody wrote to as many characters as most, and shows
// what can't be printed as U+FFFD.
func Clip(s string, most int) string {
	s = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return utf8.RuneError
		}
		return c
	}, s)
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Reason says why a file can't be had, without its name.
func Reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}
