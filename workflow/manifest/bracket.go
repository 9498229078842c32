package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// rebracket adds brackets and commas that are missing, and leaves out those that are too
// many, and says where; names without quotation marks get them. It gives up where it would have to guess a value, and where nothing
// is wrong but that the end is missing: then more than brackets may be, unless the text is
// from a web page.
func rebracket(s string, fromPage bool) (out []byte, fixed, guessed []string, err error) {
	p := &bracketer{tokens: tokensOf(s)}
	if len(p.tokens) == 0 {
		return nil, nil, nil, errEmpty
	}
	switch first := p.tokens[0].text; {
	case p.isKey(0):
		p.guess(p.tokens[0].line, "the { at the beginning is missing")
		p.open('{')
	case first != "{" && first != "[":
		return nil, nil, nil, errNoObject
	}
	for p.at = 0; p.at < len(p.tokens); {
		if !p.take(p.tokens[p.at]) {
			return nil, nil, nil, brokenAt(p.tokens[p.at].line)
		}
	}
	sound := len(p.guessed) == 0
	if !p.end() || sound && len(p.guessed) > 0 && !fromPage {
		return nil, nil, nil, cutAfter(p.tokens[len(p.tokens)-1].line)
	}
	if out = p.out; !json.Valid(out) {
		return nil, nil, nil, brokenAt(p.tokens[len(p.tokens)-1].line)
	}
	return out, p.fixed, p.guessed, nil
}

func brokenAt(line int) *Problem {
	return problem("not-json", "This is not JSON: line %d has a mistake. Copy the manifest again, or look for a comma, a bracket or a "+
		"quotation mark that is missing or one too many.", line)
}

func cutAfter(line int) *Problem {
	return problem("not-json", "The end of this is missing, after line %d. Copy the whole manifest, from the first { to the last }.", line)
}

// A token is a bracket, a colon, a comma, or a value as it is written.
type token struct {
	text string
	line int
}

func tokensOf(s string) []token {
	var all []token
	line := 1
	for i := 0; i < len(s); {
		start := i
		switch c := s[i]; {
		case c == '\n':
			line++
			i++
			continue
		case c == ' ' || c == '\t' || c == '\r':
			i++
			continue
		case strings.HasPrefix(s[i:], "//"):
			i += len(upTo(s[i:], "\n"))
			continue
		case strings.HasPrefix(s[i:], "/*"):
			skipped := upTo(s[i:], "*/")
			line += strings.Count(skipped, "\n")
			i = min(i+len(skipped)+2, len(s))
			continue
		case strings.IndexByte("{}[]:,", c) >= 0:
			i++
		case c == '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			i = min(i+1, len(s))
		default:
			for i < len(s) && strings.IndexByte("{}[]:,\" \t\r\n", s[i]) < 0 {
				i++
			}
		}
		all = append(all, token{s[start:i], line})
		line += strings.Count(s[start:i], "\n")
	}
	return all
}

func upTo(s, end string) string {
	before, _, _ := strings.Cut(s, end)
	return before
}

// What a frame waits for.
const (
	wantKey = iota
	wantColon
	wantValue
	wantComma
)

type frame struct {
	bracket byte // { or [
	want    int
	some    bool // it has an element
}

type bracketer struct {
	tokens  []token
	at      int
	out     []byte
	frames  []*frame
	guessed []string
	fixes
}

func (p *bracketer) guess(line int, what string) {
	p.guessed = append(p.guessed, fmt.Sprintf("line %d: %s", line, what))
}

func (p *bracketer) top() *frame { return p.frames[len(p.frames)-1] }

// isKey reports whether the token at i names a property.
func (p *bracketer) isKey(i int) bool {
	return i+1 < len(p.tokens) && p.tokens[i+1].text == ":" && !strings.ContainsAny(p.tokens[i].text[:1], "{}[]:,")
}

// comma separates an element from the one before it.
func (p *bracketer) comma() {
	if len(p.frames) > 0 {
		if f := p.top(); f.some && f.want != wantValue || f.some && f.bracket == '[' {
			p.out = append(p.out, ',')
		}
		p.top().some = true
	}
}

func (p *bracketer) open(bracket byte) {
	p.comma()
	p.out = append(p.out, bracket)
	f := &frame{bracket: bracket, want: wantKey}
	if bracket == '[' {
		f.want = wantValue
	}
	p.frames = append(p.frames, f)
}

// shut ends the innermost list or object.
func (p *bracketer) shut() {
	p.out = append(p.out, closing(p.top().bracket)...)
	p.frames = p.frames[:len(p.frames)-1]
	if len(p.frames) > 0 {
		p.top().want = wantComma
	}
}

func closing(bracket byte) string {
	if bracket == '{' {
		return "}"
	}
	return "]"
}

