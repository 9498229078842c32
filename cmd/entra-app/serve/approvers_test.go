package serve

import (
	"strings"
	"testing"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow"
)

func TestEveryPackThatNobodyCouldGetIsNamedAtOnce(t *testing.T) {
	one := []workflow.Approver{{Slack: "U0ADA00001", Entra: "ada@contoso.com"}}
	err := enoughApprovers(
		[]workflow.Product{{Name: "easy"}, {Name: "grave", Approvals: 2}, {Name: "graver", Approvals: 3}},
		[]config.Tenant{{Name: "contoso", Approvers: one}, {Name: "fabrikam", Approvers: append(one, one...)}})
	if err == nil {
		t.Fatal("the start goes on")
	}
	for _, text := range []string{"grave asks for 2 approvals, and the tenant contoso has 1 approver", "graver asks for 3 approvals, and the tenant contoso",
		"graver asks for 3 approvals, and the tenant fabrikam has 2 approvers"} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("it does not say %q:\n%v", text, err)
		}
	}
	if strings.Contains(err.Error(), "easy") || strings.Contains(err.Error(), "grave asks for 2 approvals, and the tenant fabrikam") {
		t.Errorf("it names one that has enough:\n%v", err)
	}
}
