package plan

import (
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// Self stands for the app's own application ID, which is not known before it is
// registered, as the resource of a permission.
const Self = "self"

// Gone begins the ResourceAppID of a permission that an adopted app has on a service which
// is no longer in the tenant. The object ID that its service principal had follows.
const Gone = "gone:"

// OnGone returns the object ID of the service principal that p is on, where Entra no longer
// knows it. Nobody can grant such a permission; it can be removed.
func (p Permission) OnGone() (id string, gone bool) { return strings.CutPrefix(p.ResourceAppID, Gone) }

// A Permission is one that the app gets, with admin consent.
type Permission struct {
	Resource      string // "Microsoft Graph"
	ResourceAppID string
	Name          string // "Directory.Read.All"
	Type          catalog.Type
	Words         string // what Microsoft says it allows
	Why           string // what the product needs it for
	Risk          catalog.Risk
}

// Tier is how dangerous p is, and why: as the catalogue has it today, or as the plan has it
// where that is more, as a pack may raise it. What a permission of the app to itself allows
// is the app's own affair.
func (p Permission) Tier() catalog.Tier {
	t := catalog.Tier{Risk: p.Risk}
	if p.ResourceAppID != Self {
		t = catalog.TierOf(p.ResourceAppID, p.Type, p.Name)
	}
	if p.Risk.Weight() > t.Risk.Weight() {
		t.Risk = p.Risk
	}
	return t
}

// Known returns the permission of that resource, type and name as the catalogue
// describes it, or false. An unknown permission is never put into a plan.
func Known(resourceAppID string, t catalog.Type, name string) (Permission, bool) {
	p, ok := catalog.Find(resourceAppID, t, name)
	if !ok {
		return Permission{}, false
	}
	words := p.Description
	if words == "" {
		words = p.DisplayName
	}
	return Permission{
		Resource: p.Resource, ResourceAppID: p.ResourceAppID, Name: p.Name, Type: p.Type,
		Words: words, Risk: p.Risk(),
	}, true
}

// SamePermission compares by resource, type and name.
func SamePermission(a, b Permission) bool {
	return a.ResourceAppID == b.ResourceAppID && a.Type == b.Type && a.Name == b.Name
}
