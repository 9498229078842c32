// Package text works on texts that people wrote, or that are for people.
package text

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// marksMax is how many marks a letter has at most: more are drawn over the lines beside it.
// Source: Unicode Technical Standard #39, 5.4, Optional Detection.
const marksMax = 4

// unseen are runes that nobody can see, beside those that Unicode calls controls and formats:
// fillers, blanks and selectors. That for emoji, U+FE0F, is none.
const unseen = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"

// Plain returns what a person typed on one or more lines, without control
// characters, direction marks and other runes that nobody can see, and without a
// flood of marks over one letter. Joiners stay where a script or an emoji needs them.
func Plain(s string) string {
	s = strings.ToValidUTF8(s, "�")
	joins := joiners(s)
	n, marks := -1, 0
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		n++
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		switch {
		case joins[n]:
			return r
		case r == '\n':
			return r
		case r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Zl, r),
			unicode.Is(unicode.Zp, r), strings.ContainsRune(unseen, r), marks > marksMax,
			r >= 0xe0100 && r <= 0xe01ef, r >= 0xfe00 && r <= 0xfe0e:
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

// Clip cuts s to n characters, the last of which is then an ellipsis.
func Clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// OneLine is Plain on a single line, with single spaces.
func OneLine(s string) string { return strings.Join(strings.Fields(Plain(s)), " ") }

// Visible is s on one line. Where characters of it can't be seen, or spaces are lost in
// print, it is quoted, and they are escaped: two that differ never look alike.
func Visible(s string) string {
	if OneLine(s) == s {
		return s
	}
	return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD"))
}

// Count says how many there are of something: "1 request", "2 requests".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Days says a duration in days, or in hours or minutes where it is short.
func Days(d time.Duration) string {
	switch minutes := int(math.Round(d.Minutes())); {
	case minutes < 1:
		return "less than a minute"
	case minutes < 120 && minutes != 60:
		return Count(minutes, "minute")
	case d < 48*time.Hour:
		return Count(int(math.Round(d.Hours())), "hour")
	}
	return Count(int(math.Round(d.Hours()/24)), "day")
}

var guidPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// IsGUID reports whether s is a GUID in lower case, with its dashes.
func IsGUID(s string) bool { return guidPattern.MatchString(s) }

// Date is the day of a time in UTC, for people: "21 November 2026".
func Date(t time.Time) string { return t.UTC().Format("2 January 2006") }
