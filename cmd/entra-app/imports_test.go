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
