package workflow_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/workflowtest"
)

// payroll is a product of an earlier pack.
func payroll(t *testing.T) pack.Product {
	send, err := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "Mail.Send", "sends the slips")
	if err != nil {
		t.Fatal(err)
	}
	return pack.Product{Name: "payroll", Audience: "AzureADMyOrg", RedirectURIs: []string{"https://payroll.contoso.com"},
		Workloads:   []pack.Workload{{Name: "mail", Title: "Mail"}, {Name: "sites", Title: "Sites"}},
		Permissions: []pack.Need{{Permission: send, Workloads: []string{"mail"}}}, Credentials: workflowtest.Vbo().Credentials}
}

// madeOf is a request that has made an app of a product, with what it suggests.
func madeOf(p pack.Product, uris ...string) *workflow.Request {
	r := &workflow.Request{Kind: workflow.KindRegister, State: workflow.StateDone, Product: p.Name,
		Plan: p.Plan(pack.Choice{Workloads: []string{"mail"}, Credential: plan.CredentialSecret})}
	r.Made.AppID = "x"
	r.Plan.RedirectURIs = uris
	return r
}

func TestAllThatANewerPackNeedsIsMissing(t *testing.T) {
	old := payroll(t)
	users, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Application, "User.Read.All", "finds people")
	read, _ := pack.Needed(catalog.MicrosoftGraph, catalog.Delegated, "User.Read", "shows who it is")
	for _, c := range []struct {
		name string
		edit func(p *pack.Product)
		want string
	}{
		{"nothing", func(*pack.Product) {}, ""},
		{"a permission", func(p *pack.Product) {
			p.Permissions = append(p.Permissions, pack.Need{Permission: users, Workloads: []string{"mail"}})
		}, "Microsoft Graph User.Read.All (application)"},
		{"one of another workload", func(p *pack.Product) {
			p.Permissions = append(p.Permissions, pack.Need{Permission: users, Workloads: []string{"sites"}})
		}, ""},
		{"a directory role", func(p *pack.Product) {
			p.DirectoryRoles = []pack.RoleNeed{{DirectoryRole: plan.DirectoryRole{TemplateID: plan.GlobalReader, Name: "Global Reader"}}}
		}, "Global Reader"},
		{"a redirect URI", func(p *pack.Product) {
			p.RedirectURIs = append(p.RedirectURIs, "https://two.contoso.com")
		}, "redirect URI https://two.contoso.com (web)"},
		{"a scope", func(p *pack.Product) { p.Scopes = []plan.Scope{{Name: "access"}} }, "exposed scope access (users may consent)"},
		{"a role in Azure", func(p *pack.Product) { p.AzureRoles = []pack.AzureNeed{{AzureRole: workflowtest.Contributor}} },
			"role in Azure Contributor"},
		{"public client flows", func(p *pack.Product) {
			p.PublicClientFlows, p.Permissions = true, append(p.Permissions, pack.Need{Permission: read})
		}, "Microsoft Graph User.Read (delegated), public client flows"},
		{"who can sign in", func(p *pack.Product) { p.Audience = "AzureADMultipleOrgs" }, "who can sign in: AzureADMultipleOrgs"},
		{"more approvals are nothing that the app has", func(p *pack.Product) { p.Approvals = 2 }, ""},
		{"another title", func(p *pack.Product) {
			p.Workloads = []pack.Workload{{Name: "mail", Title: "E-mail"}, {Name: "sites", Title: "Sites"}}
			p.Permissions = append(p.Permissions, pack.Need{Permission: users, Workloads: []string{"mail"}})
		}, "Microsoft Graph User.Read.All (application)"},
	} {
		for _, titlesOnly := range []bool{false, true} {
			p := payroll(t)
			c.edit(&p)
			w := workflowtest.New(t)
			d := workflow.NewDesk(workflow.DeskConfig{Store: w.Store, Tenants: []workflow.Tenant{workflowtest.Contoso},
				Products: []pack.Product{p},
				Policy:   w.Policy, Key: w.Key,
				Log: workflowtest.Quiet})
			r := madeOf(old, "https://payroll.contoso.com")
			if titlesOnly { // as requests of before names were kept
				r.Plan.Chosen = nil
			}
			if got := strings.Join(d.Missing(r), ", "); got != c.want {
				t.Errorf("%s (titles only: %v): missing is %q, want %q", c.name, titlesOnly, got, c.want)
			}
		}
	}
}

func TestAddressesOfOnesOwnAreNotMissed(t *testing.T) {
	p := payroll(t)
	for _, c := range []struct{ has, want []string }{
		{[]string{"https://payroll.contoso.com"}, nil},
		{[]string{"https://own.contoso.com"}, nil},
		{[]string{"https://own.contoso.com", "https://payroll.contoso.com"}, nil},
		{nil, []string{"https://payroll.contoso.com"}},
	} {
		if got := p.NewRedirects(madeOf(p, c.has...).Plan); !slices.Equal(got, c.want) {
			t.Errorf("an app with %v lacks %v", c.has, got)
		}
	}
}
