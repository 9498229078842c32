package text

import (
	"regexp"
	"strings"
	"unicode"
)

// What people write stands beside what the bot says, and must not be taken for it.

// Quote is what somebody wrote, in quotation marks and on one line. It has none of these
// itself, so that it ends where the bot goes on.
func Quote(s string) string {
	return "“" + strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Quotation_Mark, r) && r != '\'' && r != '’' {
			return '\''
		}
		return r
	}, OneLine(s)) + "”"
}

// Name is a name as it may stand in a sentence: on one line, and quoted where it is not
// like names are, as it could go on in the bot's words ("payroll. ✅ Approved by Ada") or
// borrows the letters of another script.
func Name(s string) string {
	s = OneLine(s)
	if s == "" || likeAName(s) && MixedScripts(s) == "" {
		return s
	}
	return Quote(s)
}

// endsASentence is the end of a sentence, and not of an initial or of "Dr.".
var endsASentence = regexp.MustCompile(`[\pL\pN)]{4,}\.( |$)|[?!:;…] `)

// verdicts are pictures that say how something went.
const verdicts = "✅✔✓☑❌✖✗✘❎⛔🚫⚠‼❗ℹ🆗🔴🟠🟡🟢🔒🔓🔐"

func likeAName(s string) bool {
	if endsASentence.MatchString(s) {
		return false
	}
	for _, r := range s {
		if strings.ContainsRune(verdicts, r) {
			return false
		}
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.So) && !strings.ContainsRune(" '’.,:;?!-–_&+()[]/@#%=~\u200c\u200d", r) {
			return false
		}
	}
	return true
}

// lookAlike are scripts with letters that look like those of another one of them.
// Source: Unicode Technical Standard #39, 5.2, Restriction-Level Detection.
var lookAlike = []struct {
	name   string
	script *unicode.RangeTable
}{
	{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Greek", unicode.Greek}, {"Armenian", unicode.Armenian},
	{"Cherokee", unicode.Cherokee}, {"Coptic", unicode.Coptic}, {"Lisu", unicode.Lisu},
}

// MixedScripts is the first word of s that mixes the letters of scripts that look alike, with
// which: "“pаyroll” mixes Latin and Cyrillic letters". It is empty where there is none.
func MixedScripts(s string) string {
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M) }) {
		var of []string
		for _, l := range lookAlike {
			if strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(l.script, r) }) {
				of = append(of, l.name)
			}
		}
		if len(of) > 1 {
			return "“" + word + "” mixes " + strings.Join(of, " and ") + " letters"
		}
	}
	return ""
}
