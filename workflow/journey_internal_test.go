package workflow

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

var update = flag.Bool("update", false, "write the tables of README.md again")

// A stop is a row of the journey: a file, by its path in the repository, and names in it.
type stop struct {
	file  string
	names []string
}

var (
	stopRow  = regexp.MustCompile("(?m)^\\| .* \\| \\[`([a-z/_]+\\.go)`\\]\\(([^)]*)\\) \\| (.*) \\|$")
	codeName = regexp.MustCompile("`([^`]+)`")
)

// stopsOfJourney are the stops that README.md names.
func stopsOfJourney(t *testing.T) []stop {
	t.Helper()
	_, section, _ := strings.Cut(readme(t), "\n## One request's journey\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var stops []stop
	for _, m := range stopRow.FindAllStringSubmatch(section, -1) {
		s := stop{file: m[1]}
		if to := path.Join("workflow", m[2]); to != s.file {
			t.Errorf("the journey links %s to %s", s.file, to)
		}
		for _, name := range codeName.FindAllStringSubmatch(m[3], -1) {
			s.names = append(s.names, name[1])
		}
		stops = append(stops, s)
	}
	return stops
}

// declared are the names of a file: functions, methods as Type.Method, variables and types.
func declared(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				of := d.Recv.List[0].Type
				if p, ok := of.(*ast.StarExpr); ok {
					of = p.X
				}
				name = of.(*ast.Ident).Name + "." + name
			}
			names = append(names, name)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}

func TestEveryStopOfTheJourneyIsInItsFile(t *testing.T) {
	stops := stopsOfJourney(t)
	if len(stops) < 15 {
		t.Fatalf("README.md has %d stops that can be read", len(stops))
	}
	for _, s := range stops {
		has := declared(t, path.Join("..", s.file))
		if len(s.names) == 0 {
			t.Errorf("the journey names nothing in %s", s.file)
		}
		for _, name := range s.names {
			if !slices.Contains(has, name) {
				t.Errorf("%s declares no %s", s.file, name)
			}
		}
	}
}

func TestTheTablesOfTheReadmeArePrintedFromTheCode(t *testing.T) {
	page := readme(t)
	want := between(t, between(t, page, "states", stateTable()), "kinds", kindTable())
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if page != want {
		t.Error("the tables of README.md are not those of the code: run go test ./workflow -run Readme -update")
	}
}

// between is page with what stands between the markers of that name replaced.
func between(t *testing.T, page, name, text string) string {
	t.Helper()
	begin, end := "<!-- "+name+": printed from the code -->\n", "<!-- end of "+name+" -->\n"
	before, rest, ok := strings.Cut(page, begin)
	_, after, too := strings.Cut(rest, end)
	if !ok || !too {
		t.Fatalf("README.md has no markers for %s", name)
	}
	return before + begin + text + end + after
}

func stateTable() string {
	var b strings.Builder
	b.WriteString("| state | on the card | can become | the app's name | the requester is told |\n|---|---|---|---|---|\n")
	for _, s := range States {
		moves := "–"
		for i, to := range states[s].moves {
			if i == 0 {
				moves = string(to)
			} else {
				moves += ", " + string(to)
			}
		}
		name, told := "held", ""
		if !s.HoldsName() {
			name = "free again"
		}
		if s.IsOutcome() {
			told = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s, s.Title(), moves, name, told)
	}
	return b.String()
}

// kindTable is about an app with a secret and all else that takes a step. An update of it
// gives it another role in Azure.
func kindTable() string {
	var b strings.Builder
	b.WriteString("| kind | asks | steps | *Undo* | steps of *Undo* |\n|---|---|---|---|---|\n")
	role := func(name string) []plan.AzureRole { return []plan.AzureRole{{ID: name, Name: name}} }
	plan := plan.Plan{Permissions: []plan.Permission{{Name: "User.Read.All"}}, DirectoryRoles: []plan.DirectoryRole{{Name: "Reader"}},
		AzureRoles: role("Contributor"), Subscriptions: []string{"S"}, Scopes: []plan.Scope{{Name: "access"}},
		Credential: plan.Credential{Kind: plan.CredentialSecret}}
	for _, k := range []Kind{KindRegister, KindRenew, KindUpdate, KindAdopt, KindRetire, KindRecreate} {
		r := &Request{Kind: k, Plan: plan, Task: TaskProvision}
		if k == KindUpdate {
			r.Previous = plan
			r.Previous.AzureRoles = role("Owner")
		}
		provision := stepsFor(r, TaskProvision)
		undo, undoSteps := "–", "–"
		if kinds[k].undoable != nil {
			r.Task, r.Steps = TaskUndo, newSteps(provision)
			for i := range r.Steps {
				r.Steps[i].Tries = 1 // what was never tried has nothing to remove
			}
			undo, undoSteps = fmt.Sprintf(kinds[k].undo.does, "APP"), stepTitles(r, stepsFor(r, TaskUndo))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", k, fmt.Sprintf(kinds[k].say.wish, "APP"), stepTitles(r, provision), undo, undoSteps)
	}
	return b.String()
}

func stepTitles(r *Request, names []StepName) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = r.StepTitle(n)
	}
	return strings.Join(all, " → ")
}

// readme is the page of this package.
func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
