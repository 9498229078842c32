package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// perform runs the program, and fails if the temporary directory is still there.
func perform(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var out, errs bytes.Buffer
	code = run(ctx, args, &out, &errs)
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("it leaves %v behind", left)
	}
	return code, out.String(), errs.String()
}

func TestPlay(t *testing.T) {
	for _, c := range []struct{ app, says string }{
		{defaultApp, "it has kept its App ID"},
		{"payroll-graph503", "waiting for Entra"},
		{"payroll-noconsent", "the app is gone from the tenant"},
		{"payroll-toomany", "ALARM"},
	} {
		t.Run(c.app, func(t *testing.T) {
			code, out, errs := perform(t, "-play", "-app", c.app)
			if code != 0 || !strings.Contains(out, c.says) || !strings.Contains(out, "Every step was checked.") {
				t.Fatalf("exit %d, want 0 and %q\n%s%s", code, c.says, out, errs)
			}
			// Secrets of Entra have 40 characters, three and 8Q~ before the rest.
			if secret := regexp.MustCompile(`\S{3}8Q~\S{20,}`).FindString(out + errs); secret != "" {
				t.Error("a secret was printed")
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-help"}, 0, "payroll-noconsent"},
		{[]string{"-nonsense"}, 2, "-nonsense"},
		{[]string{"nonsense"}, 2, `what is "nonsense"?`},
		{[]string{"-app", "x"}, 2, "-play"},
		{[]string{"-listen", "256.0.0.1:1"}, 1, "-listen"},
	} {
		code, out, errs := perform(t, c.args...)
		if code != c.code || !strings.Contains(out+errs, c.says) {
			t.Errorf("%v: exit %d, want %d and %q\n%s%s", c.args, code, c.code, c.says, out, errs)
		}
	}
}

// Ctrl-C ends the demo cleanly.
func TestInterrupt(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var errs bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, nil, w, &errs)
		w.Close()
	}()
	banner := make([]byte, 1<<16)
	n, err := r.Read(banner)
	if err != nil || !strings.Contains(string(banner[:n]), "http://127.0.0.1:") {
		t.Fatalf("the banner is %q, %v", banner[:n], err)
	}
	cancel()
	if got := <-code; got != 0 {
		t.Errorf("exit %d\n%s", got, errs.String())
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "*")); len(left) > 0 {
		t.Errorf("it leaves %v behind", left)
	}
}
