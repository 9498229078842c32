package entratest

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"time"
)

// What a tenant holds, cut into the pieces that spread by themselves.

// A place is where one piece stands: a whole object, or a part of it. Name tells parts
// of one kind apart: which setting, which password, which owner.
type place struct{ kind, id, part, name string }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.kind, q.kind), cmp.Compare(p.id, q.id), cmp.Compare(p.part, q.part), cmp.Compare(p.name, q.name))
}

// Parts of applications and service principals.
const (
	setting = "setting"
	owner   = "owner"
	removed = "removed" // when it was deleted
	exposes = "exposes" // of a service principal: what its application offers, which it hears of later
)

// An element is what stands at a place; nil is nothing any more.
type element struct {
	value          any
	version, order int
}

// A snapshot is what a replica knows.
type snapshot map[place]element

// take keeps e unless something newer is there.
func (s snapshot) take(p place, e element) {
	if old, ok := s[p]; !ok || old.version < e.version {
		s[p] = e
	}
}

// live is what there is. What service principals expose follows from the rest.
func (s snapshot) live() map[place]any {
	all := make(map[place]any, len(s))
	for p, e := range s {
		if e.value != nil && p.part != exposes {
			all[p] = e.value
		}
	}
	return all
}

// changes are new values by place; nil is a removal.
type changes map[place]any

func (c changes) sorted() []place {
	var all []place
	for p := range c {
		all = append(all, p)
	}
	slices.SortFunc(all, place.compare)
	return all
}

func differences(before, after map[place]any) changes {
	c := make(changes)
	for p, v := range after {
		if old, ok := before[p]; !ok || !reflect.DeepEqual(old, v) {
			c[p] = v
		}
	}
	for p := range before {
		if _, ok := after[p]; !ok {
			c[p] = nil
		}
	}
	return c
}

// The objects themselves, without their parts.
type (
	appCore struct {
		id, appID, uniqueName string
		created               time.Time
		trouble               map[string]int
	}
	spCore struct {
		id, appID string
		created   time.Time
		resource  *resource
	}
	exposure struct{ scopes, roles []any }
)

// places cuts a tenant up.
func (t *Tenant) places() map[place]any {
	all := make(map[place]any)
	for _, a := range t.apps {
		a.places(all)
	}
	for _, a := range t.bin {
		a.places(all)
		all[place{"app", a.id, removed, ""}] = a.deleted
	}
	for _, p := range t.sps {
		p.places(all)
	}
	for _, g := range t.graves {
		g.sp.places(all)
		all[place{"sp", g.sp.id, removed, ""}] = g.deleted
		for _, a := range g.assignments {
			all[place{kind: "assignment", id: a.id}] = *a
		}
		for _, h := range g.grants {
			all[place{kind: "grant", id: h.id}] = *h
		}
	}
	for _, a := range t.assignments {
		all[place{kind: "assignment", id: a.id}] = *a
	}
	for _, g := range t.grants {
		all[place{kind: "grant", id: g.id}] = *g
	}
	for _, m := range t.members {
		all[place{kind: "member", id: m.id}] = *m
	}
	for _, r := range t.azureRoles {
		all[place{kind: "azureRole", id: r.id}] = *r
	}
	for _, a := range t.azureAssignments {
		all[place{kind: "azureAssignment", id: a.id}] = *a
	}
	return all
}

func (a *app) places(all map[place]any) {
	all[place{kind: "app", id: a.id}] = appCore{a.id, a.appID, a.uniqueName, a.created, a.trouble}
	for name, v := range a.body {
		all[place{"app", a.id, setting, name}] = []any{v}
	}
	for _, id := range a.owners {
		all[place{"app", a.id, owner, id}] = id
	}
	for _, p := range a.passwords {
		all[place{"app", a.id, "password", p.keyID}] = *p
	}
	if len(a.keys) > 0 { // one collection, which is written as a whole
		keys := make([]key, len(a.keys))
		for i, k := range a.keys {
			keys[i] = *k
		}
		all[place{"app", a.id, "keys", ""}] = keys
	}
	for _, f := range a.federated {
		all[place{"app", a.id, "federated", f.id}] = *f
	}
}

func (p *sp) places(all map[place]any) {
	all[place{kind: "sp", id: p.id}] = spCore{p.id, p.appID, p.created, p.resource}
	for name, v := range p.body {
		all[place{"sp", p.id, setting, name}] = []any{v}
	}
	for _, id := range p.owners {
		all[place{"sp", p.id, owner, id}] = id
	}
}

// addExposed adds what service principals will show of changed applications: what they
// have of the change, and of the rest what all will know.
func (t *Tenant) addExposed(done changes, truth snapshot) {
	for _, p := range done.sorted() {
		if p.kind != "app" || p.part != setting || p.name != "api" && p.name != "appRoles" {
			continue
		}
		a := find(t.apps, func(a *app) bool { return a.id == p.id })
		if a == nil {
			continue
		}
		of := t.spByAppID(a.appID)
		if of == nil {
			continue
		}
		if _, isNew := done[place{kind: "sp", id: of.id}]; !isNew {
			body := object{"api": a.body["api"], "appRoles": a.body["appRoles"]}
			for name := range body {
				at := place{"app", a.id, setting, name}
				known, is := truth[at].value.([]any)
				if _, changed := done[at]; !changed && is {
					body[name] = known[0]
				}
			}
			scopes, roles := exposed(body)
			done[place{"sp", of.id, exposes, ""}] = exposure{scopes, roles}
		}
	}
}

// seenBy is the tenant as a replica sees it. Its objects are copies.
func (t *Tenant) seenBy(has snapshot) *Tenant {
	v := *t
	v.copies, v.whole = nil, t
	v.fill(has)
	return &v
}

