// Package packfile reads the products that an app can be asked for.
//
// A pack is one YAML file: what a product needs in one version, and why. It is
// checked as a whole: every mistake is reported at once, each with its file, its
// line and what to write instead, because the person who writes a pack is an
// operator with an editor, not a programmer with a debugger. Whatever is asked for
// is looked up in the catalogue of permissions; a pack can raise the risk that is
// shown there, never lower it.
//
// Several versions of a pack may stand side by side. The newest is the one that is
// offered; the others are there to be compared with. Operators add packs of their
// own in a directory.
//
// pack.schema.json says the same as the tables of keys in file.go, for editors. A
// test keeps the two together.
package packfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/spell"
)

// Schema returns the JSON Schema of packs, for editors.
func Schema() []byte { return slices.Clone(pack.Schema) }

// order is the one that the form offers packs in; those of operators stand
// before the last.
var order = []string{"vbo365", "vb365-backup", "vb365-restore", "vb365-restore-portal", "vb365-archiver", "vbazure", "custom"}

// maxSize is the greatest size of a pack.
const maxSize = 1 << 20

// A Library is every version of every pack.
type Library struct{ all []edition } // as the form offers them, the newest of a name first

// An edition is one version of a pack, and where it is from.
type edition struct {
	pack.Product
	file    string
	version place // in the file
	own     bool  // the operator's
}

// All returns the embedded products that are offered.
func All() ([]pack.Product, error) { return Load("") }

// Load returns the products that are offered: the embedded ones, and those in
// the directory called dir, if it is not empty.
func Load(dir string) ([]pack.Product, error) {
	l, err := Open(dir)
	return l.Offered(), err
}

// Open reads the embedded packs, and those in the directory called dir, if it
// is not empty. The error is document.Problems, of all files at once, unless the directory
// can't be read.
func Open(dir string) (Library, error) {
	var l Library
	wrong, err := l.read(pack.Files, ".", false)
	if err != nil {
		return Library{}, err
	}
	if dir != "" {
		more, err := l.read(os.DirFS(dir), dir, true)
		if err != nil {
			return Library{}, fmt.Errorf("packs: the directory %s can't be read: %s\nhint: name one that exists; a relative name "+
				"starts at the working directory", dir, document.Reason(err))
		}
		wrong = append(wrong, more...)
	}
	if wrong = append(wrong, l.same()...); len(wrong) > 0 {
		return Library{}, wrong
	}
	slices.SortStableFunc(l.all, func(a, b edition) int {
		if a.Name == b.Name {
			return compare(b.Version, a.Version)
		}
		if d := rank(a.Name) - rank(b.Name); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return l, nil
}

// rank is where a name stands in the form.
func rank(name string) int {
	i := slices.Index(order, name)
	switch {
	case i < 0:
		return len(order) - 1
	case i == len(order)-1:
		return len(order)
	}
	return i
}

// read reads every pack in a directory.
func (l *Library) read(in fs.FS, dir string, own bool) (document.Problems, error) {
	entries, err := fs.ReadDir(in, ".")
	if err != nil {
		return nil, err
	}
	var wrong document.Problems
	for _, e := range entries {
		file := filepath.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		switch ext := filepath.Ext(e.Name()); {
		case ext == ".yml" && own:
			wrong = append(wrong, ofPack.Problem(file, "would be left out, because it ends in .yml",
				"call the file "+strings.TrimSuffix(e.Name(), ".yml")+".yaml"))
			continue
		case ext != ".yaml":
			continue
		}
		b, err := readFile(in, e.Name())
		if err != nil {
			wrong = append(wrong, ofPack.Problem(file, "can't be read: "+document.Reason(err), ""))
			continue
		}
		p, at, err := parse(file, b)
		if problems, ok := errors.AsType[document.Problems](err); ok {
			wrong = append(wrong, problems...)
			continue
		}
		l.all = append(l.all, edition{p, file, at, own})
	}
	return wrong, nil
}

// readOwn returns what is in a file of an operator's.
func readOwn(name string) ([]byte, error) {
	return readFile(os.DirFS(filepath.Dir(name)), filepath.Base(name))
}

// readFile returns what is in a file of a reasonable size. Anything but a file
// is refused: a pipe would be waited for, and a device never ends.
func readFile(in fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(in, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a file")
	case info.Size() > maxSize:
		return nil, fmt.Errorf("it is larger than %d bytes", maxSize)
	}
	f, err := in.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSize))
}

// same reports a version of a pack that is there twice.
func (l *Library) same() document.Problems {
	var wrong document.Problems
	for i, e := range l.all {
		for _, first := range l.all[:i] {
			if first.Name != e.Name || compare(first.Version, e.Version) != 0 {
				continue
			}
			where := first.file
			if !first.own {
				where = "built in"
			}
			wrong = append(wrong, document.Problem{
				File: e.file, Line: e.version.line, Key: e.version.at,
				Text: fmt.Sprintf("is %s, and there is a pack %s %s already (%s)", e.Version, e.Name, first.Version, where),
				Hint: fmt.Sprintf("give it another version, such as %s.1, or another name; the newest version of a name is offered",
					e.Version),
			})
		}
	}
	return wrong
}

// Offered returns the newest version of each pack, as the form offers them.
func (l Library) Offered() []pack.Product {
	var out []pack.Product
	for i, e := range l.all {
		if i == 0 || l.all[i-1].Name != e.Name {
			out = append(out, e.Product)
		}
	}
	return out
}

// Versions returns the versions of a pack, the newest first.
func (l Library) Versions(name string) []string {
	var out []string
	for _, e := range l.all {
		if e.Name == name {
			out = append(out, e.Version)
		}
	}
	return out
}

// Find returns a version of a pack; without a version, the one that is offered.
// The error says what there is instead.
func (l Library) Find(name, version string) (pack.Product, error) {
	var known []string
	for _, e := range l.all {
		if e.Name == name && (version == "" || compare(e.Version, version) == 0) {
			return e.Product, nil
		}
		if !slices.Contains(known, e.Name) {
			known = append(known, e.Name)
		}
	}
	if versions := l.Versions(name); len(versions) > 0 {
		return pack.Product{}, fmt.Errorf("there is no version %s of %s\nhint: there are %s", quote(version), name,
			strings.Join(versions, ", "))
	}
	if near := spell.Nearest(name, known); near != "" {
		return pack.Product{}, fmt.Errorf("there is no pack %s\nhint: did you mean %s?", quote(name), near)
	}
	return pack.Product{}, fmt.Errorf("there is no pack %s\nhint: these are known: %s", quote(name), strings.Join(known, ", "))
}

// compare orders versions by their numbers: 8.5 before 8.10, and 8 as 8.0.
func compare(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		m, n := 0, 0
		if i < len(x) {
			m, _ = strconv.Atoi(x[i])
		}
		if i < len(y) {
			n, _ = strconv.Atoi(y[i])
		}
		if m != n {
			return m - n
		}
	}
	return 0
}
