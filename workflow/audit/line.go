package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// How much an entry holds: what is longer is cut, and ends with "…".
const (
	longest = 4096 // bytes of one string
	mostIDs = 64   // calls; a step that took more says how many
)

// ErrNewer says that a newer entra-app has written an entry.
var ErrNewer = errors.New("the entry is of a newer version")

// ErrForm says that a line is not what Line writes.
var ErrForm = errors.New("the entry is not in the form in which entries are written")

// entryV1 is version 1 of the canonical form. It does not change.
type entryV1 struct {
	V          int       `json:"v"`
	Request    string    `json:"request,omitempty"` // second, so that it is found without reading the rest
	At         time.Time `json:"at"`
	What       string    `json:"what"`
	About      string    `json:"about,omitempty"`
	Tenant     string    `json:"tenant,omitempty"`
	Slack      string    `json:"slack,omitempty"`
	Entra      string    `json:"entra,omitempty"`
	UPN        string    `json:"upn,omitempty"`
	From       string    `json:"from,omitempty"`
	Detail     string    `json:"detail,omitempty"`
	Result     string    `json:"result,omitempty"`
	Plan       string    `json:"plan,omitempty"`
	RequestIDs []string  `json:"request_ids,omitempty"`
}

// Line is the canonical form of an entry: JSON on one line, without its end.
func (e Entry) Line() ([]byte, error) {
	f := entryV1{V: 1, Request: fit(e.Request), At: e.At.Round(0).UTC(), What: fit(e.What), About: fit(e.About), Tenant: fit(e.Tenant),
		Slack: fit(e.Slack), Entra: fit(e.Entra), UPN: fit(e.UPN), From: fit(e.From), Detail: fit(e.Detail), Result: fit(e.Result),
		Plan: fit(e.Plan)}
	for i, id := range e.RequestIDs {
		if i == mostIDs-1 && len(e.RequestIDs) > mostIDs {
			f.RequestIDs = append(f.RequestIDs, fmt.Sprintf("and %d more calls", len(e.RequestIDs)-i))
			break
		}
		f.RequestIDs = append(f.RequestIDs, fit(id))
	}
	return json.Marshal(f)
}

// fit is valid UTF-8 of at most the longest length.
func fit(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= longest {
		return s
	}
	const more = "…"
	s = s[:longest-len(more)]
	for len(s) > 0 && !utf8.ValidString(s) { // a rune was cut
		s = s[:len(s)-1]
	}
	return s + more
}

// Read returns the entry of a line, which has to be canonical in every byte: of two lines that
// say the same, one is not what was written.
func Read(line []byte) (Entry, error) {
	var head struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return Entry{}, fmt.Errorf("%w: %v", ErrForm, err)
	}
	if head.V > 1 {
		return Entry{}, fmt.Errorf("version %d: %w", head.V, ErrNewer)
	}
	var f entryV1
	if err := json.Unmarshal(line, &f); err != nil {
		return Entry{}, fmt.Errorf("%w: %v", ErrForm, err)
	}
	e := Entry{At: f.At, What: f.What, Request: f.Request, About: f.About, Tenant: f.Tenant, Slack: f.Slack, Entra: f.Entra, UPN: f.UPN,
		From: f.From, Detail: f.Detail, Result: f.Result, Plan: f.Plan, RequestIDs: f.RequestIDs}
	again, err := e.Line()
	if err != nil || !bytes.Equal(again, line) {
		return Entry{}, ErrForm
	}
	return e, nil
}

// RequestOf is the request that a canonical line is about, without reading the rest of it.
func RequestOf(line []byte) string {
	rest, ok := bytes.CutPrefix(line, []byte(`{"v":1,"request":"`))
	if !ok {
		return ""
	}
	end := bytes.IndexByte(rest, '"')
	if end < 0 || bytes.IndexByte(rest[:end], '\\') >= 0 {
		return ""
	}
	return string(rest[:end])
}