// lost ends the innermost list or object where its bracket is missing.
func (p *bracketer) lost(line int) {
	p.guess(line, "a "+closing(p.top().bracket)+" is missing before this")
	p.shut()
}

func (p *bracketer) inside(bracket byte) bool {
	return slices.ContainsFunc(p.frames, func(f *frame) bool { return f.bracket == bracket })
}

// take reads one token, or ends or begins something before it.
func (p *bracketer) take(t token) bool {
	if len(p.frames) == 0 {
		return p.outside(t)
	}
	switch t.text {
	case "{", "[":
		return p.takeOpening(t)
	case "}", "]":
		return p.takeClosing(t)
	case ":":
		if p.top().want != wantColon {
			return false
		}
		p.out = append(p.out, ':')
		p.top().want = wantValue
	case ",":
		switch f := p.top(); {
		case f.want == wantComma && f.bracket == '{':
			f.want = wantKey
		case f.want == wantComma:
			f.want = wantValue
		case f.want == wantKey, f.bracket == '[':
			p.guess(t.line, "an extra comma was left out")
		default:
			return false
		}
	default:
		return p.takeValue(t)
	}
	p.at++
	return true
}

// outside reads what is before or after the whole.
func (p *bracketer) outside(t token) bool {
	done := len(p.out) > 0
	switch {
	case !done && (t.text == "{" || t.text == "["):
		p.open(t.text[0])
	case done && (t.text == "}" || t.text == "]"):
		p.guess(t.line, "an extra "+t.text+" was left out")
	case done && t.text == ",":
	case done && p.isKey(p.at) && bytes.HasSuffix(p.out, []byte("}")):
		p.out = p.out[:len(p.out)-1]
		p.guess(t.line, "an extra } before this was left out")
		p.frames = []*frame{{bracket: '{', want: wantKey, some: len(p.out) > 1}}
		return true
	default:
		return false
	}
	p.at++
	return true
}

func (p *bracketer) takeOpening(t token) bool {
	f := p.top()
	if f.bracket == '{' && f.want != wantValue {
		if len(p.frames) < 2 || p.frames[len(p.frames)-2].bracket != '[' || f.want == wantColon || t.text == "[" {
			return false
		}
		p.lost(t.line)
		return true
	}
	if f.bracket == '[' && f.want == wantComma {
		p.guess(t.line, "a comma is missing before this")
	}
	p.open(t.text[0])
	p.at++
	return true
}

func (p *bracketer) takeClosing(t token) bool {
	f := p.top()
	switch {
	case f.bracket == '{' && (f.want == wantColon || f.want == wantValue):
		return false
	case closing(f.bracket) == t.text:
		p.shut()
		p.at++
	case p.inside(map[string]byte{"}": '{', "]": '['}[t.text]):
		p.lost(t.line)
	default:
		p.guess(t.line, "an extra "+t.text+" was left out")
		p.at++
	}
	return true
}

func (p *bracketer) takeValue(t token) bool {
	f, key := p.top(), p.isKey(p.at)
	switch {
	case f.want == wantColon:
		return false
	case f.bracket == '[' && f.want == wantComma && key && p.inside('{'):
		p.lost(t.line)
		return true
	case f.bracket == '[' && key:
		p.guess(t.line, "a { is missing before this")
		p.open('{')
		return true
	case f.want == wantComma:
		p.guess(t.line, "a comma is missing before this")
		f.want = wantKey
		if f.bracket == '[' {
			f.want = wantValue
		}
		return true
	case f.want == wantKey && !key:
		return false
	case f.want == wantKey:
		p.comma()
		p.write(t)
		f.want = wantColon
	default:
		if f.bracket == '[' {
			p.comma()
		}
		if !p.write(t) {
			return false
		}
		f.want = wantComma
	}
	p.at++
	return true
}

// write writes a value as JSON has it, or the name of a property with its quotes.
func (p *bracketer) write(t token) bool {
	text := t.text
	switch lower := strings.ToLower(text); {
	case p.top().want == wantKey && text[0] != '"':
		quoted, _ := json.Marshal(text) // a string always marshals
		text = string(quoted)
		p.fix(fixedQuoted)
	case lower == "true" || lower == "false" || lower == "null":
		if text != lower {
			p.fix(fixedWords)
		}
		text = lower
	}
	p.out = append(p.out, text...)
	return json.Valid([]byte(text))
}

// end adds what is missing at the end, unless a value is.
func (p *bracketer) end() bool {
	added := ""
	for len(p.frames) > 0 {
		if f := p.top(); f.want == wantColon || f.bracket == '{' && f.want == wantValue {
			return false
		}
		added += closing(p.top().bracket)
		p.shut()
	}
	if added != "" {
		p.guess(p.tokens[len(p.tokens)-1].line, "the end is missing: "+added+" was added, and what may have stood before it is not here")
	}
	return true
}
