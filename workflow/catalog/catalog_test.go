package catalog

import (
	"slices"
	"strings"
	"testing"
)

func TestEveryPermissionCanBeFoundByItsKeyAndHasATier(t *testing.T) {
	for _, p := range All() {
		got, ok := Find(p.ResourceAppID, p.Type, p.Name)
		if !ok || got.ResourceAppID != p.ResourceAppID || got.Type != p.Type || !strings.EqualFold(got.Name, p.Name) {
			t.Errorf("%s %s %s: found %v, %+v", p.Resource, p.Type, p.Name, ok, got)
		}
		if p.Risk().Weight() == 0 {
			t.Errorf("%s %s has the tier %q", p.Type, p.Name, p.Risk())
		}
	}
}

func TestEveryPermissionCanBeFoundByItsIDOnItsOwnResource(t *testing.T) {
	for _, p := range All() {
		if got, ok := ByID(p.ResourceAppID, p.Type, strings.ToUpper(p.ID)); !ok || got.ID != p.ID ||
			got.ResourceAppID != p.ResourceAppID || got.Type != p.Type {
			t.Errorf("%s %s %s: found %v, %+v", p.Resource, p.Type, p.Name, ok, got)
		}
	}
	if _, ok := ByID(MicrosoftGraph, Application, ""); ok {
		t.Error("found a permission that has no ID")
	}
}

func TestTiersThatPeopleKnow(t *testing.T) {
	for _, c := range []struct {
		resource string
		typ      Type
		name     string
		want     Risk
	}{
		{MicrosoftGraph, Delegated, "User.Read", Low},
		{MicrosoftGraph, Application, "Directory.Read.All", Medium},
		{MicrosoftGraph, Application, "Group.Read.All", Medium},
		{MicrosoftGraph, Application, "Mail.Read", High},
		{MicrosoftGraph, Application, "TeamSettings.ReadWrite.All", High},
		{MicrosoftGraph, Application, "Sites.Selected", High},
		{MicrosoftGraph, Application, "RoleManagement.ReadWrite.Directory", Critical},
		{MicrosoftGraph, Application, "AppRoleAssignment.ReadWrite.All", Critical},
		{MicrosoftGraph, Application, "Directory.ReadWrite.All", Critical},
		{ExchangeOnline, Application, "full_access_as_app", Critical},
		{SharePointOnline, Application, "Sites.FullControl.All", Critical},
		{MicrosoftGraph, Delegated, "Directory.AccessAsUser.All", Critical},
		{MicrosoftGraph, Delegated, "MailboxItem.ImportExport", High},
		{MicrosoftGraph, Delegated, "Mail.ReadWrite", Medium},
		{MicrosoftGraph, Application, "AgentIdentityBlueprint.AddRemoveCreds.All", Critical},
		{MicrosoftGraph, Application, "AgentIdentity.Read.All", Medium},
		{MicrosoftGraph, Application, "Policy.ReadWrite.ConditionalAccess", Critical},
		{MicrosoftGraph, Application, "Domain-InternalFederation.ReadWrite.All", Critical},
		{MicrosoftGraph, Application, "UserAuthMethod-TAP.Read.All", High},
		{MicrosoftGraph, Application, "SensitivityLabel.Evaluate.All", High},
	} {
		p, ok := Find(c.resource, c.typ, c.name)
		if !ok {
			t.Errorf("no %s %s", c.typ, c.name)
		} else if got := p.Risk(); got != c.want {
			t.Errorf("%s %s is %s, want %s", c.typ, c.name, got, c.want)
		}
	}
}

func TestSearchPutsTheNameThatWasTypedFirst(t *testing.T) {
	got := Search("directory.read", 5)
	if len(got) < 4 || got[0].Name != "Directory.Read.All" || got[1].Name != "Directory.Read.All" {
		t.Errorf("got %v", got)
	}
	for _, p := range Search("mail.readbasic", 2) {
		if p.Name != "Mail.ReadBasic" {
			t.Errorf("got %v before Mail.ReadBasic", p.Name)
		}
	}
	for _, p := range Search("mail application exchange", 20) {
		text := strings.ToLower(p.Name + string(p.Type) + p.Resource + p.DisplayName)
		if !strings.Contains(text, "mail") || !strings.Contains(text, "application") || !strings.Contains(text, "exchange") {
			t.Errorf("%+v does not have every word", p)
		}
	}
	if got := Search("no such thing", 5); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestOfEqualNamesTheOneOfMicrosoftGraphComesFirst(t *testing.T) {
	for _, query := range []string{"mail.read", "User.Read", "user.readbasic.all", "Mail.Send", "Sites"} {
		var found []Permission
		for _, p := range Search(query, 100) {
			if i := slices.IndexFunc(found, func(q Permission) bool {
				return q.Name == p.Name && q.ResourceAppID != MicrosoftGraph
			}); i >= 0 && p.ResourceAppID == MicrosoftGraph {
				t.Errorf("%s: %s of %s comes before that of Microsoft Graph", query, p.Name, found[i].Resource)
			}
			found = append(found, p)
		}
		if len(found) == 0 || query != "Sites" && found[0].ResourceAppID != MicrosoftGraph {
			t.Errorf("%s finds %d, and not first what Microsoft Graph has", query, len(found))
		}
	}
}
