package audit

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/entra-app/entra-app/store/tree"
	"github.com/entra-app/entra-app/workflow/audit"
)

// A numbered entry is one with its place in the log of a name: so that whoever gets it twice knows.
type numbered struct {
	Log   string          `json:"log"`
	Index int64           `json:"index"`
	Entry json.RawMessage `json:"entry"` // the line that is hashed
}

// A format writes entries, one after another.
type format interface {
	write(numbered, audit.Entry) error
	end() error
}

var formats = map[string]func(io.Writer) format{
	"jsonl": func(w io.Writer) format { return jsonLines{w} },
	"csv":   func(w io.Writer) format { return &commas{Writer: csv.NewWriter(w)} },
	"cef":   func(w io.Writer) format { return cefLines{w} },
}

// export prints entries. One at a time is in memory.
func export(c *call) error {
	make, ok := formats[c.format]
	if !ok {
		return mistake("there is no format %q: write jsonl, csv or cef", c.format)
	}
	since, err := sinceOf(c.since, c.Now)
	if err != nil {
		return err
	}
	log, err := c.open()
	if err != nil {
		return err
	}
	defer log.Close()
	out := bufio.NewWriterSize(c.Stdout, 64<<10)
	f := make(out)
	var unread []int64
	err = log.Each(0, func(r tree.Record) error {
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		if c.of != "" && audit.RequestOf(r.Line) != c.of {
			return nil
		}
		e, err := audit.Read(r.Line)
		if errors.Is(err, audit.ErrForm) {
			unread = append(unread, r.Place)
			return nil
		}
		if err != nil || !since.IsZero() && e.At.Before(since) {
			return err
		}
		return f.write(numbered{log.Origin(), r.Place, json.RawMessage(r.Line)}, e)
	})
	if err = errors.Join(err, f.end(), out.Flush()); err != nil {
		return err
	}
	if len(unread) > 0 {
		return fmt.Errorf("the entries %v can't be read, and are left out\nhint: entra-app audit verify says what is wrong", unread)
	}
	return nil
}

// sinceOf reads a time: how long ago, a day, or a moment.
func sinceOf(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, mistake("%q is no time: write how long ago, such as 24h, a day, such as 2026-11-21, or a time, such as "+
		"2026-11-21T08:00:00Z", text)
}

type jsonLines struct{ io.Writer }

func (w jsonLines) write(n numbered, _ audit.Entry) error {
	line, err := json.Marshal(n)
	if err == nil {
		_, err = w.Write(append(line, '\n'))
	}
	return err
}

func (jsonLines) end() error { return nil }

// columns are those of CSV, and of what follows the head of CEF.
var columns = []struct {
	name, cef, label string
	value            func(numbered, audit.Entry) string
}{
	{"index", "externalId", "", func(n numbered, _ audit.Entry) string { return strconv.FormatInt(n.Index, 10) }},
	{"at", "", "", func(_ numbered, e audit.Entry) string { return e.At.UTC().Format(time.RFC3339Nano) }},
	{"what", "", "", func(_ numbered, e audit.Entry) string { return e.What }},
	{"request", "cs1", "request", func(_ numbered, e audit.Entry) string { return e.Request }},
	{"about", "cs6", "about", func(_ numbered, e audit.Entry) string { return e.About }},
	{"tenant", "cs2", "tenant", func(_ numbered, e audit.Entry) string { return e.Tenant }},
	{"slack", "suid", "", func(_ numbered, e audit.Entry) string { return e.Slack }},
	{"entra", "cs3", "entraObjectId", func(_ numbered, e audit.Entry) string { return e.Entra }},
	{"upn", "suser", "", func(_ numbered, e audit.Entry) string { return e.UPN }},
	{"from", "cs4", "from", func(_ numbered, e audit.Entry) string { return e.From }},
	{"result", "outcome", "", func(_ numbered, e audit.Entry) string { return e.Result }},
	{"plan", "fileHash", "", func(_ numbered, e audit.Entry) string { return e.Plan }},
	{"detail", "msg", "", func(_ numbered, e audit.Entry) string { return e.Detail }},
	{"request_ids", "cs5", "requestIds", func(_ numbered, e audit.Entry) string { return strings.Join(e.RequestIDs, "; ") }},
}

// commas are CSV (RFC 4180).
type commas struct {
	*csv.Writer
	begun bool
}

func (w *commas) write(n numbered, e audit.Entry) error {
	if !w.begun {
		w.head()
	}
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = harmless(c.value(n, e))
	}
	return w.Write(row)
}

func (w *commas) head() {
	w.begun = true
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	w.Write(names)
}

func (w *commas) end() error {
	if !w.begun {
		w.head()
	}
	w.Flush()
	return w.Error()
}

// harmless keeps a spreadsheet from taking a text for a formula:
// https://owasp.org/www-community/attacks/CSV_Injection
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// cefLines are ArcSight's Common Event Format, version 0.
type cefLines struct{ io.Writer }

var (
	inHead = strings.NewReplacer(`\`, `\\`, `|`, `\|`, "\n", " ", "\r", " ")
	inText = strings.NewReplacer(`\`, `\\`, `=`, `\=`, "\n", `\n`, "\r", `\r`)
)

func (w cefLines) write(n numbered, e audit.Entry) error {
	var b strings.Builder
	word := inHead.Replace(e.What)
	fmt.Fprintf(&b, "CEF:0|entra-app|entra-app|1|%s|%s|%d|rt=%d dvchost=%s", word, word, severity(e), e.At.UnixMilli(),
		inText.Replace(n.Log))
	for _, c := range columns {
		if v := c.value(n, e); c.cef != "" && v != "" {
			fmt.Fprintf(&b, " %s=%s", c.cef, inText.Replace(v))
			if c.label != "" {
				fmt.Fprintf(&b, " %sLabel=%s", c.cef, c.label)
			}
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

func (cefLines) end() error { return nil }

// severity is CEF's, from 0 to 10: what somebody should look at has more.
func severity(e audit.Entry) int {
	switch {
	case slices.Contains([]string{"alarm", audit.WhatLogDamaged, audit.WhatLogKey}, e.What):
		return 9
	case slices.Contains([]string{audit.WhatRefused, "sign-in-failed", "failed", audit.WhatStepFailed, audit.WhatConfiguration}, e.What):
		return 6
	}
	return 3
}
