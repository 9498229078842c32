package catalog

import (
	"maps"
	"os"
	"strings"
	"testing"
)

// reviewed is the tier of each permission of the list, as somebody has looked at it.
func reviewed(t *testing.T) map[string]Risk {
	t.Helper()
	data, err := os.ReadFile("testdata/tiers.txt")
	if err != nil {
		t.Fatal(err)
	}
	tiers := map[string]Risk{}
	for line := range strings.Lines(string(data)) {
		risk, key, ok := strings.Cut(strings.TrimSpace(line), " ")
		if _, twice := tiers[key]; !ok || twice || Risk(risk).Weight() == 0 {
			t.Fatalf("the line %q", line)
		}
		tiers[key] = Risk(risk)
	}
	return tiers
}

// When permissions.json brings a permission, somebody has to look at what it allows: it gets
// an entry in control.json if it leads to control of the tenant, and a line in
// testdata/tiers.txt.
func TestEveryPermissionOfTheListIsTiered(t *testing.T) {
	tiers := reviewed(t)
	left := maps.Clone(tiers)
	for _, p := range All() {
		delete(left, p.Key())
		switch was, ok := tiers[p.Key()]; {
		case !ok:
			t.Errorf("nobody has tiered %s (%s): by the rules it is %s. Add it to control.json, or the line %q to testdata/tiers.txt",
				p.Key(), p.Description, p.Risk(), string(p.Risk())+" "+p.Key())
		case was != p.Risk():
			t.Errorf("%s is %s by now, and %s in testdata/tiers.txt", p.Key(), p.Risk(), was)
		}
	}
	for key := range left {
		t.Errorf("%s is in testdata/tiers.txt, and not in the list", key)
	}
}

func TestWhatLeadsToControlSaysHowAndWhoSaysSo(t *testing.T) {
	check := func(name string, tier Tier) {
		t.Helper()
		switch {
		case tier.Risk != Critical:
			t.Errorf("%s is %s", name, tier.Risk)
		case !strings.HasPrefix(tier.Source, "https://"), tier.Why == "", strings.HasSuffix(tier.Why, "."):
			t.Errorf("%s has the page %q, and allows %q", name, tier.Source, tier.Why)
		case len(tier.How) > 160, strings.Count(tier.How, ". ") > 0, !strings.HasSuffix(tier.How, "."):
			t.Errorf("%s is no short sentence: %s", name, tier.How)
		}
	}
	used := map[string]bool{}
	for _, p := range All() {
		if tier := TierOf(p.ResourceAppID, p.Type, p.Name); tier.Risk == Critical {
			check(p.Key(), tier)
			used[strings.ToLower(p.Name)] = true
		} else if tier.How+tier.Why+tier.Source != "" {
			t.Errorf("%s is %s, and has a way to control of the tenant", p.Key(), tier.Risk)
		}
	}
	for k := range controls() {
		if !used[k.name] {
			t.Errorf("control.json has %s, which no service has", k.name)
		}
	}
	for _, of := range []map[string]roleTier{roles().directory, roles().azure} {
		for id, r := range of {
			if id != strings.ToLower(id) || len(id) != 36 || r.name == "" {
				t.Errorf("the role %q has the ID %q", r.name, id)
			}
			if r.tier.Risk == Critical {
				check(r.name, r.tier)
			}
		}
	}
}

func TestWhatNobodyKnowsIsHigh(t *testing.T) {
	for name, got := range map[string]Tier{
		"of another service":        TierOf("97ba9b11-0000-0000-0000-000000000000", Application, "Staff.Read.All"),
		"not in the list":           TierOf(MicrosoftGraph, Application, "Moon.Read.All"),
		"of no name":                TierOf(MicrosoftGraph, Delegated, ""),
		"of an ID in capitals":      TierOf(strings.ToUpper(ExchangeOnline), Application, "mail.read"),
		"a role in Azure":           second(AzureRole("00000000-0000-0000-0000-000000000001", nil, nil)),
		"a role that only counts":   second(AzureRole("", nil, nil)),
		"a role that reads data":    second(AzureRole("", []string{"Microsoft.Storage/*/read"}, []string{"Microsoft.Storage/*/read"})),
		"a role of the directory":   second(DirectoryRole("00000000-0000-0000-0000-000000000001")),
		"the role Global Reader":    second(DirectoryRole("F2EF992C-3AFB-46B9-B7CF-A126EE74C451")),
		"the role Contributor":      second(AzureRole("b24988ac-6180-42a0-ab88-20f7382dd24c", nil, nil)),
		"a role that writes a disk": second(AzureRole("", []string{"Microsoft.Compute/disks/write"}, nil)),
	} {
		if got.Risk != High || got.How != "" {
			t.Errorf("%s is %+v", name, got)
		}
	}
	for _, p := range []struct {
		t    Type
		name string
	}{{Application, "Directory.ReadWrite.All"}, {Delegated, "Directory.AccessAsUser.All"}} {
		if got := TierOf(azureADGraph, p.t, p.name); got.Risk != Critical {
			t.Errorf("%s of Azure AD Graph is %s", p.name, got.Risk)
		}
	}
}

func TestACustomRoleInAzureIsWhatItAllows(t *testing.T) {
	for action, want := range map[string]Risk{
		"*":                         Critical,
		"*/write":                   Critical,
		"Microsoft.Authorization/*": Critical,
		"microsoft.authorization/ROLEASSIGNMENTS/write":                                       Critical,
		"Microsoft.Authorization/*/Write":                                                     Critical,
		"Microsoft.ManagedIdentity/userAssignedIdentities/*":                                  Critical,
		"Microsoft.ManagedIdentity/userAssignedIdentities/assign/action":                      Critical,
		"Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write": Critical,
		"*/read": Medium,
		"Microsoft.Authorization/roleAssignments/read": Medium,
		"Microsoft.Authorization/locks/write":          High,
		"Microsoft.Compute/virtualMachines/*":          High,
		"Microsoft.Authorization/*/delete":             High,
		"Microsoft.Authorization*":                     Critical,
	} {
		if _, got := AzureRole("", []string{"Microsoft.Compute/disks/read", action}, nil); got.Risk != want {
			t.Errorf("a role with %s is %s, want %s", action, got.Risk, want)
		} else if want == Critical && got.How == "" {
			t.Errorf("a role with %s says no way to control of the tenant", action)
		}
	}
}

func second(_ string, t Tier) Tier { return t }
