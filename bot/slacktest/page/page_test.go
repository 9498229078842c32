package page

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// each calls f with every file that the page consists of.
func each(t *testing.T, f func(name, text string)) {
	t.Helper()
	names, err := fs.Glob(FS, "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("the page has no files: %v", err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(FS, name)
		if err != nil {
			t.Fatal(err)
		}
		f(name, string(b))
	}
}

// Whatever a file loads is one of the files: nothing comes from elsewhere.
func TestPageLoadsNothingFromTheNetwork(t *testing.T) {
	loads :=
		regexp.MustCompile(`(?:src|href)="([^"#]+)"|from '([^']+)'|import '([^']+)'|import\('([^']+)'\)|url\(["']?([^)"']+)|@import ["']([^"']+)`)
	each(t, func(name, text string) {
		for _, m := range loads.FindAllStringSubmatch(text, -1) {
			what := strings.Join(m[1:], "")
			file := strings.TrimPrefix(strings.TrimPrefix(what, "/page/"), "./")
			if _, err := fs.Stat(FS, file); err != nil {
				t.Errorf("%s loads %q, which is not a file of the page", name, what)
			}
		}
	})
}

// Data becomes nodes, so these have no business here.
func TestPageMakesNoHTMLFromData(t *testing.T) {
	bad := regexp.MustCompile(`\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|eval|new Function)\b|\son[a-z]+="`)
	each(t, func(name, text string) {
		if m := bad.FindString(text); m != "" {
			t.Errorf("%s has %s", name, m)
		}
	})
}

func TestModulesAreSmall(t *testing.T) {
	const most = 350
	each(t, func(name, text string) {
		if n := strings.Count(text, "\n"); strings.HasSuffix(name, ".js") && n > most {
			t.Errorf("%s has %d lines; %d are enough for one module", name, n, most)
		}
	})
}

// Every module is named in the package comment, which is the map of the page.
func TestPackageCommentNamesTheParts(t *testing.T) {
	src, err := fs.ReadFile(source, "page.go")
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(name, _ string) {
		if strings.HasSuffix(name, ".js") && !bytes.Contains(src, []byte(name)) {
			t.Errorf("the package comment does not say what %s is for", name)
		}
	})
}
