package entratest

import "maps"

// What a client may not read comes back all the same where it is a member of a list
// of directory objects: with its type and ID, and every other property null. Source:
// Graph, "Limited information returned for inaccessible member objects".

// readsDirectory is what it takes to read any object of the directory.
var readsDirectory = []string{"Directory.Read.All", "Directory.ReadWrite.All"}

// readsType are the permissions that show objects of a type as members of a list.
var readsType = map[string][]string{
	"#microsoft.graph.user":             readUsers,
	"#microsoft.graph.directoryRole":    readRoles,
	"#microsoft.graph.application":      readApps,
	"#microsoft.graph.servicePrincipal": readApps,
	"#microsoft.graph.group": append([]string{"GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All"},
		readsDirectory...),
}

// limited hides what the caller may not read of the members of a list.
func (c *call) limited(items []object) []object {
	shown := make([]object, len(items))
	for i, o := range items {
		typ := text(o["@odata.type"])
		if shown[i] = o; c.who.may(readsType[typ]) || typ == "#microsoft.graph.directoryRole" && c.t.knobs.RolesShown {
			continue
		}
		shown[i] = maps.Clone(o)
		for name := range o {
			if name != "id" && name != "@odata.type" {
				shown[i][name] = nil
			}
		}
	}
	return shown
}

// mayAddOwner: whoever adds an owner has to be able to read who that is. Source: Graph,
// "Add owner", Application.ReadWrite.All and Directory.Read.All.
func (c *call) mayAddOwner() bool {
	return c.who.may(readsDirectory) || c.t.knobs.OwnersByBasic && c.who.may([]string{"User.ReadBasic.All"})
}
