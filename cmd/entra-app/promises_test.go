package main

import (
	"regexp"
	"strings"
	"testing"
)

// promiseRow is a row of the table of promises: a sentence, and the names of its tests.
var promiseRow = regexp.MustCompile(`(?m)^\| ([^|]+) \| ((?:` + "`" + `Test\w+` + "`" + `(?:, )?)+) \|$`)

func TestEveryPromiseOfTheSecurityPageHasItsTest(t *testing.T) {
	_, section, found := strings.Cut(pages(t)["SECURITY.md"], "## Promises and their tests")
	section, _, _ = strings.Cut(section, "\n## ")
	if !found {
		t.Fatal("SECURITY.md has no table of promises")
	}
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	for _, s := range goFiles(t, root) {
		for _, m := range declared.FindAllStringSubmatch(s.text, -1) {
			tests[m[1]] = s.isTest()
		}
	}
	rows := promiseRow.FindAllStringSubmatch(section, -1)
	if all := strings.Count(section, "\n| "); len(rows) == 0 || len(rows) != all-1 { // besides the heading
		t.Errorf("of %d rows %d name tests", all-1, len(rows))
	}
	for _, row := range rows {
		for name := range strings.SplitSeq(row[2], ", ") {
			if !tests[strings.Trim(name, "`")] {
				t.Errorf("%q: there is no %s", row[1], name)
			}
		}
	}
}
