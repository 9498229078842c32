package entratest

import (
	"slices"
	"strings"
)

// showObject shows whatever has that ID, with its type, or nil. What is not replicated yet is not there.
func (t *Tenant) showObject(id string) object {
	var o object
	var typ string
	if u := t.user(id); u != nil {
		o, typ = only(t.showUser(u), byDefault), "user"
	} else if a := find(t.apps, func(a *app) bool { return a.id == id }); a != nil && !t.s.now().Before(a.veil.until) {
		o, typ = t.showApp(a, false), "application"
	} else if p := t.spByID(id); p != nil && p.peeks(t.s.now()) {
		o, typ = t.showSP(p), "servicePrincipal"
	} else {
		return nil
	}
	o["@odata.type"] = "#microsoft.graph." + typ
	return o
}

// getByIDs answers for those IDs that there are, and says nothing of the others:
// learn.microsoft.com/graph/api/directoryobject-getbyids. Groups are not covered.
func getByIDs(c *call) (answer, error) {
	body, err := c.decode()
	if err != nil {
		return answer{}, err
	}
	ids, kinds := list(body["ids"]), list(body["types"])
	if len(ids) == 0 || len(ids) > 1000 {
		return answer{}, bad("The number of 'ids' must be between 1 and 1000.")
	}
	items := []object{}
	for _, id := range ids {
		o := c.t.showObject(text(id))
		typ := strings.TrimPrefix(text(o["@odata.type"]), "#microsoft.graph.")
		wanted := len(kinds) == 0 || slices.Contains(kinds, any("directoryObject")) || slices.Contains(kinds, any(typ))
		if o != nil && wanted && (typ != "user" || c.who.may(readUsers)) {
			items = append(items, o)
		}
	}
	return ok(object{"@odata.context": c.t.s.graphURL + "/v1.0/$metadata#directoryObjects", "value": items})
}
