package entratest

import (
	"fmt"
	"slices"
	"time"
)

// What was deleted stays for 30 days: applications, and service principals,
// which go with their application but do not come back with it.

// A grave is a deleted service principal with what was granted to it and on it.
type grave struct {
	sp          *sp
	deleted     time.Time
	assignments []*assignment
	grants      []*grant
}

// bury deletes a service principal so that it can be restored. The directory
// roles that it had are lost.
func (t *Tenant) bury(p *sp) {
	g := &grave{sp: p, deleted: t.s.now()}
	for _, a := range t.assignments {
		if a.principalID == p.id || a.resourceID == p.id {
			g.assignments = append(g.assignments, a)
		}
	}
	for _, h := range t.grants {
		if h.clientID == p.id || h.resourceID == p.id {
			g.grants = append(g.grants, h)
		}
	}
	t.removeSP(p)
	t.graves = append(t.graves, g)
}

// sweep forgets what was deleted more than 30 days ago.
func (t *Tenant) sweep() {
	limit := t.s.now().AddDate(0, 0, -30)
	t.bin = slices.DeleteFunc(t.bin, func(a *app) bool { return a.deleted.Before(limit) })
	t.graves = slices.DeleteFunc(t.graves, func(g *grave) bool { return g.deleted.Before(limit) })
}

func (t *Tenant) showGrave(g *grave) object {
	o := t.showSP(g.sp)
	o["deletedDateTime"] = stamp(g.deleted)
	return o
}

func listDeleted(c *call) (answer, error) {
	c.t.sweep()
	var items []object
	for _, a := range c.t.bin {
		items = append(items, c.t.showApp(a, false))
	}
	return c.list("application", "applications", items)
}

func listGraves(c *call) (answer, error) {
	c.t.sweep()
	var items []object
	for _, g := range c.t.graves {
		items = append(items, c.t.showGrave(g))
	}
	return c.list("servicePrincipal", "servicePrincipals", items)
}

// inBin finds what the path names: an application or a service principal.
func (c *call) inBin() (*app, *grave, error) {
	c.t.sweep()
	id, err := c.guidFor(0)
	if err != nil {
		return nil, nil, err
	}
	a, g := find(c.t.bin, func(a *app) bool { return a.id == id }), find(c.t.graves, func(g *grave) bool { return g.sp.id == id })
	if a == nil && g == nil {
		return nil, nil, notFound(id)
	}
	return a, g, nil
}

func getDeleted(c *call) (answer, error) {
	a, g, err := c.inBin()
	if err != nil {
		return answer{}, err
	}
	if a != nil {
		return c.directoryObject("application", c.t.showApp(a, false))
	}
	return c.directoryObject("servicePrincipal", c.t.showGrave(g))
}

func (c *call) directoryObject(typ string, o object) (answer, error) {
	o["@odata.type"] = "#microsoft.graph." + typ
	o, err := c.selected(typ, o)
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("directoryObjects/$entity", o))
}

func restoreDeleted(c *call) (answer, error) {
	a, g, err := c.inBin()
	if err != nil {
		return answer{}, err
	}
	if !c.hasRole(restores) {
		return answer{}, denied()
	}
	if g != nil {
		return c.restoreSP(g)
	}
	if a.uniqueName != "" && slices.ContainsFunc(c.t.apps, func(b *app) bool { return b.uniqueName == a.uniqueName }) {
		return answer{}, conflict()
	}
	if slices.ContainsFunc(list(a.body["identifierUris"]), func(uri any) bool { return c.t.isTaken(a, uri) }) {
		return answer{}, conflict()
	}
	c.t.bin = slices.DeleteFunc(c.t.bin, func(b *app) bool { return a == b })
	a.deleted = time.Time{}
	c.t.apps = append(c.t.apps, a)
	return c.directoryObject("application", c.t.showApp(a, false))
}

// restoreSP brings a service principal back, if its application is there and
// has not got another one, with the consent whose other end is still there.
func (c *call) restoreSP(g *grave) (answer, error) {
	t, p := c.t, g.sp
	if p.app != nil && !slices.Contains(t.apps, p.app) && t.home(p).ID == t.ID {
		return answer{}, noBacking(p.appID)
	}
	if t.spByAppID(p.appID) != nil {
		return answer{}, spTaken(p.appID)
	}
	t.graves = slices.DeleteFunc(t.graves, func(h *grave) bool { return g == h })
	t.sps = append(t.sps, p)
	for _, a := range g.assignments {
		if _, kind := t.holder(a.principalID); kind != "" && t.spByID(a.resourceID) != nil {
			t.assignments = append(t.assignments, a)
		}
	}
	for _, h := range g.grants {
		if t.spByID(h.clientID) != nil && t.spByID(h.resourceID) != nil {
			t.grants = append(t.grants, h)
		}
	}
	return c.directoryObject("servicePrincipal", t.showSP(p))
}

// spTaken is what a second service principal of an application gets.
func spTaken(appID string) error {
	return &problem{status: 409, code: "Request_MultipleObjectsWithSameKeyValue",
		message: fmt.Sprintf("The service principal cannot be created, updated, or restored because the service principal name %s is "+
			"already in use.", appID),
		details: []detail{{Code: "ObjectConflict", Target: "servicePrincipalNames",
			Message: "A conflicting object with one or more of the specified property values is present in the directory."}}}
}

func deleteForever(c *call) (answer, error) {
	a, g, err := c.inBin()
	if err != nil {
		return answer{}, err
	}
	if !c.hasRole(restores) {
		return answer{}, denied()
	}
	c.t.bin = slices.DeleteFunc(c.t.bin, func(b *app) bool { return a == b })
	c.t.graves = slices.DeleteFunc(c.t.graves, func(h *grave) bool { return g == h })
	return noContent()
}
