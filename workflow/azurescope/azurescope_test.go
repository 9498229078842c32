package azurescope

import (
	"slices"
	"strings"
	"testing"
)

const (
	id    = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
	other = "11111111-2222-3333-4444-555555555555"
	group = Subscription + id + ResourceGroup + "rg-1"
	top   = ManagementGroup + "mg-1"
)

func TestAScopeIsReadAsPeopleNameIt(t *testing.T) {
	for typed, named := range map[string]string{
		id: id, strings.ToUpper(id): id, Subscription + strings.ToUpper(id): id, "/SUBSCRIPTIONS/" + id + "/": id,
		group: group, "/Subscriptions/" + strings.ToUpper(id) + "/RESOURCEGROUPS/rg-1": group,
		Subscription + id + ResourceGroup + "Größe_(1).x-": Subscription + id + ResourceGroup + "Größe_(1).x-",
		top: top, strings.ToUpper(ManagementGroup) + "mg-1": top,
		ManagementGroup + strings.Repeat("a", 90):                   ManagementGroup + strings.Repeat("a", 90),
		Subscription + id + ResourceGroup + strings.Repeat("ö", 90): Subscription + id + ResourceGroup + strings.Repeat("ö", 90),
	} {
		if got, problem := Parse(typed); got != named || problem != "" {
			t.Errorf("%q is %q, %s", typed, got, problem)
		}
	}
	for typed, says := range map[string]string{
		"": "not a subscription ID", "production": "not a subscription ID", Subscription: "not a subscription ID",
		Subscription + "x" + ResourceGroup + "rg":                                "not a subscription ID",
		Subscription + id + ResourceGroup + "rg/providers/Microsoft.Web/sites/x": "a single resource",
		Subscription + id + "/other/rg":                                          "not the name of a resource group",
		Subscription + id + ResourceGroup + "ends.":                              "not the name of a resource group",
		Subscription + id + ResourceGroup + strings.Repeat("a", 91):              "not the name of a resource group",
		ManagementGroup + "mg one":                                               "not the name of a management group",
		ManagementGroup + "größe":                                                "not the name of a management group",
		ManagementGroup + strings.Repeat("a", 91):                                "not the name of a management group",
	} {
		if got, problem := Parse(typed); got != "" || !strings.Contains(problem, says) {
			t.Errorf("%q is %q: %s", typed, got, problem)
		}
	}
}

func TestAPathAndItsNameAreTheSameScope(t *testing.T) {
	for named, path := range map[string]string{id: Subscription + id, strings.ToUpper(id): Subscription + id, group: group, top: top} {
		if Path(named) != path || !Same(named, path) || !Same(strings.ToUpper(path), named) {
			t.Errorf("%s is at %s", named, Path(named))
		}
	}
	if Named(strings.ToUpper(Subscription+id)) != id || Named(group) != group || Named(top) != top {
		t.Error("a path has another name")
	}
	if Same(id, other) || Same(id, group) {
		t.Error("two scopes are one")
	}
}

func TestARoleIsDefinedWhereItsScopeIs(t *testing.T) {
	const role = "/providers/Microsoft.Authorization/roleDefinitions/r"
	for named, want := range map[string]string{id: Subscription + id + role, group: Subscription + id + role, top: role} {
		if got := RoleID(named, "r"); got != want {
			t.Errorf("on %s it is %s", named, got)
		}
	}
}

func TestScopesHaveTitlesForPeople(t *testing.T) {
	for named, want := range map[string]string{
		id: "the Azure subscription " + id, group: "the resource group rg-1 of the Azure subscription " + id,
		top: "the management group mg-1",
	} {
		if got := Title(named); got != want {
			t.Errorf("%s is %q", named, got)
		}
	}
	if got := Titles([]string{id, top}); got != Title(id)+", "+Title(top) {
		t.Errorf("together they are %q", got)
	}
	if Word([]string{id, other}) != "subscription" || Word([]string{id, group}) != "scope" {
		t.Error("they are called something else")
	}
}

func TestScopesAreComparedWhateverTheCapitals(t *testing.T) {
	upper := strings.ToUpper(group)
	if got := Union([]string{id, group}, []string{upper, top}); !slices.Equal(got, []string{id, group, top}) {
		t.Errorf("all are %v", got)
	}
	if got := Minus([]string{id, group}, []string{upper}); !slices.Equal(got, []string{id}) {
		t.Errorf("without it they are %v", got)
	}
	if got := Both([]string{id, group}, []string{upper, top}); !slices.Equal(got, []string{group}) {
		t.Errorf("in both is %v", got)
	}
	scopes := []string{upper, id}
	if SpellAs(scopes, []string{group, top}); !slices.Equal(scopes, []string{group, id}) {
		t.Errorf("they are spelled %v", scopes)
	}
	if CutFold("/a", "/a") != "" || CutFold("/ab", "/a") != "b" || CutFold("/", "/a") != "" || CutFold("/bc", "/a") != "" {
		t.Error("a prefix is cut where there is none")
	}
}
