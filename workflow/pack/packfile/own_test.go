package packfile

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/pack"
)

// directory is one with these files in it.
func directory(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOwnPacksStandBeforeCustomAndANewerVersionIsOffered(t *testing.T) {
	newer, err := pack.Files.ReadFile("vb365-backup.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := directory(t, map[string]string{
		"payroll.yaml":           good,
		"payroll-2.yaml":         strings.Replace(good, `"2.1"`, "2", 1),
		"vb365-backup-8.10.yaml": strings.Replace(string(newer), `"8.5"`, `"8.10"`, 1),
		"README.md":              "no pack",
		".hidden.yaml":           "no pack",
	})
	if err := os.Mkdir(filepath.Join(dir, "old"), 0o700); err != nil {
		t.Fatal(err)
	}
	offered, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range offered {
		got = append(got, p.Name+" "+p.Version)
	}
	want := []string{"vbo365 1", "vb365-backup 8.10", "vb365-restore 8.5", "vb365-restore-portal 8.5", "vb365-archiver 8.5", "vbazure 8",
		"payroll 2.1", "custom 1"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestWhatIsWrongWithOwnPacksIsNamedForAllFilesAtOnce(t *testing.T) {
	dir := directory(t, map[string]string{
		"a.yaml":            "name: a\ncolour: red",
		"b.yml":             good,
		"custom.yaml":       "# mine\nname: custom\n" + few,
		"payroll.yaml":      good,
		"payroll-2.1.yaml":  good,
		"vb365-backup.yaml": strings.Repeat("x", 10),
	})
	if err := os.Mkdir(filepath.Join(dir, "d.yaml"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Load(dir)
	if _, ok := errors.AsType[document.Problems](err); !ok {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"a.yaml:2: colour is not a key that is known here",
		"a.yaml:1: version is missing",
		"b.yml:1: the pack would be left out, because it ends in .yml\nhint: call the file b.yaml",
		"custom.yaml:3: version is 1, and there is a pack custom 1 already (built in)\nhint: give it another version, such as 1.1",
		"payroll.yaml:2: version is 2.1, and there is a pack payroll 2.1 already (" + filepath.Join(dir, "payroll-2.1.yaml") + ")",
		"vb365-backup.yaml:1: the pack is a single value",
		"d.yaml:1: the pack can't be read: it is not a file",
	} {
		if !strings.Contains(err.Error(), filepath.Join(dir, want)) {
			t.Errorf("want %s\ngot  %v", want, err)
		}
	}
	if _, err := Load(filepath.Join(dir, "none")); err == nil ||
		!strings.Contains(err.Error(), "none can't be read: no such file or directory\nhint: ") {
		t.Errorf("got %v", err)
	}
}

func TestAPackIsFoundByNameAndVersionOrSaidNotToBe(t *testing.T) {
	l := library(t)
	for asked, want := range map[[2]string]string{
		{"vb365-backup", ""}:      "",
		{"vb365-backup", "7.0"}:   "",
		{"vb365-backup", "9"}:     "there is no version \"9\" of vb365-backup\nhint: there are 8.5, 7",
		{"vb365-bakup", ""}:       "did you mean vb365-backup?",
		{"something", ""}:         "these are known: vbo365, vb365-backup,",
		{"something", "very.odd"}: "there is no pack \"something\"",
	} {
		_, err := l.Find(asked[0], asked[1])
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %s", asked, err, want)
		}
	}
}

func TestVersionsAreOrderedByTheirNumbers(t *testing.T) {
	in := []string{"8.10", "7", "8.5", "8", "10", "8.5.1"}
	slices.SortFunc(in, compare)
	if want := []string{"7", "8", "8.5", "8.5.1", "8.10", "10"}; !slices.Equal(in, want) || compare("8", "8.0") != 0 {
		t.Errorf("got %v", in)
	}
}
