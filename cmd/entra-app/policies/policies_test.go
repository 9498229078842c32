package policies

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// called runs entra-app policy on the configuration of testdata.
func called(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var b strings.Builder
	code = Run(Call{Args: args, Stdout: &b, Stderr: &b, Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
		Env: func(string) (string, bool) { return "", false }})
	return code, b.String()
}

const configured = "testdata/entra-app.yaml"

func TestExplain(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		says string // several are separated by a bar
	}{
		{"--as U0TOM00001 --pack vbo365", exitOK, "allowed: U0TOM00001 asks for vbo365 in contoso, an app of|approvals needed: 1"},
		{"--as U0TOM00001 --pack custom", exitDenied, "denied|testdata/entra-app.yaml:17: U0TOM00001 is not on the list of those " +
			"who may ask for custom in contoso: the rule “custom apps”, line 17 of the configuration"},
		{"--as U0BEA00001 --pack custom --lifetime 24h", exitOK,
			"allowed|testdata/entra-app.yaml:17: is on a list of the rule “custom apps”"},
		{"--as U0BEA00001 --pack custom --permission", exitUsage, "flag needs an argument"},
		{"--as U0BEA00001 --pack custom --lifetime 24h --permission application|User.Read.All", exitOK,
			"testdata/entra-app.yaml:17: asks for 2 approvals|approvals needed: 2"},
		{"--as U0BEA00001 --pack vbo365 --permission application|Mail.Read", exitDenied,
			"testdata/entra-app.yaml:14: No app may have the application permission Mail.Read"},
		{"--as U0BEA00001 --pack vbo365 --permission application|Mail.Reed", exitUsage,
			`there is no permission "Mail.Reed"; did you mean Mail.Read?`},
		{"--as U0BEA00001 --pack vbo365 --permission Mail.Read", exitDenied, "application permission Mail.Read of Microsoft Graph"},
		{"--as U0BEA00001 --pack vbo365 --permission graph:Application:Mail.Read", exitDenied, "application permission Mail.Read of"},
		{"--as U0BEA00001 --pack vbo365 --permission delegated|Mail.Read", exitOK, "allowed"},
		{"--as U0BEA00001 --pack vbo365 --permission Mail.*", exitUsage, "is a pattern"},
		{"--as U0BEA00001 --pack custom --lifetime 721h --permission application|User.Read.All", exitDenied, "at most 30 days"},
		{"--as U0BEA00001 --pack custom --issuer https://token.actions.githubusercontent.com --subject repo:evil/x", exitDenied,
			"testdata/entra-app.yaml:22: The subject repo:evil/x is not on the list"},
		{"--as U0BEA00001 --pack custom --issuer https://token.actions.githubusercontent.com --subject repo:contoso/x", exitOK, "allowed"},
		{"--as U0BEA00001 --pack vbo", exitUsage, `there is no pack "vbo"`},
		{"--as U0BEA00001 --pack vbo356", exitUsage, "did you mean vbo365?"},
		{"--as U0BEA00001 --pack vbo365 --tenant contso", exitUsage, "did you mean contoso?"},
		{"--as U0BEA00001 --pack vbo365 --credential secrt", exitUsage, "did you mean secret?"},
		{"--pack vbo365", exitUsage, "--as and --pack are needed"},
		{"--as U0BEA00001 --pack vbo365 more", exitUsage, `unexpected argument "more"`},
	} {
		args := []string{"explain", "--config", configured}
		for _, a := range strings.Fields(c.args) {
			args = append(args, strings.ReplaceAll(a, "|", " "))
		}
		code, out := called(t, args...)
		if code != c.code {
			t.Errorf("%s ended with %d, want %d:\n%s", c.args, code, c.code, out)
		}
		for text := range strings.SplitSeq(c.says, "|") {
			if !strings.Contains(out, text) {
				t.Errorf("%s says\n%s\nwithout %q", c.args, out, text)
			}
		}
	}
}

