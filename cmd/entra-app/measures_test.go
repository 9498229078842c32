package main

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A measure counts something of which less is better. Each finding names its place.
type measure struct {
	what  string
	bound int // may be lowered; it is raised only with a feature, within what the design allows
	count func(goFile) []string
}

// A goFile is one file of Go.
type goFile struct {
	path string // relative to the module, with slashes
	text string
	fset *token.FileSet
	file *ast.File
}

func (s goFile) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// at is where something stands.
func (s goFile) at(p token.Pos) string {
	line := s.fset.Position(p).Line
	return s.path + ":" + strconv.Itoa(line)
}

// measures are the project's. Sizes are for readers: a tab is four columns.
var measures = []measure{
	{"tests on kinds, tasks and kinds of credential outside their rooms", 7, kindTests},
	{"exported names of package workflow", 300, exportedNames},
	{"methods of Request", 58, requestMethods},
	{"functions of package workflow over a Request", 165, requestFunctions},
	{"lines over 140 columns, data in raw strings aside", 0, longLines},
	{"files over 400 lines", 0, longFiles},
	{"names of tests over 60 letters", 0, longTestNames},
	{"functions over cyclomatic complexity 20", 2, complexFunctions},
}

func TestTheProjectKeepsItsMeasures(t *testing.T) {
	found := make([][]string, len(measures))
	files := goFiles(t, "../..")
	if kindType = kindNames(files); len(kindType) < 15 {
		t.Fatalf("the kinds, tasks and kinds of credential are %v", kindType)
	}
	for _, s := range files {
		for i, m := range measures {
			found[i] = append(found[i], m.count(s)...)
		}
	}
	for i, m := range measures {
		n := len(found[i])
		t.Logf("%4d of at most %4d: %s", n, m.bound, m.what)
		if n > m.bound {
			t.Errorf("%d %s, and at most %d are allowed:\n\t%s", n, m.what, m.bound, strings.Join(found[i], "\n\t"))
		}
	}
}

// goFiles parses every file of Go under root.
func goFiles(t *testing.T, root string) []goFile {
	t.Helper()
	var all []goFile
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		s := goFile{path: filepath.ToSlash(name), text: string(text), fset: token.NewFileSet()}
		s.file, err = parser.ParseFile(s.fset, path, text, parser.SkipObjectResolution)
		all = append(all, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// kindType is the type of each constant of a kind, a task or a kind of credential.
var kindType map[string]string

// kindNames are these constants, as they are declared.
func kindNames(files []goFile) map[string]string {
	names := map[string]string{}
	for _, s := range files {
		if dir := filepath.ToSlash(filepath.Dir(s.path)); s.isTest() || dir != "workflow" && dir != "workflow/plan" {
			continue
		}
		for _, d := range s.file.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				value := spec.(*ast.ValueSpec)
				of, ok := value.Type.(*ast.Ident)
				if !ok || of.Name != "Kind" && of.Name != "Task" && of.Name != "CredentialKind" {
					continue
				}
				for _, id := range value.Names {
					names[id.Name] = of.Name
				}
			}
		}
	}
	return names
}

// kindTests finds comparisons with a kind, and cases of one.
func kindTests(s goFile) (found []string) {
	base := filepath.Base(s.path)
	if s.isTest() || strings.HasPrefix(base, "kind") {
		return nil
	}
	isKind := func(e ast.Expr) bool {
		if sel, ok := e.(*ast.SelectorExpr); ok {
			e = sel.Sel
		}
		id, ok := e.(*ast.Ident)
		of := ""
		if ok {
			of = kindType[id.Name]
		}
		return of != "" && (of == "CredentialKind" || !strings.HasPrefix(base, "task")) // a task may ask for its kind
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && (isKind(n.X) || isKind(n.Y)) {
				found = append(found, s.at(n.Pos()))
			}
		case *ast.CaseClause:
			if slices.ContainsFunc(n.List, isKind) {
				found = append(found, s.at(n.Pos()))
			}
		}
		return true
	})
	return found
}

// exportedNames are those of workflow itself: declarations, methods aside.
func exportedNames(s goFile) (found []string) {
	if s.isTest() || filepath.ToSlash(filepath.Dir(s.path)) != "workflow" {
		return nil
	}
	add := func(id *ast.Ident) {
		if id.IsExported() {
			found = append(found, s.at(id.Pos())+" "+id.Name)
		}
	}
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						add(id)
					}
				}
			}
		}
	}
	return found
}

func requestMethods(s goFile) (found []string) {
	if s.isTest() || filepath.ToSlash(filepath.Dir(s.path)) != "workflow" {
		return nil
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv == nil {
			continue
		}
		of := f.Recv.List[0].Type
		if star, ok := of.(*ast.StarExpr); ok {
			of = star.X
		}
		if id, ok := of.(*ast.Ident); ok && id.Name == "Request" {
			found = append(found, s.at(f.Pos())+" "+f.Name.Name)
		}
	}
	return found
}

// requestFunctions are those whose first parameter is a *Request: they could be methods.
func requestFunctions(s goFile) (found []string) {
	if s.isTest() || filepath.ToSlash(filepath.Dir(s.path)) != "workflow" {
		return nil
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || len(f.Type.Params.List) == 0 {
			continue
		}
		star, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
		if !ok {
			continue
		}
		if id, ok := star.X.(*ast.Ident); ok && id.Name == "Request" {
			found = append(found, s.at(f.Pos())+" "+f.Name.Name)
		}
	}
	return found
}

// longLines leaves out what a raw string has in it: samples of JSON, scripts, schemas.
func longLines(s goFile) (found []string) {
	raw := map[int]bool{}
	var sc scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile(s.path, -1, len(s.text))
	sc.Init(file, []byte(s.text), nil, 0)
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.STRING && lit[0] == '`' {
			first := file.Line(pos)
			for line := first; line <= first+strings.Count(lit, "\n"); line++ {
				raw[line] = true
			}
		}
	}
	for i, line := range strings.Split(s.text, "\n") {
		if len([]rune(strings.ReplaceAll(line, "\t", "    "))) > 140 && !raw[i+1] {
			found = append(found, s.path+":"+strconv.Itoa(i+1))
		}
	}
	return found
}

func longFiles(s goFile) []string {
	if n := strings.Count(s.text, "\n"); n > 400 {
		return []string{s.path + " has " + strconv.Itoa(n)}
	}
	return nil
}

// longTestNames are those of more than 60 letters after Test.
func longTestNames(s goFile) (found []string) {
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && s.isTest() && strings.HasPrefix(f.Name.Name, "Test") && len(f.Name.Name) > len("Test")+60 {
			found = append(found, s.at(f.Pos())+" "+f.Name.Name)
		}
	}
	return found
}

// complexFunctions counts as McCabe did: one, and one for every branch.
func complexFunctions(s goFile) (found []string) {
	if s.isTest() {
		return nil
	}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		n := 1
		ast.Inspect(f, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
				n++
			case *ast.CaseClause:
				if node.List != nil {
					n++
				}
			case *ast.CommClause:
				if node.Comm != nil {
					n++
				}
			case *ast.BinaryExpr:
				if node.Op == token.LAND || node.Op == token.LOR {
					n++
				}
			}
			return true
		})
		if n > 20 {
			found = append(found, s.at(f.Pos())+" "+f.Name.Name+" has "+strconv.Itoa(n))
		}
	}
	return found
}
