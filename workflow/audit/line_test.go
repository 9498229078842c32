package audit

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 123456789, time.UTC)

func full() Entry {
	return Entry{At: noon, What: "approved", Request: "EA-7", Tenant: "contoso", Slack: "UADA", Entra: "oid", UPN: "ada@contoso.com",
		From: "slack C1/1.2", Detail: "approved <it> & \"more\"\n\u2028", Result: "done", About: "register a", Plan: "d",
		RequestIDs: []string{"POST /applications 201 a"}}
}

// TestTheCanonicalFormNeverChanges has the bytes of an entry with every field, and of one with the
// fewest: both are hashed in the logs of others.
func TestTheCanonicalFormNeverChanges(t *testing.T) {
	for _, c := range []struct {
		e    Entry
		want string
	}{
		{full(), `{"v":1,"request":"EA-7","at":"2026-12-01T12:00:00.123456789Z","what":"approved","about":"register a","tenant":"contoso","slack":"UADA",` +
			`"entra":"oid","upn":"ada@contoso.com","from":"slack C1/1.2","detail":"approved \u003cit\u003e \u0026 \"more\"\n\u2028",` +
			`"result":"done","plan":"d","request_ids":["POST /applications 201 a"]}`},
		{Entry{At: noon.In(time.FixedZone("CEST", 7200)), What: "start"}, `{"v":1,"at":"2026-12-01T12:00:00.123456789Z","what":"start"}`},
	} {
		line, err := c.e.Line()
		if err != nil || string(line) != c.want {
			t.Errorf("%s, %v\nwant %s", line, err, c.want)
		}
		back, err := Read(line)
		if c.e.At = c.e.At.UTC(); err != nil || !reflect.DeepEqual(back, c.e) {
			t.Errorf("%+v, %v\nwant %+v", back, err, c.e)
		}
		if got := RequestOf(line); got != c.e.Request {
			t.Errorf("RequestOf: %q", got)
		}
	}
}

func TestEveryFieldOfAnEntryIsInItsLine(t *testing.T) {
	v := reflect.ValueOf(full())
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("%s is not tried", v.Type().Field(i).Name)
		}
		one := reflect.New(v.Type()).Elem()
		one.Field(i).Set(v.Field(i))
		line, err := one.Interface().(Entry).Line()
		back, readErr := Read(line)
		if err != nil || readErr != nil || !reflect.DeepEqual(back, one.Interface()) {
			t.Errorf("%s: %s, %v, %v", v.Type().Field(i).Name, line, err, readErr)
		}
	}
}

func TestALineThatIsNotCanonicalIsRefused(t *testing.T) {
	line, err := full().Line()
	if err != nil {
		t.Fatal(err)
	}
	s := string(line)
	for _, bad := range []string{"", "{}", "null", s + "\n", " " + s, strings.Replace(s, `"result"`, `"Result"`, 1), `{"v":0}`,
		strings.Replace(s, `\u003c`, `<`, 1), strings.Replace(s, `"entra":"oid",`, ``, 1) + " ", strings.Replace(s, `{`, `{"x":1,`, 1),
		strings.Replace(s, "Z\"", "+00:00\"", 1), s[:len(s)-1] + `,"detail":"other"}`} {
		if e, err := Read([]byte(bad)); !errors.Is(err, ErrForm) {
			t.Errorf("%s\nwas read as %+v, %v", bad, e, err)
		}
	}
	if _, err := Read([]byte(`{"v":2,"when":1}`)); !errors.Is(err, ErrNewer) {
		t.Errorf("version 2: %v", err)
	}
}

func TestWhatIsLongIsCutAndSaysSo(t *testing.T) {
	e := Entry{At: noon, What: "step", Detail: strings.Repeat("ü", longest)}
	for i := range 3 * mostIDs {
		e.RequestIDs = append(e.RequestIDs, fmt.Sprint("call ", i))
	}
	line, err := e.Line()
	if err != nil || len(line) > 2*longest {
		t.Fatal(len(line), err)
	}
	back, err := Read(line)
	if err != nil || !strings.HasSuffix(back.Detail, "ü…") || len(back.Detail) > longest || len(back.RequestIDs) != mostIDs ||
		back.RequestIDs[mostIDs-1] != "and 129 more calls" {
		t.Errorf("%d %v %v", len(back.Detail), back.RequestIDs, err)
	}
}

func FuzzRead(f *testing.F) {
	line, _ := full().Line()
	f.Add(line)
	f.Add([]byte(`{"v":1,"at":"2026-12-01T12:00:00Z","what":"start"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := Read(line)
		if err != nil {
			return
		}
		again, err := e.Line()
		if err != nil || string(again) != string(line) {
			t.Errorf("%s was read, and is written as %s, %v", line, again, err)
		}
		if of := RequestOf(line); of != e.Request && of != "" {
			t.Errorf("%s is about %q, not %q", line, e.Request, of)
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add("EA-7", "approved", "a\xff\u2028")
	f.Fuzz(func(t *testing.T, request, what, detail string) {
		line, err := Entry{At: noon, Request: request, What: what, Detail: detail}.Line()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(line), "\n") {
			t.Errorf("%q has more than one line", line)
		}
		if _, err := Read(line); err != nil {
			t.Errorf("%s was written, and not read: %v", line, err)
		}
	})
}
