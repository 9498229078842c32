package manifest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestPowerShellTakesEveryValueAsItIs(t *testing.T) {
	for value, want := range map[string]string{
		"":                      `''`,
		"plain":                 `'plain'`,
		"it's":                  `'it''s'`,
		"''":                    `''''''`,
		"$(x) `n \"$y\" #":      "'$(x) `n \"$y\" #'",
		"a\nb":                  "'a\nb'",
		"a\rb":                  `('a' + [char]0x000D + 'b')`,
		"\u2018; x; \u2019":     `('' + [char]0x2018 + '; x; ' + [char]0x2019)`,
		"\u201a\u201b":          `('' + [char]0x201A + [char]0x201B)`,
		"a\u201cb\u201dc\u201e": `('a' + [char]0x201C + 'b' + [char]0x201D + 'c' + [char]0x201E)`,
		"Ñ":                     `('' + [char]0x00D1)`,
		"\U0001f600":            `('' + [char]0xD83D + [char]0xDE00)`,
		"\x00\x1b\u202e":        `('' + [char]0x0000 + [char]0x001B + [char]0x202E)`,
		"a\u2013b\u00a0c\u2028": `('a' + [char]0x2013 + 'b' + [char]0x00A0 + 'c' + [char]0x2028)`,
	} {
		if got := psQuote(value); got != want {
			t.Errorf("%q is %s, want %s", value, got, want)
		}
	}
	if got, want := psText(text{variable("a"), lit("'b"), variable("c")}), `('' + $a + '''b' + $c)`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// tokens reads a script as PowerShell does, as far as it is written here, and
// returns all that is not a string or a comment.
func tokens(script string) string {
	var b strings.Builder
	for i := 0; i < len(script); i++ {
		switch c := script[i]; c {
		case '\'':
			for i++; i < len(script) && (script[i] != '\'' || i+1 < len(script) && script[i+1] == '\''); i++ {
				if script[i] == '\'' {
					i++
				}
			}
			b.WriteString("''")
		case '#':
			for i < len(script) && script[i] != '\n' {
				i++
			}
			b.WriteByte('\n')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func TestNoValueChangesWhatAPowerShellScriptDoes(t *testing.T) {
	want := tokens(write(t, federated(allHostile(t, "x"), "x"), PowerShell))
	if strings.Contains(want, "pwned") || !strings.Contains(want, "Send-Graph") {
		t.Fatal("the tokens are no use")
	}
	for _, s := range hostile {
		if got := tokens(write(t, federated(allHostile(t, s), s), PowerShell)); got != want {
			t.Errorf("%q changes the script to\n%s", s, got)
		}
	}
}

// Debian has no PowerShell, so CI has none either: this is skipped wherever pwsh is not installed. What the tokens of
// the scripts are is tried above without it, and their grammar in cmd/emulate/strangers.
func TestPowerShellItselfReadsTheScripts(t *testing.T) {
	pwsh, err := exec.LookPath("pwsh")
	if err != nil {
		t.Skip("there is no pwsh")
	}
	for _, s := range append(hostile, "x") {
		file := filepath.Join(t.TempDir(), "script.ps1")
		if err := os.WriteFile(file, []byte(write(t, allHostile(t, s), PowerShell)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(pwsh, "-NoProfile", "-Command",
			`$e = $null; [void][System.Management.Automation.Language.Parser]::ParseFile('`+file+
				`', [ref]$null, [ref]$e); $e | Out-String; exit $e.Count`).CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v\n%s", s, err, out)
		}
	}
}
