package audit

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// proofOf prints the proofs of a request, and the public key.
func (d *desk) proofOf(id string) (file, vkey string) {
	d.t.Helper()
	text, _ := d.runs(exitOK, "prove", id)
	vkey, _ = d.runs(exitOK, "key")
	return d.file(id+".txt", text), strings.TrimSpace(vkey)
}

func TestProofsOfARequestAreCheckedWithoutTheStore(t *testing.T) {
	d, other := with(t, "a", "b", "c"), with(t, "a")
	file, vkey := d.proofOf("EA-2")
	if err := os.Remove(d.path("entra-app.db")); err != nil {
		t.Fatal(err)
	}
	out, _ := d.runs(exitOK, "check", file, "--key", vkey)
	has(t, out, "proved: entry 3 of 7: ", "EA-2 asked register b UBEA asked for it", "proved: entry 4 of 7: ", "approved")
	_, foreign := other.proofOf("EA-1")
	out, _ = d.runs(exitFailed, "check", file, "--key", foreign)
	has(t, out, "NOT PROVED: entry 3: it is not signed with the log's key")
	out, _ = d.runs(exitOK, "check", file, "--key", foreign, "--key", vkey)
	has(t, out, "proved: entry 3 of 7")
	_, errs := d.runs(exitUsage, "check", file)
	has(t, errs, "give the public key of the log with --key")

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "index 3\n", "index 4\n", 1)
	out, _ = d.runs(exitFailed, "check", d.file("changed.txt", changed), "--key", vkey)
	has(t, out, "NOT PROVED: entry 4: the entry is not in the log of this head", "proved: entry 4 of 7")
}

func TestWhatTheLogDoesNotHaveIsNotProved(t *testing.T) {
	d := with(t, "a")
	_, errs := d.runs(exitUsage, "prove", "EA-9")
	has(t, errs, `the log has no entry about "EA-9"`, "hint:")
	d.forged(func(f forger) { f.remove(1) })
	_, errs = d.runs(exitFailed, "prove", "EA-1")
	has(t, errs, "entry 1 is not what was written, so nothing can be proved", "entra-app audit verify")
}

// TestTheProgramOfThePageChecksAProof runs what the README shows, with nothing of this repository.
func TestTheProgramOfThePageChecksAProof(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	program := regexp.MustCompile("(?s)```go\n(.*?)```").FindSubmatch(page)
	if program == nil {
		t.Fatal("the page has no program")
	}
	version, err := exec.Command("go", "list", "-m", "golang.org/x/mod").Output()
	if err != nil {
		t.Fatal(err)
	}
	has(t, string(page), strings.Join(strings.Fields(string(version)), "@"))
	sums, err := os.ReadFile("../../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	d := with(t, "a", "b", "c", "d", "e")
	file, vkey := d.proofOf("EA-4")
	dir := t.TempDir()
	for name, text := range map[string]string{"main.go": string(program[1]), "go.sum": string(sums),
		"go.mod": "module proof\n\ngo 1.26\n\nrequire " + strings.TrimSpace(string(version)) + "\n"} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", "proof", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(dir+"/proof", file, vkey).CombinedOutput()
	if err != nil || strings.Count(string(out), `proved: {"v":1,"request":"EA-4"`) != 2 {
		t.Errorf("%v\n%s", err, out)
	}
	text, _ := os.ReadFile(file)
	wrong := d.file("wrong.txt", strings.Replace(string(text), "index 7\n", "index 8\n", 1))
	if out, err := exec.Command(dir+"/proof", wrong, vkey).CombinedOutput(); err == nil || !strings.Contains(string(out), "NOT PROVED") {
		t.Errorf("a wrong proof: %v\n%s", err, out)
	}
}
