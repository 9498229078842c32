package serve

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/pack"
)

// A tenant with too few approvers for a pack keeps no other tenant from it.
func TestAPackIsAStartErrorOnlyWhereNobodyCouldGetIt(t *testing.T) {
	one := []workflow.Approver{{Slack: "U0ADA00001", Entra: "ada@contoso.com"}}
	tenants := []config.Tenant{{Name: "contoso", Approvers: one}, {Name: "fabrikam", Approvers: append(one, one...)}}
	some, err := enoughApprovers([]pack.Product{{Name: "easy"}, {Name: "grave", Approvals: 2}}, tenants)
	if err != nil || strings.Join(some, "\n") != "the pack grave asks for 2 approvals, and the tenant contoso has 1 approver" {
		t.Errorf("one of two tenants lacks approvers: %q, %v", some, err)
	}
	_, err = enoughApprovers([]pack.Product{{Name: "easy"}, {Name: "grave", Approvals: 3}, {Name: "graver", Approvals: 4}}, tenants)
	if err == nil {
		t.Fatal("the start goes on")
	}
	for _, text := range []string{"grave asks for 3 approvals, and the tenant contoso has 1 approver",
		"grave asks for 3 approvals, and the tenant fabrikam has 2 approvers",
		"graver asks for 4 approvals, and the tenant contoso", "graver asks for 4 approvals, and the tenant fabrikam"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("it does not say %q:\n%v", text, err)
		}
	}
	if strings.Contains(err.Error(), "easy") {
		t.Errorf("it names one that anybody can get:\n%v", err)
	}
}
