package main

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/entra-app/entra-app"

// deps are the packages that a package links, itself included.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

func TestWorkflowLinksNothingButTheStandardLibrary(t *testing.T) {
	for _, d := range deps(t, module+"/workflow") {
		if first, _, _ := strings.Cut(d, "/"); strings.Contains(first, ".") && !strings.HasPrefix(d, module+"/workflow") {
			t.Errorf("workflow links %s", d)
		}
	}
}

func TestTheProgramLinksNoEmulatorAndNoTesting(t *testing.T) {
	for _, d := range deps(t, module+"/cmd/entra-app") {
		if d == "text/template" {
			t.Error("cmd/entra-app links text/template, which keeps every method of every type: eight megabytes")
		}
		if d == "testing" || strings.HasSuffix(d, "/slacktest") || strings.HasSuffix(d, "/entratest") ||
			strings.HasSuffix(d, "/storetest") {
			t.Errorf("cmd/entra-app links %s", d)
		}
	}
}

func TestTheThreeSidesDoNotKnowEachOther(t *testing.T) {
	sides := []string{"bot", "graphops", "store"}
	for _, side := range sides {
		for _, d := range deps(t, module+"/"+side) {
			for _, other := range sides {
				if other != side && strings.HasPrefix(d, module+"/"+other) {
					t.Errorf("%s links %s", side, d)
				}
			}
		}
	}
}

// arrows are what the packages of the core import of each other. What stands without
// any is a leaf.
var arrows = map[string]string{
	"audit":         "",
	"azurescope":    "set text",
	"catalog":       "text",
	"certificate":   "",
	"cloud":         "",
	"document":      "",
	"form":          "azurescope catalog certificate cloud pack people plan set text",
	"identity":      "",
	"manifest":      "azurescope catalog certificate cloud form plan",
	"pack":          "catalog plan set",
	"pack/packfile": "catalog document form pack plan spell",
	"people":        "",
	"plan":          "azurescope catalog certificate people set text",
	"policy":        "catalog plan text",
	"seal":          "",
	"set":           "",
	"spell":         "",
	"text":          "",
	"whole":         "catalog plan set text",
}

func TestTheRoomsOfTheCoreImportOnlyWhatIsDrawn(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/workflow/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		room := strings.TrimPrefix(words[0], module+"/workflow/")
		if room == words[0] || strings.HasSuffix(room, "test") { // the core itself, which may import them all, and its kit
			continue
		}
		var imports []string
		for _, path := range words[1:] {
			if of := strings.TrimPrefix(path, module+"/"); of != path {
				imports = append(imports, strings.TrimPrefix(of, "workflow/"))
			}
		}
		if got, want := strings.Join(imports, " "), arrows[room]; got != want {
			t.Errorf("workflow/%s imports %q, and %q is drawn: is the new arrow meant?", room, got, want)
		}
		seen++
	}
	if seen != len(arrows) {
		t.Errorf("there are %d rooms, and %d are drawn", seen, len(arrows))
	}
}
