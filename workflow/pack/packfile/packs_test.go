package packfile

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

func library(t *testing.T) Library {
	t.Helper()
	l, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func find(t *testing.T, name, version string) pack.Product {
	t.Helper()
	p, err := library(t).Find(name, version)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A profile is one of the vendor's tables of permissions.
type profile struct {
	DirectoryRoles []struct{ DisplayName, TemplateID string }
	Settings       struct {
		SignInAudience         string
		IsFallbackPublicClient bool
		PublicClient           struct{ RedirectUris []string }
	}
	Permissions []struct {
		ResourceAppID, Name, Type, Note string
		Workloads                       []string
	}
}

func profiles(t *testing.T) map[string]profile {
	t.Helper()
	b, err := os.ReadFile("testdata/veeam-profiles.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]profile
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

var workloadOf = map[string]string{"EX": "exchange", "SP": "sharepoint", "TM": "teams"}

// wanted is what the vendor's table has for some workloads, in release 7 or now.
func (p profile) wanted(workloads []string, seven bool) []string {
	var out []string
	for _, q := range p.Permissions {
		if seven && (q.Note == "v8" || q.Note == "8.5 manual") {
			continue
		}
		if slices.ContainsFunc(q.Workloads, func(w string) bool { return slices.Contains(workloads, workloadOf[w]) }) {
			out = append(out, q.ResourceAppID+" "+q.Type+" "+q.Name)
		}
	}
	slices.Sort(out)
	return out
}

func planned(p plan.Plan) []string {
	var out []string
	for _, q := range p.Permissions {
		out = append(out, q.ResourceAppID+" "+string(q.Type)+" "+q.Name)
	}
	slices.Sort(out)
	return out
}

func TestEachChoiceOfWorkloadsHasExactlyTheVendorsPermissions(t *testing.T) {
	vendor := profiles(t)
	choices := [][]string{{"exchange"}, {"sharepoint"}, {"teams"}, {"exchange", "sharepoint"}, {"exchange", "teams"},
		{"sharepoint", "teams"}, {"exchange", "sharepoint", "teams"}}
	for _, c := range []struct {
		name, version, profile string
		with                   plan.CredentialKind
	}{
		{"vb365-backup", "8.5", "vb365-backup", plan.CredentialCertificate},
		{"vb365-backup", "7", "vb365-backup", plan.CredentialCertificate},
		{"vb365-restore", "8.5", "vb365-restore-device-code", plan.CredentialNone},
		{"vb365-restore", "7", "vb365-restore-device-code", plan.CredentialNone},
		{"vb365-restore", "8.5", "vb365-restore-certificate", plan.CredentialCertificate},
		{"vb365-restore", "7", "vb365-restore-certificate", plan.CredentialCertificate},
	} {
		p := find(t, c.name, c.version)
		for _, workloads := range choices {
			plan := p.Plan(pack.Choice{Workloads: workloads, Credential: c.with})
			got, want := planned(plan), vendor[c.profile].wanted(workloads, c.version == "7")
			if !slices.Equal(got, want) || len(want) == 0 {
				t.Errorf("%s %s with %s for %v\nhas   %v\nwants %v", c.name, c.version, c.with, workloads, got, want)
			}
		}
	}
}

func TestTheBackupAppHasFourteenPermissionsAndGlobalReader(t *testing.T) {
	vendor := profiles(t)["vb365-backup"].DirectoryRoles[0]
	for version, permissions := range map[string]int{"8.5": 14, "7": 9} {
		p := find(t, "vb365-backup", version)
		all := p.Plan(p.Choice())
		if len(all.Permissions) != permissions || len(all.Resources()) != 3 {
			t.Errorf("%s has %d permissions on %d resources", version, len(all.Permissions), len(all.Resources()))
		}
		if len(all.DirectoryRoles) != 1 || all.DirectoryRoles[0].TemplateID != vendor.TemplateID ||
			all.DirectoryRoles[0].Name != vendor.DisplayName {
			t.Errorf("%s has the roles %+v", version, all.DirectoryRoles)
		}
		without := p.Plan(pack.Choice{Workloads: []string{"sharepoint", "teams"}, Credential: plan.CredentialCertificate})
		if len(without.DirectoryRoles) != 0 {
			t.Errorf("%s without Exchange has the roles %+v", version, without.DirectoryRoles)
		}
		if len(p.Credentials) != 1 || p.Credentials[0].Kind != plan.CredentialCertificate {
			t.Errorf("%s offers %+v, and the product takes certificates only", version, p.Credentials)
		}
	}
}

func TestRestoreByDeviceCodeIsAPublicClient(t *testing.T) {
	for _, version := range []string{"8.5", "7"} {
		p := find(t, "vb365-restore", version)
		vendor := profiles(t)["vb365-restore-device-code"].Settings
		needs := p.Plan(p.Choice())
		if p.Platform != plan.PublicClient || !slices.Equal(p.RedirectURIs, vendor.PublicClient.RedirectUris) ||
			needs.PublicClientFlows != vendor.IsFallbackPublicClient {
			t.Errorf("%s: %s %v, flows %v", version, p.Platform, p.RedirectURIs, needs.PublicClientFlows)
		}
		if len(needs.Of(catalog.Application)) != 0 || needs.Credential.Kind != plan.CredentialNone {
			t.Errorf("%s without a credential has application permissions", version)
		}
		alone := p.Plan(pack.Choice{Workloads: []string{"teams"}, Credential: plan.CredentialCertificate})
		if len(alone.Of(catalog.Delegated)) != 0 || alone.PublicClientFlows {
			t.Errorf("%s with a certificate has delegated permissions, or flows that need none", version)
		}
	}
}

func TestTheRestorePortalMaySpeakToItself(t *testing.T) {
	p := find(t, "vb365-restore-portal", "")
	vendor := profiles(t)["vb365-restore-portal"]
	needs := p.Plan(p.Choice())
	if p.Audience != vendor.Settings.SignInAudience || p.Platform != plan.SPA || !needs.PublicClientFlows || len(p.RedirectURIs) != 0 {
		t.Errorf("got %+v", p)
	}
	want := []string{catalog.MicrosoftGraph + " Delegated User.Read", plan.Self + " Delegated access_as_user"}
	if got := planned(needs); !slices.Equal(got, want) {
		t.Errorf("has %v", got)
	}
	if s := needs.Scopes; len(s) != 1 || s[0].Name != "access_as_user" || !s[0].AdminsOnly {
		t.Errorf("exposes %+v", needs.Scopes)
	}
	if self := needs.Permissions[0]; self.Risk != catalog.Low || self.Words != needs.Scopes[0].Words ||
		self.Resource != "This application" {
		t.Errorf("got %+v", self)
	}
}

func TestAzureRolesAreTheBuiltInOnesOrTheVendorsActions(t *testing.T) {
	b, err := os.ReadFile("testdata/veeam-azure-roles.json")
	if err != nil {
		t.Fatal(err)
	}
	var vendor map[string]json.RawMessage
	if err := json.Unmarshal(b, &vendor); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		role    string
		builtin []string
	}{
		"vbazure": {"veeam-backup-for-azure-service-account", []string{"Contributor b24988ac-6180-42a0-ab88-20f7382dd24c",
			"Key Vault Crypto User 12338af0-0e69-4776-bea7-57ae8d297424",
			"Storage Queue Data Contributor 974c5e8b-45b9-4653-ba55-5f855dd0fb88"}},
		"vb365-archiver": {"vb365-azure-archiver-appliance",
			[]string{"Contributor b24988ac-6180-42a0-ab88-20f7382dd24c", "Key Vault Crypto Officer 14b46e9e-c2b7-41b4-b07b-48a6ebf60603"}},
	} {
		var want struct{ Actions, DataActions []string }
		if err := json.Unmarshal(vendor[c.role], &want); err != nil {
			t.Fatal(err)
		}
		p := find(t, name, "")
		var got []string
		for _, r := range p.Plan(p.Choice()).AzureRoles {
			got = append(got, r.Name+" "+r.ID)
		}
		if !slices.Equal(got, c.builtin) || !p.OneWorkload {
			t.Errorf("%s begins with %v", name, got)
		}
		minimal := p.Plan(pack.Choice{Workloads: []string{"minimal"}, Credential: plan.CredentialSecret}).AzureRoles
		if len(minimal) != 1 || minimal[0].ID != "" || !slices.Equal(minimal[0].Actions, want.Actions) ||
			!slices.Equal(minimal[0].DataActions, want.DataActions) {
			t.Errorf("%s: the minimal role differs from the vendor's", name)
		}
		if _, ok := p.Offer(plan.CredentialCertificate); !ok || p.Credentials[0].Kind != plan.CredentialSecret {
			t.Errorf("%s offers %+v", name, p.Credentials)
		}
	}
}

func TestTheOldProductIsAsItWas(t *testing.T) {
	p := find(t, "vbo365", "")
	needs := p.Plan(p.Choice())
	want := []string{catalog.MicrosoftGraph + " Application Directory.Read.All", catalog.MicrosoftGraph + " Application Group.Read.All",
		catalog.MicrosoftGraph + " Delegated User.Read"}
	if got := planned(needs); !slices.Equal(got, want) {
		t.Errorf("has %v", got)
	}
	offer, _ := p.Offer(plan.CredentialSecret)
	if p.Audience != "AzureADMyOrg" || p.Platform != plan.Web || !slices.Equal(p.RedirectURIs, []string{"https://localhost"}) ||
		plan.LifetimeWords(offer.Max) != "24 months" || needs.PublicClientFlows {
		t.Errorf("got %+v", p)
	}
}

func TestPacksAreOfferedInOrderAndOldVersionsAreNot(t *testing.T) {
	l := library(t)
	var got []string
	for _, p := range l.Offered() {
		got = append(got, p.Name)
		if slices.Contains([]string{"7"}, p.Version) {
			t.Errorf("%s is offered in version %s", p.Name, p.Version)
		}
	}
	if !slices.Equal(got, order) {
		t.Errorf("offered are %v, want %v", got, order)
	}
	if got := l.Versions("vb365-backup"); !slices.Equal(got, []string{"8.5", "7"}) {
		t.Errorf("versions are %v", got)
	}
}

func TestEveryNeedSaysWhyInOneSentence(t *testing.T) {
	for _, e := range library(t).all {
		sentence := func(what, why string) {
			if !strings.HasSuffix(why, ".") || strings.Contains(why, ". ") {
				t.Errorf("%s: %s: %q", e.file, what, why)
			}
		}
		for _, n := range e.Permissions {
			sentence(n.Name, n.Why)
		}
		for _, n := range e.DirectoryRoles {
			sentence(n.Name, n.Why)
		}
		for _, n := range e.AzureRoles {
			sentence(n.Name, n.Why)
		}
	}
}

// Source: services.md, section 9: release 8 has three roles, and earlier ones had two. A
// request that was kept with the choice builtin means those two, as it did.
func TestWhatWasChosenOfAzuresRolesBeforeMeansWhatItMeant(t *testing.T) {
	p := find(t, "vbazure", "")
	was := plan.Plan{Chosen: []string{"builtin"}, Workloads: []string{"Two built-in roles, Contributor and Key Vault Crypto Officer"},
		AzureRoles: []plan.AzureRole{{ID: azureRoles["Contributor"], Name: "Contributor"},
			{ID: azureRoles["Key Vault Crypto Officer"], Name: "Key Vault Crypto Officer"}}}
	for _, needs := range []plan.Plan{was, {Workloads: was.Workloads, AzureRoles: was.AzureRoles}} { // the oldest have titles only
		chosen := p.Chosen(needs)
		if !slices.Equal(chosen, []string{"builtin"}) {
			t.Errorf("%+v: chosen is %q", needs, chosen)
		}
		var roles []string
		for _, r := range p.Plan(pack.Choice{Workloads: chosen, Credential: plan.CredentialSecret}).AzureRoles {
			roles = append(roles, r.Name)
		}
		if !slices.Equal(roles, []string{"Contributor", "Key Vault Crypto Officer"}) {
			t.Errorf("it means %q", roles)
		}
	}
}

// Source: services.md, section 9: 8.6 has no table that was found, KB4820 has four
// permissions, and a page about upgrades lists another.
func TestAPackSaysFromWhichPageAndDayItsTableIs(t *testing.T) {
	for _, e := range library(t).all {
		if _, known := map[string]bool{"custom": true}[e.Name]; !known && (e.Source == "" || !pageDate.MatchString(e.Checked)) {
			t.Errorf("%s is from %q of %q", e.file, e.Source, e.Checked)
		}
	}
	for name, says := range map[string][]string{
		"vb365-backup": {"8.6", "KB4820",
			"User.Read.All, MailboxItem.ImportExport.All, MailboxItem.Read.All and MailboxFolder.ReadWrite.All",
			"ChannelMember.ReadWrite.All"},
		"vbazure": {"Key Vault Crypto User", "Key Vault Crypto Officer"},
	} {
		for _, words := range says {
			if note := find(t, name, "").Note; !strings.Contains(note, words) {
				t.Errorf("%s does not say %q: %s", name, words, note)
			}
		}
	}
	plan := find(t, "vb365-backup", "").Plan(pack.Choice{Workloads: []string{"exchange"}, Credential: plan.CredentialCertificate})
	for _, want := range []string{"User.Read.All", "MailboxItem.ImportExport.All", "MailboxItem.Read.All", "MailboxFolder.ReadWrite.All"} {
		if !slices.Contains(planned(plan), catalog.MicrosoftGraph+" Application "+want) {
			t.Errorf("KB4820 has %s", want)
		}
	}
}

func TestTheGuidesSayWhatTheWizardsAskFor(t *testing.T) {
	for name, says := range map[string][]string{
		"vb365-backup":         {"asks for a user name"},
		"vb365-restore-portal": {"on the tab REST API", "on the tab Authentication", "/entra-app update {appName}"},
	} {
		steps := strings.Join(find(t, name, "").NextSteps, "\n")
		for _, words := range says {
			if !strings.Contains(steps, words) {
				t.Errorf("%s does not say %q", name, words)
			}
		}
	}
	if _, ok := find(t, "vb365-restore-portal", "").Offer(plan.CredentialNone); !ok {
		t.Error("the portal has to have its certificate at once")
	}
}
