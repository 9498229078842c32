package bot

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestTheCardSaysHowAPlanLeadsToControl(t *testing.T) {
	w := newWorld(t)
	given := func(r *workflow.Request, names ...string) {
		for _, name := range names {
			p, ok := plan.Known(catalog.MicrosoftGraph, catalog.Application, name)
			if !ok {
				t.Fatalf("no %s", name)
			}
			r.Plan.Permissions = append(r.Plan.Permissions, p)
		}
	}
	r := w.request(t, "takeover", "inventory", func(r *workflow.Request) {
		given(r, "Directory.Read.All", "RoleManagement.ReadWrite.Directory",
			"RoleAssignmentSchedule.ReadWrite.Directory")
		r.Plan.AzureRoles = []plan.AzureRole{{Name: "Disks", Actions: []string{"Microsoft.Authorization/*"}}}
	})
	_, blocks := w.bot.card(r)
	text := asText(t, blocks)
	const how = "RoleManagement.ReadWrite.Directory, RoleAssignmentSchedule.ReadWrite.Directory"
	for _, must := range []string{"How it leads to Global Administrator", how,
		": It gives itself, or an account of its choice, Global Admin",
		": It makes itself Owner, and acts as a managed identity"} {
		if n := strings.Count(text, must); n != 1 {
			t.Errorf("the card has %q %d times: %s", must, n, text)
		}
	}
	if strings.Contains(text, "https://posts.specterops.io") {
		t.Error("the card has the pages, which are for Details")
	}
	details := asText(t, w.bot.say().planBlocks(r, inDetails))
	for _, must := range []string{"It assigns every directory role.", "https://posts.specterops.io", how} {
		if !strings.Contains(details, must) {
			t.Errorf("Details lack %q", must)
		}
	}

	r = w.request(t, "harmless", "inventory", func(r *workflow.Request) { given(r, "Directory.Read.All") })
	if _, blocks := w.bot.card(r); strings.Contains(asText(t, blocks), "leads to") {
		t.Error("the card of an app that only reads says how it leads to Global Administrator")
	}
}
