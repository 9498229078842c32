package workflow

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain returns what a person typed on one or more lines, without control
// characters, direction marks and other runes that nobody can see. Joiners stay
// where a script or an emoji needs them.
func Plain(s string) string {
	s = strings.ToValidUTF8(s, "�")
	joins := joiners(s)
	n := -1
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		n++
		switch {
		case joins[n]:
			return r
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Zl, r),
			unicode.Is(unicode.Zp, r):
			return -1
		}
		return r
	}, s))
}

// joiners are the places, in runes, of the zero width joiners and non-joiners of a
// text that stand between two runes beyond ASCII: Persian, Devanagari and emoji are
// written with them. Between other letters they only hide.
func joiners(s string) map[int]bool {
	var at map[int]bool
	if !strings.ContainsAny(s, "\u200c\u200d") {
		return at
	}
	at = make(map[int]bool)
	seen := func(r rune) bool { return r > unicode.MaxASCII && (unicode.IsGraphic(r) && !unicode.IsSpace(r)) }
	in := []rune(s)
	for i := 1; i+1 < len(in); i++ {
		at[i] = (in[i] == '\u200c' || in[i] == '\u200d') && seen(in[i-1]) && seen(in[i+1])
	}
	return at
}

func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
