package store

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gramSize is the length of the runs of runes that are indexed.
const gramSize = 3

// fold brings text into the form in which it is compared: upper and lower case,
// and the forms of a letter that differ in upper case alone, are the same.
func fold(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

// nameGrams are the runs of a folded app name, each once. It is as if the name
// ended in two more zero runes: so each of its runes begins a run.
func nameGrams(name string) []string {
	if name == "" {
		return nil
	}
	return grams(name + strings.Repeat("\x00", gramSize-1))
}

// grams are the runs of three runes of a folded text, each once.
func grams(s string) []string {
	var out []string
	for s != "" {
		end := runes(s, gramSize)
		if end < 0 {
			break
		}
		out = append(out, s[:end])
		_, first := utf8.DecodeRuneInString(s)
		s = s[first:]
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// runes is the length in bytes of the first n runes of s, or -1 if it has fewer.
func runes(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	if n > 0 {
		return -1
	}
	return len(s)
}
