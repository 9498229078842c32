package manifest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// JSON is written and read as a tree whose objects keep the order of their
// fields. A value is nil, a bool, a string, a number, []any, object, or text.
type object []field

type field struct {
	name  string
	value any
}

type number string

// text has variables of a script in it.
type text []piece

// A piece is literal text, or the name of a variable whose value is an ID, a
// time or an address that the script has checked.
type piece struct{ literal, variable string }

func lit(s string) piece      { return piece{literal: s} }
func variable(s string) piece { return piece{variable: s} }

// encode writes v, indented. Pure ASCII is for scripts.
func encode(v any, ascii bool) text {
	e := &encoder{ascii: ascii}
	e.value(v, "\n")
	e.flush()
	return e.out
}

type encoder struct {
	ascii bool
	out   text
	b     strings.Builder
}

func (e *encoder) flush() {
	if e.b.Len() > 0 {
		e.out = append(e.out, lit(e.b.String()))
		e.b.Reset()
	}
}

func (e *encoder) value(v any, indent string) {
	switch v := v.(type) {
	case nil:
		e.b.WriteString("null")
	case bool:
		e.b.WriteString(strconv.FormatBool(v))
	case number:
		e.b.WriteString(string(v))
	case string:
		e.value(text{lit(v)}, indent)
	case text:
		e.b.WriteByte('"')
		for _, p := range v {
			if p.variable != "" {
				e.flush()
				e.out = append(e.out, p)
			}
			e.escape(p.literal)
		}
		e.b.WriteByte('"')
	case object:
		e.list('{', '}', len(v), indent, func(i int, indent string) {
			e.b.WriteString(strconv.Quote(v[i].name) + ": ") // our own names: nothing in them needs more
			e.value(v[i].value, indent)
		})
	case []any:
		e.list('[', ']', len(v), indent, func(i int, indent string) { e.value(v[i], indent) })
	default:
		panic(fmt.Sprintf("manifest: %T in a tree", v))
	}
}

func (e *encoder) list(open, end byte, n int, indent string, item func(i int, indent string)) {
	e.b.WriteByte(open)
	for i := range n {
		if i > 0 {
			e.b.WriteByte(',')
		}
		e.b.WriteString(indent + "  ")
		item(i, indent+"  ")
	}
	if n > 0 {
		e.b.WriteString(indent)
	}
	e.b.WriteByte(end)
}

// escape writes what does not print as an escape. In a script an @ is one, too:
// az reads a file where one begins an argument or follows its first "=".
func (e *encoder) escape(s string) {
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			e.b.WriteByte('\\')
			e.b.WriteRune(r)
		case r == '\n':
			e.b.WriteString(`\n`)
		case r == '\t':
			e.b.WriteString(`\t`)
		case !unicode.IsPrint(r) || e.ascii && (r > '~' || r == '@'):
			for _, u := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&e.b, `\u%04x`, u)
			}
		default:
			e.b.WriteRune(r)
		}
	}
}

func list[T any](all []T, of func(T) any) []any {
	out := make([]any, 0, len(all))
	for _, one := range all {
		out = append(out, of(one))
	}
	return out
}

func texts(all []string) []any { return list(all, func(s string) any { return s }) }
