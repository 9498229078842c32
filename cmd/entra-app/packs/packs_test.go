package packs

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/pack/packfile"
)

var update = flag.Bool("update", false, "write the golden files again")

func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(args, &out, &errs, func(string) (string, bool) { return "", false }, time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC))
	return code, out.String(), errs.String()
}

const own = `name: payroll
version: "2"
title: Payroll
summary: What the payroll runs on.
audience: AzureADMyOrg
permissions:
  - {resource: Microsoft Graph, type: Application, name: Mail.Send, why: Sends the slips.}
credentials: [{kind: secret}]
nextSteps: [Enter the secret.]
`

// written is a file in a directory of its own.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWhatPeopleSee(t *testing.T) {
	for name, args := range map[string][]string{
		"help":         {"help"},
		"list":         {"list"},
		"backup":       {"show", "vb365-backup"},
		"secret":       {"show", "vbo365"},
		"restore":      {"show", "vb365-restore@8.5"},
		"portal":       {"show", "vb365-restore-portal"},
		"archiver":     {"show", "vb365-archiver"},
		"azure":        {"show", "vbazure"},
		"custom":       {"show", "custom"},
		"backup-diff":  {"diff", "vb365-backup", "7", "8.5"},
		"restore-diff": {"diff", "vb365-restore", "8.5", "7"},
		"nothing-diff": {"diff", "vbazure", "8", "8"},
	} {
		code, out, stderr := run(t, args...)
		if code != exitOK || stderr != "" {
			t.Errorf("%q ended with %d: %s", args, code, stderr)
		}
		path := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != out {
			t.Errorf("%q differs from %s (%v); go test ./cmd/entra-app/packs -update writes it again, then look at the difference", args,
				path, err)
		}
	}
}

func TestAnOwnPackIsShownWithTheFieldsOfItsRedirectURIs(t *testing.T) {
	const templates = own + `redirects:
  - {platform: spa, uris: ["https://{host}:4443", "https://localhost"]}
  - {platform: web, uris: ["https://{host}/callback"]}
fields: [{name: host, label: Portal host, example: portal.contoso.com, many: true}]
`
	path := written(t, "payroll.yaml", templates)
	if code, _, stderr := run(t, "check", path); code != exitOK {
		t.Fatal(stderr)
	}
	code, out, stderr := run(t, "show", "payroll", "--config", written(t, "entra-app.yaml", "packs: "+filepath.Dir(path)))
	if code != exitOK {
		t.Fatal(stderr)
	}
	for _, want := range []string{"Redirect URIs of spa  https://{host}:4443, https://localhost\n",
		"Redirect URIs of web  https://{host}/callback\n", "Field {host}          Portal host, one or more; such as portal.contoso.com\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "Platform of redirect URIs") {
		t.Errorf("the form has no such field, and it says\n%s", out)
	}
}

func TestAWrongCommandEndsWithTwoAndSaysWhy(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "A pack says what"},
		{[]string{"lst"}, `did you mean "list"?`},
		{[]string{"list", "vbo365"}, "pack list takes nothing"},
		{[]string{"show"}, "pack show takes NAME"},
		{[]string{"show", "vbo36"}, "did you mean vbo365?"},
		{[]string{"show", "vbo365@9"}, "hint: there are 1"},
		{[]string{"diff", "vb365-backup", "7"}, "pack diff takes NAME OLD NEW"},
		{[]string{"diff", "vb365-backup", "6", "8.5"}, `there is no version "6"`},
		{[]string{"diff", "vb365-backup", "7", "9"}, `there is no version "9"`},
		{[]string{"check"}, "takes one FILE or more"},
		{[]string{"check", "nowhere.yaml"}, "nowhere.yaml:1: the pack can't be read"},
		{[]string{"list", "--colour"}, "flag provided but not defined"},
		{[]string{"list", "--config", "nowhere.yaml"}, "nowhere.yaml:1: the configuration can't be read"},
	} {
		if code, out, stderr := run(t, c.args...); code != exitUsage || !strings.Contains(stderr, c.says) || out != "" {
			t.Errorf("%q ended with %d: %s%s", c.args, code, stderr, out)
		}
	}
}

func TestCheckNamesAllThatIsWrongInAllFiles(t *testing.T) {
	good, bad := written(t, "payroll.yaml", own), written(t, "payroll.yaml",
		strings.Replace(own, "audience: AzureADMyOrg", "audience: Everybody\ncolour: red", 1))
	code, out, stderr := run(t, "check", bad, good)
	if code != exitUsage || out != good+": ok, payroll 2\n" || !strings.Contains(stderr, bad+":5: audience") ||
		!strings.Contains(stderr, bad+":6: colour") {
		t.Errorf("ended with %d: %s%s", code, stderr, out)
	}
	if code, _, stderr := run(t, "check", good); code != exitOK || stderr != "" {
		t.Errorf("ended with %d: %s", code, stderr)
	}
}

func TestWithAConfigurationItsOwnPacksAreThereToo(t *testing.T) {
	packs := filepath.Dir(written(t, "payroll.yaml", own))
	// A configuration that could not be served with: only `packs` counts here.
	config := written(t, "entra-app.yaml", "slack: {bot_token: '${NONE}'}\npacks: "+packs)
	for _, args := range [][]string{{"list", "--config", config}, {"show", "payroll", "--config", config},
		{"show", "--config=" + config, "payroll@2"}} {
		if code, out, stderr := run(t, args...); code != exitOK || !strings.Contains(out, "Payroll") {
			t.Errorf("%q ended with %d: %s%s", args, code, stderr, out)
		}
	}
	for text, says := range map[string]string{
		"packs: " + packs + "/none": "packs: ",
		"packs: [a]":                "packs is a list",
		"slack: [":                  "is not YAML",
	} {
		if code, _, stderr := run(t, "list", "--config", written(t, "entra-app.yaml", text)); code != exitUsage ||
			!strings.Contains(stderr, says) {
			t.Errorf("%s ended with %d: %s", text, code, stderr)
		}
	}
}

func TestTheSchemaIsPrintedAsItIs(t *testing.T) {
	if code, out, _ := run(t, "schema"); code != exitOK || out != string(packfile.Schema()) {
		t.Errorf("ended with %d: %s", code, out)
	}
}

func TestTheAgeOfATableIsAsOfToday(t *testing.T) {
	for day, want := range map[string]string{
		"2026-08": "table of 2026-08, 3 months old", "2026-11-01": "table of 2026-11, new", "2026-10-31": "table of 2026-10, 1 month old",
		"2024-12-31": "table of 2024-12, 23 months old", "2024-11-30": "table of 2024-11, 2 years old",
		"2027-01-01": "table of 2027-01, new", "": "-",
	} {
		if got := table(pack.Product{Checked: day}, time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)); got != want {
			t.Errorf("%q: %s, want %s", day, got, want)
		}
	}
}
