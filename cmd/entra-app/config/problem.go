package config

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Problem is one thing that is wrong with a configuration.
type Problem struct {
	File string
	Line int    // 1 is the first
	Key  string // "tenants[0].approvers[1].slack"
	Text string // what is wrong, as the rest of a sentence that begins with Key
	Hint string // what to write instead; empty where that is plain
}

// TheWhole is the Key of a problem that is not one key's.
const TheWhole = "the configuration"

// String returns "file:line: key what is wrong", and the hint on a second line.
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d: %s %s", p.File, p.Line, p.Key, p.Text)
	if p.Hint != "" {
		s += "\nhint: " + p.Hint
	}
	return s
}

// Problems are all that is wrong with a configuration, from top to bottom.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// sorted returns p as an error, or nil where there is nothing in it.
func (p Problems) sorted() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return a.Line - b.Line })
	return p
}

// reason says why a file can't be had, without its name.
func reason(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err.Error()
	}
	return err.Error()
}

// quote shows a value in a message, but never one that looks like a token that
// was written under the wrong key.
func quote(s string) string {
	for _, prefix := range []string{"xox", "xapp-"} {
		if strings.Contains(s, prefix) {
			return "a Slack token"
		}
	}
	if strings.Contains(s, "://") && strings.Contains(s, "@") {
		return "an address with a password"
	}
	if utf8.RuneCountInString(s) > 80 {
		s = string([]rune(s)[:80]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
