package pack

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Problem is one thing that is wrong with a pack.
type Problem struct {
	File string
	Line int    // 1 is the first
	Key  string // "permissions[3].name"
	Text string // what is wrong, as the rest of a sentence that begins with Key
	Hint string // what to write instead; empty where that is plain
}

// theWhole is the Key of a problem that is not one key's.
const theWhole = "the pack"

// String returns "file:line: key what is wrong", and the hint on a second line.
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d: %s %s", p.File, p.Line, p.Key, p.Text)
	if p.Hint != "" {
		s += "\nhint: " + p.Hint
	}
	return s
}

// Problems are all that is wrong with packs, those of a file from top to bottom.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems of one file as an error, or nil if there are none.
func (p Problems) sorted() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int { return a.Line - b.Line })
	return p
}

// quote shows what somebody wrote.
func quote(s string) string { return fmt.Sprintf("%q", clip(s)) }

// clip shortens what somebody wrote.
func clip(s string) string {
	s = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return utf8.RuneError
		}
		return c
	}, s)
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
