package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write THIRD_PARTY again")

// legal are the files of a module that have to go with what it is linked into.
var legal = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([._-].*)?$`)

// A linked module is one that the program has code of, as it is released: for Linux, without C.
type linked struct {
	name string   // with its version
	dirs []string // where its licences can be: its own directory, and those of the packages and above them
}

func linkedModules(t *testing.T) []*linked {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-f",
		"{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}", module+"/cmd/entra-app")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	all := []*linked{{"Go's standard library", []string{strings.TrimSpace(string(root))}}}
	byName := make(map[string]*linked)
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 3 {
			continue
		}
		if byName[f[0]] == nil {
			byName[f[0]] = &linked{name: f[0]}
			all = append(all, byName[f[0]])
		}
		for dir := f[2]; strings.HasPrefix(dir, f[1]); dir = filepath.Dir(dir) {
			if m := byName[f[0]]; !slices.Contains(m.dirs, dir) {
				m.dirs = append(m.dirs, dir)
			}
		}
	}
	slices.SortFunc(all[1:], func(a, b *linked) int { return strings.Compare(a.name, b.name) })
	for _, m := range all {
		slices.Sort(m.dirs)
	}
	return all
}

// thirdParty is every licence and notice once, under the names of those whose it is.
func thirdParty(t *testing.T) string {
	t.Helper()
	var texts []string
	whose := make(map[string][]string)
	add := func(text, name string) {
		text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
		if whose[text] == nil {
			texts = append(texts, text)
		}
		if !slices.Contains(whose[text], name) {
			whose[text] = append(whose[text], name)
		}
	}
	for _, m := range linkedModules(t) {
		found := false
		for _, dir := range m.dirs {
			files, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if f.IsDir() || !legal.MatchString(f.Name()) || strings.HasSuffix(f.Name(), ".go") {
					continue
				}
				text, err := os.ReadFile(filepath.Join(dir, f.Name()))
				if err != nil {
					t.Fatal(err)
				}
				found = true
				add(string(text), m.name)
			}
		}
		if !found {
			t.Errorf("%s says nowhere under which licence it is: leave it out, or find out", m.name)
		}
	}
	data, err := os.ReadFile("../../workflow/catalog/LICENSE.microsoft-info")
	if err != nil {
		t.Fatal(err)
	}
	add(string(data), "The list of permissions, from github.com/merill/microsoft-info")
	var b strings.Builder
	b.WriteString("What others wrote and entra-app has in it, with their licences and notices.\nMade by: go test ./cmd/entra-app -run " +
		"ThirdParty -update\n")
	for _, text := range texts {
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(whose[text], "\n"), strings.Repeat("-", 80), text)
	}
	return b.String()
}

func TestThirdPartyHasTheLicenceOfAllThatIsLinked(t *testing.T) {
	want := thirdParty(t)
	if *update {
		if err := os.WriteFile("THIRD_PARTY", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("THIRD_PARTY")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("THIRD_PARTY is not what is linked now; run with -update and look at what changed")
	}
}

func TestTheImageHasTheLicencesAndKnowsItsVersion(t *testing.T) {
	image, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"COPY LICENSE cmd/entra-app/THIRD_PARTY /", "ARG VERSION=", "-X main.release=$VERSION",
		"org.opencontainers.image.version=$VERSION"} {
		if !strings.Contains(string(image), line) {
			t.Errorf("Dockerfile has no %q", line)
		}
	}
}

func TestTheVersionIsSaid(t *testing.T) {
	was := release
	defer func() { release = was }()
	for given, want := range map[string]string{"v1.2.3": "entra-app v1.2.3", "": "entra-app (devel)"} {
		release = given
		if got := version(); got != want && (given != "" || !strings.HasPrefix(got, "entra-app ")) {
			t.Errorf("with %q it is %q, want %q", given, got, want)
		}
	}
}
