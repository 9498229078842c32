package config

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files again")

func TestHelpIsTheTable(t *testing.T) {
	got := Markdown()
	if *update {
		if err := os.WriteFile("testdata/help.md", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/help.md")
	if err != nil || got != string(want) {
		t.Errorf("help differs from testdata/help.md (%v); write it again with -update\n%s", err, got)
	}
}

func TestEveryKeyIsSetByItsDefaultOrReportedMissing(t *testing.T) {
	for _, k := range Keys {
		if k.Doc == "" || k.Kind == nil || k.set == nil || strings.Contains(k.Doc, "|") {
			t.Errorf("%s is not complete", k.Name)
		}
		if k.Default == "" {
			continue
		}
		if _, f := k.Kind.parse(k.Default); f != nil {
			t.Errorf("the default of %s %s", k.Name, f.text)
		}
	}
}