// fill puts a tenant together. What hangs on something that is not known is left out.
func (t *Tenant) fill(has snapshot) {
	t.apps, t.bin, t.sps, t.graves, t.assignments, t.grants, t.members = nil, nil, nil, nil, nil, nil, nil
	t.azureRoles, t.azureAssignments = nil, nil
	all := make([]place, 0, len(has))
	for p, e := range has {
		if e.value != nil {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(p, q place) int { return cmp.Or(cmp.Compare(has[p].order, has[q].order), p.compare(q)) })
	apps, sps := make(map[string]*app), make(map[string]*sp)
	for _, p := range all {
		switch v := has[p].value.(type) {
		case appCore:
			apps[p.id] = &app{id: v.id, appID: v.appID, uniqueName: v.uniqueName, created: v.created, trouble: v.trouble, body: object{}}
		case spCore:
			sps[p.id] = &sp{id: v.id, appID: v.appID, created: v.created, resource: v.resource, body: object{}}
		}
	}
	for _, p := range all {
		if a := apps[p.id]; p.kind == "app" && a != nil {
			a.put(p, has[p].value)
		}
		if q := sps[p.id]; p.kind == "sp" && q != nil {
			q.put(p, has[p].value)
		}
	}
	t.fillObjects(has, all, apps, sps)
	t.fillLinks(has, all)
}

func (a *app) put(p place, v any) {
	switch v := v.(type) {
	case []any:
		a.body[p.name] = v[0]
	case time.Time:
		a.deleted = v
	case string:
		a.owners = append(a.owners, v)
	case password:
		v.veil = veil{}
		a.passwords = append(a.passwords, &v)
	case []key:
		for _, k := range v {
			k.veil = veil{}
			a.keys = append(a.keys, &k)
		}
	case federated:
		a.federated = append(a.federated, &v)
	}
}

func (p *sp) put(at place, v any) {
	switch v := v.(type) {
	case []any:
		p.body[at.name] = v[0]
	case string:
		p.owners = append(p.owners, v)
	case exposure:
		p.mirror = mirror{behind: true, veil: veil{until: never}, scopes: v.scopes, roles: v.roles}
	}
}

var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// fillObjects puts applications and service principals where they belong.
func (t *Tenant) fillObjects(has snapshot, all []place, apps map[string]*app, sps map[string]*sp) {
	byAppID := make(map[string]*app)
	for _, p := range all {
		if a := apps[p.id]; p.kind == "app" && p.part == "" {
			byAppID[a.appID] = a
			if a.deleted.IsZero() {
				t.apps = append(t.apps, a)
			} else {
				t.bin = append(t.bin, a)
			}
		}
	}
	for _, p := range all {
		q := sps[p.id]
		if p.kind != "sp" || p.part != "" {
			continue
		}
		if q.app = byAppID[q.appID]; q.app == nil && q.resource == nil {
			if q.app, _ = t.shared(q.appID); q.app == nil {
				continue
			}
		}
		if gone, _ := has[place{"sp", q.id, removed, ""}].value.(time.Time); gone.IsZero() {
			t.sps = append(t.sps, q)
		} else {
			t.graves = append(t.graves, &grave{sp: q, deleted: gone})
		}
	}
}

// fillLinks adds what is between objects, and Azure's.
func (t *Tenant) fillLinks(has snapshot, all []place) {
	buried := func(id string) *grave { return find(t.graves, func(g *grave) bool { return g.sp.id == id }) }
	for _, p := range all {
		switch v := has[p].value.(type) {
		case assignment:
			v.veil = veil{}
			_, kind := t.holder(v.principalID)
			if kind != "" && t.spByID(v.resourceID) != nil {
				t.assignments = append(t.assignments, &v)
			} else if g := cmp.Or(buried(v.principalID), buried(v.resourceID)); g != nil {
				g.assignments = append(g.assignments, &v)
			}
		case grant:
			v.veil = veil{}
			if t.spByID(v.clientID) != nil && t.spByID(v.resourceID) != nil {
				t.grants = append(t.grants, &v)
			} else if g := cmp.Or(buried(v.clientID), buried(v.resourceID)); g != nil {
				g.grants = append(g.grants, &v)
			}
		case membership:
			t.members = append(t.members, &v)
		case azureRole:
			v.veil = veil{}
			t.azureRoles = append(t.azureRoles, &v)
		case azureAssignment:
			v.veil = veil{}
			t.azureAssignments = append(t.azureAssignments, &v)
		}
	}
}

// names are what nothing else may be called.
func (s snapshot) names(p place, v any) []string {
	switch v := v.(type) {
	case appCore:
		if v.uniqueName != "" {
			return []string{"unique name " + v.uniqueName}
		}
	case []any:
		if p.kind == "app" && p.name == "identifierUris" && s[place{"app", p.id, removed, ""}].value == nil {
			return words(v[0])
		}
	case spCore:
		if s[place{"sp", p.id, removed, ""}].value == nil {
			return []string{"service principal of " + v.appID}
		}
	case assignment:
		return []string{"assigned " + v.roleID + v.principalID + v.resourceID}
	case grant:
		return []string{"granted " + v.clientID + v.resourceID + v.consentType + v.principalID}
	case membership:
		return []string{"member " + v.roleID + v.principalID}
	case federated:
		return []string{"federated " + p.id + v.name, "federated " + p.id + v.issuer + " " + v.subject}
	case azureRole:
		return []string{"role " + strings.ToLower(v.name)}
	case azureAssignment:
		return []string{"role of " + v.scope + v.roleID + v.principalID}
	}
	return nil
}
