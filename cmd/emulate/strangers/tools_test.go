package strangers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// missing skips a test, or fails it in CI.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// wanted is the directory with the clients for Node. Without it nobody wants to wait for strangers.
func wanted(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ENTRA_APP_STRANGERS")
	if dir == "" {
		missing(t, "ENTRA_APP_STRANGERS names no directory with the clients for Node; doc.go says how to install them")
	}
	return dir
}

// modules is where the clients for Node are.
func modules(t *testing.T) string {
	t.Helper()
	dir := wanted(t)
	path := filepath.Join(dir, "node_modules")
	if _, err := os.Stat(path); err != nil {
		missing(t, "the clients for Node are not installed: %v", err)
	}
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "install Node.js 20 or later")
	}
	return path
}

// A program is a stranger's that runs.
type program struct {
	*exec.Cmd
	name   string
	mu     sync.Mutex
	out    bytes.Buffer
	wrote  chan struct{} // has something when there was output
	exited chan struct{}
	err    error
}

func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.Write(b)
	select {
	case p.wrote <- struct{}{}:
	default:
	}
	return len(b), nil
}

// said is all that it has written so far.
func (p *program) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// start starts a program that is killed at the end of the test. It has a home of its own, and sees no proxy.
func start(t *testing.T, env []string, name string, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 4*time.Minute)
	cmd := exec.CommandContext(ctx, name, args...)
	p := &program{Cmd: cmd, name: filepath.Base(name), wrote: make(chan struct{}, 1), exited: make(chan struct{})}
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home(t), "LANG=C.UTF-8", "NO_COLOR=1"}, env...)
	cmd.Stdout, cmd.Stderr = p, p
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.err = cmd.Wait(); close(p.exited) }()
	t.Cleanup(func() {
		cancel()
		<-p.exited
		if t.Failed() {
			t.Logf("%s said:\n%s", p.name, p.said())
		}
	})
	return p
}

var homes sync.Map

// home is one directory for all programs of a test: some keep their sign-in there.
func home(t *testing.T) string {
	name, _, _ := strings.Cut(t.Name(), "/")
	dir, _ := homes.LoadOrStore(name, sync.OnceValue(func() string {
		dir, err := os.MkdirTemp("", "strangers-")
		if err != nil {
			panic(err)
		}
		return dir
	}))
	path := dir.(func() string)()
	t.Cleanup(func() {
		if t.Name() == name {
			os.RemoveAll(path)
		}
	})
	return path
}

// waits waits until what the program said holds a text, and returns what stands on that line behind it. The end of
// the program is the end of its last line.
func (p *program) waits(t *testing.T, text string) string {
	t.Helper()
	patience := time.After(time.Minute)
	for ended := false; ; {
		if _, after, found := strings.Cut(p.said(), text); found {
			if line, _, whole := strings.Cut(after, "\n"); whole || ended {
				return strings.TrimSpace(line)
			}
		} else if ended {
			t.Fatalf("%s ended (%v) and has not said %q:\n%s", p.name, p.err, text, p.said())
		}
		select {
		case <-p.wrote:
		case <-p.exited: // and all of its output is here
			ended = true
		case <-patience:
			t.Fatalf("%s has not said %q in a minute:\n%s", p.name, text, p.said())
		}
	}
}

// ends waits for the end of a program that has to succeed, and returns what it said.
func (p *program) ends(t *testing.T) string {
	t.Helper()
	<-p.exited
	if p.err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(p.Args, " "), p.err, p.said())
	}
	return p.said()
}

// node starts one of the scripts of testdata.
func node(t *testing.T, script string, env ...string) *program {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", script))
	if err != nil {
		t.Fatal(err)
	}
	return start(t, append([]string{"NODE_PATH=" + modules(t)}, env...), "node", path)
}

// same compares what was left behind with what was expected, as text.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s: %s, want %s", what, g, w)
	}
}

func contextOf(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), d)
}

func TestTheEndOfAProgramIsTheEndOfItsLine(t *testing.T) {
	same(t, "the code", start(t, nil, "sh", "-c", "printf 'the CODE is 17'").waits(t, "CODE is"), "17")
}

func TestTheLockFileIsGoodEverywhere(t *testing.T) {
	var wants struct{ Dependencies map[string]string }
	var has struct {
		Packages map[string]struct{ Version, Resolved string }
	}
	for file, into := range map[string]any{"package.json": &wants, "package-lock.json": &has} {
		data, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	for name, version := range wants.Dependencies {
		same(t, name, has.Packages["node_modules/"+name].Version, version)
	}
	for name, p := range has.Packages {
		if p.Resolved != "" {
			t.Errorf("%s comes from one registry; make the file with npm install --omit-lockfile-registry-resolved", name)
		}
	}
}
