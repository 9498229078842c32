package manifest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

var update = flag.Bool("update", false, "write the golden files again")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and look at what changed. Got:\n%s", file, got)
	}
}

func needed(t testing.TB, resource string, typ catalog.Type, name, why string) plan.Permission {
	t.Helper()
	p, err := pack.Needed(resource, typ, name, why)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func leaf(t testing.TB) certificate.Certificate {
	t.Helper()
	b, err := os.ReadFile("../certificate/testdata/leaf.pem")
	if err != nil {
		t.Fatal(err)
	}
	c, err := certificate.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	tenant  = "7d1f2b3c-0000-4000-8000-00000000000a"
	subA    = "7d1f2b3c-0000-4000-8000-00000000000b"
	subB    = "7d1f2b3c-0000-4000-8000-00000000000c"
	client1 = "7d1f2b3c-0000-4000-8000-00000000000d"
)

// rich is a plan that has some of everything.
func rich(t testing.TB) plan.Plan {
	return plan.Plan{
		TenantID: tenant, AppName: "Müller's backup", Audience: "AzureADMyOrg",
		RedirectURIs:       []string{"https://backup.example.com/cb?x=@1", "https://localhost"},
		SPARedirectURIs:    []string{"https://backup.example.com:4443"},
		PublicRedirectURIs: []string{"http://localhost"}, PublicClientFlows: true,
		Permissions: []plan.Permission{
			needed(t, catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All", "Finds users and groups."),
			needed(t, catalog.MicrosoftGraph, catalog.Delegated, "User.Read", "Lets people sign in."),
			needed(t, catalog.MicrosoftGraph, catalog.Delegated, "Group.Read.All", ""),
			needed(t, catalog.ExchangeOnline, catalog.Application, "full_access_as_app", "Reads mailboxes."),
			needed(t, catalog.SharePointOnline, catalog.Delegated, "AllSites.Read", "Reads sites."),
			{Resource: "The app itself", ResourceAppID: plan.Self, Name: "access_as_user", Type: catalog.Delegated,
				Words: "Use the backup as the signed-in person.", Why: "The portal calls its own interface.", Risk: catalog.Medium},
		},
		Scopes: []plan.Scope{
			{Name: "access_as_user", Title: "Use the backup", Words: "Use the backup as the signed-in person.",
				PreAuthorized: []string{client1}},
			{Name: "restore.all", AdminsOnly: true, Title: "Restore", Words: "Restore what anybody lost.", UserTitle: "Restore yours",
				UserWords: "Restore what you lost."},
		},
		AppRoles: []plan.AppRole{
			{Name: "Restore.Run", Title: "Restore operators", Words: "Restore for others.", Users: true, Apps: true},
			{Name: "Audit", Title: "Auditors", Words: "Read what was restored.", Users: true},
		},
		OptionalClaims: []plan.OptionalClaim{{Token: "idToken", Name: "email", Essential: true},
			{Token: "accessToken", Name: "groups", Properties: []string{"sam_account_name"}},
			{Token: "accessToken", Name: "extension_x", Source: "user"}},
		IdentifierURIs: []string{"api://{appId}/restore", "api://" + tenant + "/backup"},
		DirectoryRoles: []plan.DirectoryRole{{TemplateID: "f2ef992c-3afb-46b9-b7cf-a126ee74c451", Name: "Global Reader",
			Why: "Reads settings."}},
		AzureRoles: []plan.AzureRole{
			{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c", Name: "Contributor", Why: "Makes workers."},
			{Name: "Snapshots", Why: "Takes snapshots.", Actions: []string{"Microsoft.Compute/snapshots/*"},
				DataActions: []string{"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"}},
		},
		Subscriptions: []string{subA, subB},
		Owners:        []people.Person{{ID: "U1", Name: "Bea", Email: "bea.o'hara@contoso.com"}},
		Credential:    plan.Credential{Kind: plan.CredentialCertificate, Certificate: leaf(t)},
	}
}

func withSecret(p plan.Plan) plan.Plan {
	p.Credential = plan.Credential{Kind: plan.CredentialSecret, Lifetime: 90 * 24 * time.Hour}
	return p
}
