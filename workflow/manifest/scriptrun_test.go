package manifest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Scripts are run with an az that only writes down what it is asked.

// stub is an az that writes down its arguments, each with a zero byte after it,
// and answers with what the queries of a script want.
const stub = `#!/bin/bash
printf '%s\0' az "$@" '' >>"$LOG"
case " $* " in
*" account show "*) printf '%s\n' "$TENANT" ;;
*" microsoftGraphResourceId "*|*".microsoftGraphResourceId "*) echo https://graph.example/ ;;
*".resourceManager "*) echo https://arm.example/ ;;
*" length(value) "*) echo 0 ;;
*" join("*) echo 11111111-1111-1111-1111-111111111111 22222222-2222-2222-2222-222222222222 ;;
*" secretText "*) echo s3cret ;;
*" --query "*) echo "$ID" ;;
esac
`

const stubID = "33333333-3333-3333-3333-333333333333"

// run runs a script in an empty directory, in which it finds az, and sleep and
// pwned, which write down that they were run. It returns the calls.
func run(t *testing.T, script string, env ...string) (calls [][]string, out string, err error) {
	t.Helper()
	dir := t.TempDir()
	bin, work := filepath.Join(dir, "bin"), filepath.Join(dir, "work")
	file, log := filepath.Join(dir, "script.sh"), filepath.Join(dir, "log")
	for _, d := range []string{bin, work} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tool := func(name, text string) {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tool("az", stub)
	for _, name := range []string{"pwned", "sleep"} {
		tool(name, "#!/bin/bash\nprintf '%s\\0' "+name+" \"$@\" '' >>\"$LOG\"\n")
	}
	for _, name := range []string{"date", "cat", "uuidgen"} {
		if tool, err := exec.LookPath(name); err == nil {
			os.Symlink(tool, filepath.Join(bin, name))
		}
	}
	tool("script", script)
	if err := os.Rename(filepath.Join(bin, "script"), file); err != nil {
		t.Fatal(err)
	}
	bash := shellOf(t)
	if out, err := exec.Command(bash, "-n", file).CombinedOutput(); err != nil {
		t.Fatalf("bash -n: %v\n%s\n%s", err, out, script)
	}
	c := exec.Command(bash, "--norc", file)
	if slices.Contains(env, "TTY=1") {
		tty, err := exec.LookPath("script")
		if err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal("install script(1), in Debian's bsdutils")
			}
			t.Skip("there is no script(1) to run this in a terminal with")
		}
		c = exec.Command(tty, "-qec", bash+" --norc "+file, "/dev/null")
	}
	c.Dir = work
	c.Env = append([]string{"PATH=" + bin, "LOG=" + log, "TENANT=" + tenant, "ID=" + stubID, "SHELL=" + bash}, env...)
	b, err := c.CombinedOutput()
	if left, _ := os.ReadDir(work); len(left) > 0 {
		t.Errorf("the script left %v", left)
	}
	logged, _ := os.ReadFile(log)
	var call []string
	for _, arg := range strings.Split(string(logged), "\x00") {
		if arg != "" {
			call = append(call, arg)
		} else if call != nil {
			calls, call = append(calls, call), nil
		}
	}
	return calls, string(b), err
}

func shellOf(t *testing.T) string {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no bash")
		}
		t.Skip("there is no bash")
	}
	return bash
}

// arg returns what stands after a flag.
func arg(call []string, flag string) string {
	if i := slices.Index(call, flag); i >= 0 && i+1 < len(call) {
		return call[i+1]
	}
	return ""
}

// shape is a call without the values of the plan.
func shape(call []string) string {
	call = slices.Clone(call)
	for i, a := range call {
		switch {
		case i > 0 && call[i-1] == "--body":
			call[i] = "{}"
		case i > 0 && call[i-1] == "--url":
			call[i], _, _ = strings.Cut(a, "?")
		}
	}
	return strings.Join(call, " ")
}
