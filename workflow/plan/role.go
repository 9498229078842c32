package plan

import (
	"crypto/sha1" // RFC 9562 has it for UUIDs of version 5; nothing is proven with it
	"fmt"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/set"
)

// A DirectoryRole is a role in the directory.
type DirectoryRole struct {
	TemplateID string
	Name       string // "Global Reader"
	Why        string
}

// Tier is how dangerous the role is, and why.
func (r DirectoryRole) Tier() catalog.Tier {
	_, t := catalog.DirectoryRole(r.TemplateID)
	return t
}

// GlobalReader is the template ID of Global Reader. Source: Microsoft Entra built-in roles.
const GlobalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"

// An AzureRole is a role in Azure on each of the scopes in the plan's Subscriptions: a
// built-in one, or a custom one with these actions.
type AzureRole struct {
	ID          string // of a built-in role definition: a GUID; empty for a custom one
	Name        string // "Contributor"
	Why         string
	Actions     []string `json:",omitzero"`
	DataActions []string `json:",omitzero"`
}

// Tier is how dangerous the role is, and why.
func (a AzureRole) Tier() catalog.Tier {
	_, t := catalog.AzureRole(a.ID, a.Actions, a.DataActions)
	return t
}

// azureSpace is the name space of the IDs of what is made in Azure: they follow
// from the request, so that a repeated call makes the same one.
var azureSpace = [16]byte{0xa2, 0xa4, 0xf2, 0xa6, 0x5b, 0x42, 0x4e, 0xd5, 0x8f, 0x4f, 0x3d, 0x3f, 0x0f, 0x2f, 0x6f, 0x70}

// AzureID is the ID of something that is made in Azure and is called that.
func AzureID(parts ...string) string {
	sum := sha1.Sum(append(azureSpace[:], strings.ToLower(strings.Join(parts, "/"))...))
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// DefinitionID is the ID of a role's definition: that of a custom one follows from
// the unique name of the app that it was made for.
func (a AzureRole) DefinitionID(uniqueName string) string {
	if a.ID != "" {
		return strings.ToLower(a.ID)
	}
	return AzureID(uniqueName, a.Name)
}

// SameAzureRole compares built-in roles by ID, and custom ones by name.
func SameAzureRole(a, b AzureRole) bool { return a.ID == b.ID && (a.ID != "" || a.Name == b.Name) }

// Allows says the same of two custom roles if they allow the same.
func (a AzureRole) Allows(b AzureRole) bool {
	return len(set.Without(a.Actions, b.Actions))+len(set.Without(a.DataActions, b.DataActions)) == 0
}

// SameRole compares by template.
func SameRole(a, b DirectoryRole) bool { return a.TemplateID == b.TemplateID }
