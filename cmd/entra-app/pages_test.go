package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
)

// root is the repository, as seen from here.
const root = "../.."

// pages are all Markdown files of the repository, by their paths in it.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case path.Ext(name) == ".md":
			text, err := os.ReadFile(filepath.Join(root, name))
			all[name] = string(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 8 {
		t.Fatalf("there are pages missing: %v", slices.Sorted(maps.Keys(all)))
	}
	return all
}

var (
	fenced   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	codeSpan = regexp.MustCompile("`[^`\n]*`")
	link     = regexp.MustCompile(`\[[^\]]*\]\(([^()\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	unspoken = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are those that GitHub gives the headings of a page.
func anchors(page string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		slug := strings.ReplaceAll(unspoken.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")
		for n, first := 1, slug; all[slug]; n++ {
			slug = fmt.Sprintf("%s-%d", first, n)
		}
		all[slug] = true
	}
	return all
}

// links are what the page called name leads to in the repository: paths in it, and anchors.
func links(name, page string) [][2]string {
	var all [][2]string
	text := codeSpan.ReplaceAllString(fenced.ReplaceAllString(page, ""), "")
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[1], "://") {
			continue
		}
		to, anchor, _ := strings.Cut(m[1], "#")
		if to = path.Join(path.Dir(name), to); strings.HasPrefix(m[1], "#") {
			to = name
		}
		all = append(all, [2]string{to, anchor})
	}
	return all
}

func TestEveryLinkOfAPageLeadsSomewhere(t *testing.T) {
	all := pages(t)
	count := 0
	for name, page := range all {
		for _, l := range links(name, page) {
			count++
			to, anchor := l[0], l[1]
			switch _, err := os.Stat(filepath.Join(root, to)); {
			case err != nil || strings.HasPrefix(to, ".."):
				t.Errorf("%s links to %s, which is not there", name, to)
			case anchor != "" && !anchors(all[to])[anchor]:
				t.Errorf("%s links to %s#%s, and %s has no such heading", name, to, anchor, to)
			}
		}
	}
	if count < 50 {
		t.Errorf("only %d links were found", count)
	}
}

func TestEveryPageIsReachedFromTheReadme(t *testing.T) {
	all := pages(t)
	reached := map[string]bool{"README.md": true}
	for next := []string{"README.md"}; len(next) > 0; next = next[1:] {
		for _, l := range links(next[0], all[next[0]]) {
			if _, page := all[l[0]]; page && !reached[l[0]] {
				reached[l[0]] = true
				next = append(next, l[0])
			}
		}
	}
	for name := range all {
		if !reached[name] {
			t.Errorf("no link leads from README.md to %s", name)
		}
	}
}

func TestTheReadmeStaysShort(t *testing.T) {
	readme := pages(t)["README.md"]
	if lines := strings.Count(readme, "\n"); lines > 160 || len(readme) > 12_000 {
		t.Errorf("it has %d lines and %d bytes: 160 and 12000 are allowed; other pages are for one reader each", lines, len(readme))
	}
}

var fileName = regexp.MustCompile("`([a-z0-9.][a-z0-9_.-]*/[a-z0-9_./-]+\\.[a-z]+)`")

// A file that a page names, as in `workflow/steps.go`, is there.
func TestTheFilesThatAPageNamesAreThere(t *testing.T) {
	count := 0
	for name, page := range pages(t) {
		for _, m := range fileName.FindAllStringSubmatch(page, -1) {
			count++
			if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
				t.Errorf("%s names %s, which is not there", name, m[1])
			}
		}
	}
	if count < 10 {
		t.Errorf("only %d files were found", count)
	}
}

var goCommand = regexp.MustCompile("go (?:run|test|build) [^`\n#|]+")

// Every go command on a page names packages that there are, and tests or benchmarks in them.
func TestTheCommandsOfAPageAreThere(t *testing.T) {
	count := 0
	for name, page := range pages(t) {
		for _, c := range goCommand.FindAllString(page, -1) {
			var dirs, wanted []string
			for i, words := 0, strings.Fields(c); i < len(words); i++ {
				switch w := strings.Trim(words[i], `'"`); {
				case strings.HasPrefix(w, "./"):
					dirs = append(dirs, strings.TrimSuffix(w, "/..."))
				case (words[i-min(i, 1)] == "-run" || words[i-min(i, 1)] == "-bench") && w != "^$" && w != ".":
					wanted = append(wanted, w)
				}
			}
			var code string
			for _, dir := range dirs {
				files := source(dir)
				if code += files; files == "" {
					t.Errorf("%s: %s: there is no Go file in %s", name, c, dir)
				}
			}
			for _, w := range wanted {
				count++
				if !regexp.MustCompile(`func (Test|Benchmark)\w*` + w).MatchString(code) {
					t.Errorf("%s: %s: there is no %s", name, c, w)
				}
			}
		}
	}
	if count < 8 {
		t.Errorf("only %d commands were found that name a test", count)
	}
}

// source is what the Go files of a directory hold.
func source(dir string) string {
	if dir == "." { // ./...
		return "package main"
	}
	var all strings.Builder
	files, _ := filepath.Glob(filepath.Join(root, dir, "*.go"))
	for _, f := range files {
		text, _ := os.ReadFile(f)
		all.Write(text)
	}
	return all.String()
}

// blocks are the blocks of code of a page in a language.
func blocks(page, language string) []string {
	var all []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestTheReadmesConfigurationLoads(t *testing.T) {
	all := blocks(pages(t)["README.md"], "yaml")
	if len(all) != 1 {
		t.Fatalf("there are %d", len(all))
	}
	file := filepath.Join(t.TempDir(), "entra-app.yaml")
	if err := os.WriteFile(file, []byte(all[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
	if _, err := config.Load(file, func(name string) (string, bool) { v, ok := tokens[name]; return v, ok }); err != nil {
		t.Error(err)
	}
}

// The first block is a whole pack, and each of the others is more of one.
func TestThePacksOfItsPageAreGood(t *testing.T) {
	all := blocks(pages(t)["workflow/pack/README.md"], "yaml")
	if len(all) < 3 {
		t.Fatalf("there are %d", len(all))
	}
	for i, text := range all {
		if i > 0 {
			text = all[0] + text
		}
		file := filepath.Join(t.TempDir(), "payroll.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out, stderr := call(t, "pack", "check", file); code != exitOK {
			t.Errorf("block %d: ended with %d: %s%s", i+1, code, stderr, out)
		}
	}
}

func TestTheOperatorsPageHasTheConfigurationTable(t *testing.T) {
	_, rest, _ := strings.Cut(pages(t)["cmd/entra-app/README.md"], "<!-- config:begin -->\n")
	table, _, ok := strings.Cut(rest, "<!-- config:end -->")
	if !ok || strings.TrimSpace(table) != strings.TrimSpace(config.Markdown()) {
		t.Error("cmd/entra-app/README.md differs from entra-app help config; put its output between the two comments")
	}
}
