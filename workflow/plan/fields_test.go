package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// told are the fields that only tell people something about what another field identifies: the
// change list goes by that one.
var told = map[string]string{
	"Permissions.Resource": "ResourceAppID", "Permissions.Words": "Name", "Permissions.Why": "Name", "Permissions.Risk": "Name",
	"DirectoryRoles.Name": "TemplateID", "DirectoryRoles.Why": "TemplateID",
	"AzureRoles.Why": "ID", "AzureRoles.Name": "ID, of a built-in one",
	"Owners.Name": "ID", "Owners.Email": "ID: people are resolved again", "Owners.Outside": "ID", "Owners.Confirmed": "ID",
	"Workloads": "Chosen", "Chosen-": "Workloads: it was not kept once",
	"Credential.Certificate.DER": "Fingerprint", "Credential.Certificate.Subject": "Fingerprint",
	"Credential.Certificate.Key":        "Fingerprint",
	"Credential.Certificate.Thumbprint": "Fingerprint", "Credential.Certificate.NotBefore": "Fingerprint",
	"Credential.Certificate.NotAfter": "Fingerprint",
}

func TestEachFieldOfAPlanIsSeenInItsDigestAndChanges(t *testing.T) {
	seen := map[string]bool{}
	var empty []string
	for _, p := range workflowtest.FullPlans() {
		empty = append(empty, workflowtest.EachField(p, func(path string, q plan.Plan) {
			seen[path] = true
			if p.Digest() == q.Digest() {
				t.Errorf("%s: the digest is the same", path)
			}
			changes := plan.Changes(p, q)
			if identifies := told[path]; len(changes) == 0 && identifies == "" {
				t.Errorf("%s: no change is listed", path)
			}
			for i, c := range changes {
				if slices.Contains(changes[i+1:], plan.Change{Added: !c.Added, What: c.What, Name: c.Name}) {
					t.Errorf("%s: people can't tell what changes: %+v", path, changes)
				}
			}
		})...)
	}
	for _, path := range empty {
		if !seen[path] && !strings.HasPrefix(path, "Credential.") {
			t.Errorf("%s is empty: fill it in where the plans are", path)
		}
	}
	for path := range told {
		if !seen[path] {
			t.Errorf("there is no field %s any more", path)
		}
	}
}
