package packfile_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/pack/packfile"
)

var update = flag.Bool("update", false, "write PRODUCTS.md again")

// joined is what stands between the two comments of PRODUCTS.md: a table of the
// products that are offered, and the guide of each.
func joined(t *testing.T) string {
	offered, err := packfile.All()
	if err != nil {
		t.Fatal(err)
	}
	var table, sections strings.Builder
	table.WriteString("| product | is for |\n|---|---|\n")
	for _, p := range offered {
		if p.Guide == "" {
			t.Errorf("%s has no guide", p.Name)
		}
		anchor := strings.ToLower(strings.NewReplacer(" ", "-", ",", "").Replace(p.Title))
		fmt.Fprintf(&table, "| `%s` | [%s](#%s) |\n", p.Name, p.Title, anchor)
		fmt.Fprintf(&sections, "\n## %s\n\n%s\n", p.Title, packfile.Guide(p))
	}
	return table.String() + sections.String()
}

func TestTheProductsPageIsJoinedFromTheGuides(t *testing.T) {
	const begin, end = "<!-- guides:begin -->\n", "<!-- guides:end -->"
	page, err := os.ReadFile("../PRODUCTS.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), begin)
	has, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("PRODUCTS.md has lost %s or %s", begin, end)
	}
	want := joined(t)
	if *update {
		if err := os.WriteFile("../PRODUCTS.md", []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		has = want
	}
	if has != want {
		t.Error("PRODUCTS.md differs from the guides of the packs; go test ./workflow/pack/packfile -update writes it again")
	}
}

func TestAGuideHasTheNextStepsInTheirPlace(t *testing.T) {
	steps := []string{"Enter {appId}, {tenantId} and {thumbprint} for {appName}.", "Over REST: POST /v8/<id>/code.",
		"Or in PowerShell: $x = Read-Host; Add-It -Id {appId}"}
	list := "1. Enter `<App ID>`, `<tenant ID>` and `<thumbprint>` for `<app name>`.\n2. Over REST: POST `/v8/<id>/code`.\n" +
		"3. Or in PowerShell:\n\n   ```powershell\n   $x = Read-Host\n   Add-It -Id <App ID>\n   ```"
	for guide, want := range map[string]string{
		"":                                  "",
		"Fill in.\n\n{nextSteps}\n\nRenew.": "Fill in.\n\n" + list + "\n\nRenew.",
		"Fill in.":                          "Fill in.\n\n**In the product:**\n\n" + list,
	} {
		if got := packfile.Guide(pack.Product{Guide: guide, NextSteps: steps}); got != want {
			t.Errorf("%q is\n%s\nand not\n%s", guide, got, want)
		}
	}
}

func TestAGuideKeepsItsLines(t *testing.T) {
	text, err := os.ReadFile("../vbo365.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(text), "guide:")
	p, err := packfile.Parse("vbo365.yaml", []byte(before+"guide: |\n  **Before.** Nothing.\n\n  {nextSteps}\n"))
	if want := "**Before.** Nothing.\n\n{nextSteps}"; err != nil || p.Guide != want {
		t.Errorf("%v: %q", err, p.Guide)
	}
}

// What the admin needs, and how much is asked for, is what the plans of a pack take.
func TestAGuideSaysWhatItsPlansTake(t *testing.T) {
	offered, err := packfile.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range offered {
		var takes string
		for _, o := range p.Credentials {
			choice := p.Choice()
			choice.Credential = o.Kind
			r := workflow.Request{Kind: workflow.KindRegister, Task: workflow.TaskProvision, Plan: p.Plan(choice)}
			if len(p.AzureRoles) > 0 {
				r.Plan.Subscriptions = []string{"72aa0d83-624a-4ebf-a683-1b9b45548610"}
			}
			takes += r.RolesWords()
		}
		for _, role := range []string{"Application Administrator", "Privileged Role Administrator", "User Access Administrator"} {
			needed := strings.Contains(takes, role) || p.Custom && role == "Privileged Role Administrator"
			if named := strings.Contains(p.Guide, role); named != needed {
				t.Errorf("%s: its guide names %s: %t; its plans take it: %t (%s)", p.Name, role, named, needed, takes)
			}
		}
	}
}

func TestTheGuidesCountWhatIsAskedFor(t *testing.T) {
	offered, err := packfile.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range offered {
		of := map[string]int{}
		for _, n := range p.Plan(p.Choice()).Permissions {
			of[n.Resource+" "+string(n.Type)]++
		}
		var says string
		switch p.Name {
		case "vb365-backup":
			number := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"}
			says = fmt.Sprintf("%s application permissions of Microsoft Graph, %s of Exchange Online and %s of SharePoint Online",
				number[of["Microsoft Graph Application"]],
				number[of["Office 365 Exchange Online Application"]], number[of["Office 365 SharePoint Online Application"]])
		case "vb365-restore":
			says = fmt.Sprintf("%d delegated permissions", len(p.Plan(p.Choice()).Permissions))
		}
		if !strings.Contains(p.Guide, says) {
			t.Errorf("the guide of %s does not say %q", p.Name, says)
		}
	}
}
