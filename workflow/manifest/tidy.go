package manifest

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"github.com/tailscale/hujson"
)

// Manifests as people have them: with comments, curly quotes, unusual spaces and brackets
// that a web page lost. What is JSON already is not touched.

// What was put right, as parts of one line.
const (
	fixedQuotes   = "curly or single quotes were read as straight ones"
	fixedSpaces   = "unusual spaces were read as usual ones"
	fixedComments = "comments were left out"
	fixedCommas   = "trailing commas were left out"
	fixedNames    = "property names were read with a small first letter"
	fixedQuoted   = "property names without quotation marks were read"
	fixedWords    = "true, false and null were read with small letters"
	fixedOne      = "a single value in place of a list was read as a list of one"
	fixedList     = "the list was read as requiredResourceAccess"
	fixedApp      = "the one app in the list was read"
	fixedFence    = "the code fence around it was left out"
	fixedEnd      = "the semicolon after it was left out"
	fixedWrapped  = "lists inside of {\"value\": …} were read"
	fixedIDs      = "unusual spaces, dashes and invisible characters in identifiers and names of properties were corrected"
)

// tidy turns text that is valid UTF-8 into JSON, if it can. fixed is what was put right;
// guessed is what was missing, each with its line.
func tidy(b []byte) (out []byte, fixed, guessed []string, err error) {
	if json.Valid(b) {
		return b, nil, nil, nil
	}
	s := &straightener{in: []rune(string(b))}
	s.run()
	if s.deepest > mostDepth+1 {
		return nil, nil, nil, errDeep
	}
	straight := []byte(s.out.String())
	if out, err = hujson.Standardize(slices.Clone(straight)); err == nil && json.Valid(out) {
		return out, s.fixed, nil, nil
	}
	if json.Valid(straight) {
		return straight, s.fixed, nil, nil
	}
	out, fixed, guessed, err = rebracket(string(straight), slices.Contains(s.fixed, fixedQuotes) || slices.Contains(s.fixed, fixedSpaces))
	return out, append(s.fixed, fixed...), guessed, err
}

// A straightener writes quotes and spaces as JSON has them.
type straightener struct {
	in             []rune
	at             int
	out            strings.Builder
	depth, deepest int
	last           rune // that means something, outside of strings
	// lineEnd is where the line ends that was looked through for lastQuote, the last quote
	// in it that ends a string, or -1.
	lineEnd, lastQuote int
	fixes
}

// fixes are what was put right, each once.
type fixes struct{ fixed []string }

func (f *fixes) fix(what string) {
	if !slices.Contains(f.fixed, what) {
		f.fixed = append(f.fixed, what)
	}
}

// peek is the rune n after the next, or 0.
func (s *straightener) peek(n int) rune {
	if s.at+n < len(s.in) {
		return s.in[s.at+n]
	}
	return 0
}

const (
	curly  = "“”„‟″＂"
	single = "'‘’‚‛"
)

func (s *straightener) run() {
	for s.at < len(s.in) {
		switch r := s.in[s.at]; {
		case r == '/' && (s.peek(1) == '/' || s.peek(1) == '*'):
			s.comment()
		case r == '"' || strings.ContainsRune(curly, r):
			s.text(r == '"', curly+`"`)
		case strings.ContainsRune(single, r):
			s.text(false, single)
		default:
			s.plain(r)
		}
	}
}

func (s *straightener) plain(r rune) {
	s.at++
	switch {
	case strings.ContainsRune(" \t\r\n", r):
		s.out.WriteRune(r)
		return
	case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), r == '\u115f', r == '\u3164':
		s.fix(fixedSpaces)
		s.out.WriteByte(' ')
		return
	case r == '{' || r == '[':
		s.depth++
		s.deepest = max(s.deepest, s.depth)
	case r == '}' || r == ']':
		s.depth--
		if s.last == ',' {
			s.fix(fixedCommas)
		}
	}
	s.last = r
	s.out.WriteRune(r)
}

// comment copies a comment, which hujson leaves out.
func (s *straightener) comment() {
	s.fix(fixedComments)
	block := s.peek(1) == '*'
	s.out.WriteString(string(s.in[s.at : s.at+2]))
	for s.at += 2; s.at < len(s.in); s.at++ {
		r := s.in[s.at]
		if !block && r == '\n' {
			return
		}
		s.out.WriteRune(r)
		if block && r == '*' && s.peek(1) == '/' {
			s.out.WriteByte('/')
			s.at += 2
			return
		}
	}
}

// text copies a string. One that begins with a straight quote ends with one, unless no
// other is in its line; any other ends where something follows that can follow a string.
func (s *straightener) text(straight bool, quotes string) {
	if !straight {
		s.fix(fixedQuotes)
	}
	s.out.WriteByte('"')
	s.last = '"'
	for s.at++; s.at < len(s.in); s.at++ {
		r := s.in[s.at]
		isQuote := strings.ContainsRune(quotes, r)
		switch {
		case r == '\\':
			s.escaped()
		case isQuote && (r == '"' && straight || s.ends() && !(straight && s.straightFollows())):
			if r != '"' {
				s.fix(fixedQuotes)
			}
			s.out.WriteByte('"')
			s.at++
			return
		case r == '"':
			s.out.WriteString(`\"`)
		default:
			s.out.WriteRune(r)
		}
	}
}

// escaped copies a backslash and what follows it. JSON knows no escaped single quote.
func (s *straightener) escaped() {
	if next := s.peek(1); strings.ContainsRune(single, next) {
		s.out.WriteRune(next)
	} else {
		s.out.WriteByte('\\')
		if next == 0 {
			return
		}
		s.out.WriteRune(next)
	}
	s.at++
}

// ends reports whether a string may end at the quote that is next.
func (s *straightener) ends() bool {
	for i := 1; ; i++ {
		switch r := s.peek(i); {
		case r == 0, r == '\n', strings.ContainsRune(":,]}", r):
			return true
		case r == '/' && strings.ContainsRune("/*", s.peek(i+1)):
			return true
		case !unicode.IsSpace(r):
			return false
		}
	}
}

// straightFollows reports whether there is a straight quote later in the line that ends a string.
func (s *straightener) straightFollows() bool {
	if s.at >= s.lineEnd { // looked for once in a line, from its end
		at := s.at
		for s.lineEnd = at + 1; s.lineEnd < len(s.in) && s.in[s.lineEnd] != '\n'; {
			s.lineEnd++
		}
		s.lastQuote = -1
		for s.at = s.lineEnd - 1; s.at > at && s.lastQuote < 0; s.at-- {
			if s.in[s.at] == '"' && s.ends() {
				s.lastQuote = s.at
			}
		}
		s.at = at
	}
	return s.lastQuote > s.at
}
