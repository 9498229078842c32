package veeam

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/entra-app/entra-app/workflow/seal"
)

// hidden is what must not be in a text that people or logs get: secrets, as
// they are and as they look in a form, in JSON and in a path.
type hidden []string

// whole is how long a piece of a secret may be in a text and be chance. A server
// that quotes only the beginning of a certificate gives it away no less.
const whole = 12

const blank = "[secret]"

func hide(secrets []seal.Secret) hidden {
	var h hidden
	for _, s := range secrets {
		v := s.Reveal()
		if v == "" {
			continue
		}
		quoted, _ := json.Marshal(v)
		for _, form := range []string{v, url.QueryEscape(v), url.PathEscape(v), string(quoted[1 : len(quoted)-1])} {
			if !slices.Contains(h, form) {
				h = append(h, form)
			}
		}
	}
	return h
}

// scanned is how much of a message is looked at, and margin how much of its end
// is not shown then, as it may be the beginning of a short secret.
const (
	scanned = 4096
	margin  = 64
)

// clean returns a text of the server on one line, without secrets, and clipped.
func (h hidden) clean(text string, most int) string {
	end := len(text)
	if end > scanned {
		text, end = text[:scanned], scanned-margin
	}
	bad := make([]bool, len(text))
	mark := func(from, to int) {
		for i := from; i < to; i++ {
			bad[i] = true
		}
	}
	for _, s := range h {
		for at := 0; ; {
			i := strings.Index(text[at:], s)
			if i < 0 {
				break
			}
			mark(at+i, at+i+len(s))
			at += i + 1
		}
		if len(s) < whole {
			continue
		}
		for i := 0; i+whole <= len(text); i++ {
			if strings.Contains(s, text[i:i+whole]) {
				mark(i, i+whole)
			}
		}
	}
	var b strings.Builder
	for i := range end {
		switch {
		case !bad[i]:
			b.WriteByte(text[i])
		case i == 0 || !bad[i-1]:
			b.WriteString(blank)
		}
	}
	return oneLine(b.String(), most)
}

// oneLine is a text without line breaks and control characters, and not longer than most.
func oneLine(text string, most int) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
