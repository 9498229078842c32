package audit

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/audit"
)

// spoken is a desk with one entry that has what formats have to be careful with.
func spoken(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	b := d.bot()
	err := b.Record(t.Context(), audit.Entry{At: noon, What: "refused", Slack: "UEVE", Result: "refused",
		Detail: "=cmd|' /C calc'!A1, \"quoted\" and a\nnewline | pipe \\ backslash", From: "-1+1", RequestIDs: []string{"@a", "b=c"}})
	if err != nil || b.Close() != nil {
		t.Fatal(err)
	}
	return d
}

func TestCSVIsWholeAndHarmlessInASpreadsheet(t *testing.T) {
	out, _ := spoken(t).runs(exitOK, "export", "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%v: %q", err, rows)
	}
	row := map[string]string{}
	for i, name := range rows[0] {
		row[name] = rows[2][i]
	}
	for name, want := range map[string]string{"index": "1", "at": "2026-12-01T12:00:00Z", "what": "refused", "slack": "UEVE",
		"detail": "'=cmd|' /C calc'!A1, \"quoted\" and a\nnewline | pipe \\ backslash", "from": "'-1+1", "request_ids": "'@a; b=c"} {
		if row[name] != want {
			t.Errorf("%s is %q, want %q", name, row[name], want)
		}
	}
}

func TestCEFIsEscaped(t *testing.T) {
	out, _ := spoken(t).runs(exitOK, "export", "--format", "cef")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 {
		t.Fatalf("%q", out)
	}
	has(t, lines[1], "CEF:0|entra-app|entra-app|1|refused|refused|6|rt=1796126400000 dvchost=entra-app.", " externalId=1 suid=UEVE ",
		`cs4=-1+1 cs4Label=from outcome=refused msg=\=cmd|' /C calc'!A1, "quoted" and a\nnewline | pipe \\ backslash `,
		`cs5=@a; b\=c cs5Label=requestIds`)
}

func TestJSONLinesHaveTheHashedLineAndItsNumber(t *testing.T) {
	out, _ := spoken(t).runs(exitOK, "export")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var n numbered
	if err := json.Unmarshal([]byte(lines[1]), &n); err != nil || n.Index != 1 || !strings.HasPrefix(n.Log, "entra-app.") {
		t.Fatalf("%v: %s", err, out)
	}
	if e, err := audit.Read(n.Entry); err != nil || e.Slack != "UEVE" {
		t.Errorf("the line is not the one that is hashed: %v\n%s", err, n.Entry)
	}
}

func TestAnExportBeginsWhereItIsTold(t *testing.T) {
	d := newDesk(t)
	b := d.bot()
	for i := range 4 {
		if err := b.Record(t.Context(), audit.Entry{At: noon.Add(time.Duration(i-3) * time.Hour), What: "start"}); err != nil {
			t.Fatal(err)
		}
	}
	asked(t, b, "a", "b")
	b.Close()
	for since, want := range map[string]int{"1h30m": 1, "2026-12-01T11:00:00Z": 2, "2026-12-01": 4} {
		out, _ := d.runs(exitOK, "export", "--since", since)
		if got := strings.Count(out, `"start"`); got != want {
			t.Errorf("since %s: %d, want %d\n%s", since, got, want, out)
		}
	}
	out, _ := d.runs(exitOK, "export", "--request", "EA-2")
	if strings.Count(out, "\n") != 2 || strings.Contains(out, "EA-1") {
		t.Errorf("of EA-2:\n%s", out)
	}
	_, errs := d.runs(exitUsage, "export", "--since", "yesterday")
	has(t, errs, `"yesterday" is no time`, "24h")
	_, errs = d.runs(exitUsage, "export", "--format", "xml")
	has(t, errs, "write jsonl, csv or cef")
}

// TestTheLogIsReadWhileTheBotWrites has the bot's lock on the file, and a bot that goes on.
func TestTheLogIsReadWhileTheBotWrites(t *testing.T) {
	d := newDesk(t)
	b := d.bot()
	asked(t, b, "a", "b")
	done := make(chan bool)
	go func() {
		defer close(done)
		for range 20 {
			b.Record(t.Context(), audit.Entry{At: noon, What: "start"})
		}
	}()
	out, _ := d.runs(exitOK, "verify")
	has(t, out, "all as they were written")
	<-done
	out, _ = d.runs(exitOK, "verify")
	has(t, out, "25 entries")
	posted, err := b.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, _ = d.reads(posted.Note, exitOK, "verify", "--head", "-")
	has(t, out, "and so does the one that you gave")
}

func TestWhatCannotBeReadIsSaidWithTheNextStep(t *testing.T) {
	d := newDesk(t)
	_, errs := d.runs(exitUsage, "verify")
	has(t, errs, "entra-app.db", "hint:")
	d = with(t, "a")
	d.file("entra-app.key", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
	_, errs = d.runs(exitUsage, "verify")
	has(t, errs, "was made with another key", "hint:")
	_, errs = d.runs(exitUsage, "veryfy")
	has(t, errs, `did you mean "verify"?`)
}