func TestTheTableOfExpectations(t *testing.T) {
	if code, out := called(t, "test", "--config", configured, "testdata/tests.yaml"); code != exitOK || out != "6 of 6 as expected\n" {
		t.Fatalf("ended with %d:\n%s", code, out)
	}
	good, err := os.ReadFile("testdata/tests.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(string(good), "expect: allowed", "expect: denied", 1)
	bad = strings.Replace(bad, "approvals: 2", "approvals: 3", 1)
	bad = strings.Replace(bad, "rule: no mail", "rule: no post", 1)
	code, out := called(t, "test", "--config", configured, write(t, bad))
	for _, text := range []string{"tests.yaml:2: everybody may ask for a backup: is allowed, and is expected to be denied",
		"tests.yaml:7: Bea may have a custom app: takes 2 approvals, and is expected to take 3",
		"tests.yaml:17: U0BEA00001 asks for custom: is not decided by the rule “no post”",
		"    denied: U0BEA00001 asks for custom in contoso",
		"3 of 6 as expected"} {
		if !strings.Contains(out, text) {
			t.Errorf("it does not say %q:\n%s", text, out)
		}
	}
	if code != exitDenied {
		t.Errorf("what is not as expected ended with %d", code)
	}
}

// write makes a table.
func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tests.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestMistakesInATable(t *testing.T) {
	for _, c := range []struct{ says, text string }{
		{"1: tests has no entry", ""},
		{"1: the table is a list", "- a"},
		{"1: tets is not a key that is known here", "tets: []"},
		{"1: tests is a single value, and has to be a list", "tests: x"},
		{"2: tests[0] is a single value", "tests:\n  - x"},
		{"2: tests[0].as is missing|2: tests[0].pack is missing|2: tests[0].expect is missing", "tests:\n  - says: x"},
		{"2: tests[0].pak is not a key that is known here|hint: did you mean pack?", "tests:\n  - pak: x"},
		{`2: tests[0].expect is "yes", and has to be allowed or denied`, "tests:\n  - expect: yes"},
		{`2: tests[0].lifetime is "30d", and is not a duration`, "tests:\n  - lifetime: 30d"},
		{`2: tests[0].approvals is "0", and has to be a number from 1 on`, "tests:\n  - approvals: 0"},
		{"3: tests[0].as is given twice", "tests:\n  - as: U1\n    as: U2"},
		{"2: tests[0].groups is a mapping, and has to be one value", "tests:\n  - groups: {a: b}"},
		{"2: tests[0].groups is empty", "tests:\n  - groups: ['']"},
		{`2: everybody can't be asked: there is no pack "nothing"`, "tests:\n  - {says: everybody, as: U1, pack: nothing, expect: allowed}"},
	} {
		code, out := called(t, "test", "--config", configured, write(t, c.text))
		if code != exitUsage {
			t.Errorf("%s\nended with %d: %s", c.text, code, out)
		}
		for text := range strings.SplitSeq(c.says, "|") {
			if !strings.Contains(out, text) {
				t.Errorf("%s\nsays\n%s\nwithout %q", c.text, out, text)
			}
		}
	}
}

func TestOnlyMistakesOfThePolicyMatter(t *testing.T) {
	text, err := os.ReadFile(configured)
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, strings.Replace(string(text), "application Mail.*", "application Mal.*", 1))
	if code, out := called(t, "explain", "--config", file, "--as", "U1", "--pack", "vbo365"); code != exitUsage ||
		!strings.Contains(out, "covers no permission that is known here") || strings.Contains(out, "bot_token") {
		t.Errorf("a mistake in the rules: %d, %s", code, out)
	}
	if code, out := called(t, "explain", "--config", "nowhere.yaml", "--as", "U1", "--pack", "vbo365"); code != exitUsage {
		t.Errorf("no configuration: %d, %s", code, out)
	}
}

func FuzzTable(f *testing.F) {
	good, err := os.ReadFile("testdata/tests.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("tests: &a [*a]"))
	f.Add([]byte("tests:\n - &x {as: *x}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := readTests("f", text)
		if err == nil && len(all) == 0 {
			t.Error("nothing is expected, and nothing is wrong")
		}
		for _, e := range all {
			if err == nil && (e.as == "" || e.pack == "") {
				t.Errorf("taken without what is needed: %+v", e)
			}
		}
	})
}
