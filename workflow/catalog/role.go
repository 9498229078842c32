package catalog

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// roles.json has the built-in roles of the directory, by template, and roles in Azure, by
// definition, in tiers. IDs and names are Microsoft's ("Microsoft Entra built-in roles",
// "Azure built-in roles").

//go:embed roles.json
var roleData []byte

// A roleTier is a role, and its tier.
type roleTier struct {
	name string
	tier Tier
}

var roles = sync.OnceValue(func() (l struct{ directory, azure map[string]roleTier }) {
	var f struct{ Directory, Azure tiered }
	var c struct {
		Sources map[string]string `json:"sources"`
	}
	err := json.Unmarshal(roleData, &f)
	if err == nil {
		err = json.Unmarshal(controlData, &c)
	}
	if err == nil {
		l.directory, err = f.Directory.read(c.Sources)
	}
	if err == nil {
		l.azure, err = f.Azure.read(c.Sources)
	}
	if err != nil {
		panic("catalog: roles.json: " + err.Error()) // embedded: cannot differ from what the tests saw
	}
	return l
})

// tiered are roles in their tiers: names by ID.
type tiered struct {
	Critical []struct {
		Names            map[string]string
		Why, How, Source string
	}
	High, Medium map[string]string
}

func (t tiered) read(pages map[string]string) (map[string]roleTier, error) {
	m := map[string]roleTier{}
	for _, c := range t.Critical {
		page, known := pages[c.Source]
		if !known || c.Why == "" || c.How == "" {
			return nil, fmt.Errorf("%v: the page or a sentence is missing", c.Names)
		}
		for id, name := range c.Names {
			m[id] = roleTier{name, Tier{Risk: Critical, Why: c.Why, How: c.How, Source: page}}
		}
	}
	for risk, names := range map[Risk]map[string]string{High: t.High, Medium: t.Medium} {
		for id, name := range names {
			if _, twice := m[id]; twice {
				return nil, fmt.Errorf("%s has two tiers", name)
			}
			m[id] = roleTier{name, Tier{Risk: risk}}
		}
	}
	return m, nil
}

// DirectoryRole is the name and the tier of a built-in role of the directory, by its
// template. One that is not known has no name, and is high.
func DirectoryRole(templateID string) (name string, t Tier) {
	if r, ok := roles().directory[strings.ToLower(templateID)]; ok {
		return r.name, r.tier
	}
	return "", Tier{Risk: High}
}

// AzureRole is the name and the tier of a role in Azure: of a built-in one by the ID of its
// definition, of a custom one by what it allows. One that is not known is high.
func AzureRole(definitionID string, actions, dataActions []string) (name string, t Tier) {
	if r, ok := roles().azure[strings.ToLower(definitionID)]; ok {
		return r.name, r.tier
	}
	for _, c := range azureControls {
		if slices.ContainsFunc(actions, func(a string) bool { return covers(a, c.action) }) {
			_, t := AzureRole(c.as, nil, nil)
			return "", t
		}
	}
	if len(actions) > 0 && len(dataActions) == 0 && !slices.ContainsFunc(actions, func(a string) bool {
		return !strings.HasSuffix(strings.ToLower(a), "/read")
	}) {
		return "", Tier{Risk: Medium}
	}
	return "", Tier{Risk: High}
}

// azureControls are the actions with which a custom role is one of these built-in ones.
// Source: Azure resource provider operations.
var azureControls = []struct{ action, as string }{
	{"microsoft.authorization/roleassignments/write", userAccessAdministrator},
	{"microsoft.authorization/roledefinitions/write", userAccessAdministrator},
	{"microsoft.authorization/elevateaccess/action", userAccessAdministrator},
	{"microsoft.managedidentity/userassignedidentities/assign/action", managedIdentityOperator},
	{"microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write", managedIdentityOperator},
}

const (
	userAccessAdministrator = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
	managedIdentityOperator = "f1a07417-d97a-45cb-824c-7a7467783830"
)

// covers reports whether an action of a role, in which * stands for any text, allows one.
func covers(pattern, action string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	if len(parts) == 1 {
		return parts[0] == action
	}
	rest, ok := strings.CutPrefix(action, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
