// Package catalog is the list of the permissions that an app can be given on
// Microsoft Graph, Exchange Online and SharePoint Online: their names, what
// Microsoft says each allows, and how dangerous we hold each to be.
//
// The list is data to show, to search and to refuse typing mistakes by. It is
// never the authority on an ID: those are resolved from the tenant's own
// service principals when a permission is granted.
//
// permissions.json is put together from github.com/merill/microsoft-info (MIT)
// and Microsoft's published lists for Exchange Online and SharePoint Online.
package catalog

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// Type says whose rights a permission uses: the app's own, or those of the
// person who is signed in to it.
type Type string

const (
	Application Type = "Application" // an app role; the app acts as itself
	Delegated   Type = "Delegated"   // a scope; the app acts for a signed-in person
)

// Application IDs of the three resources in the list.
const (
	MicrosoftGraph   = "00000003-0000-0000-c000-000000000000"
	ExchangeOnline   = "00000002-0000-0ff1-ce00-000000000000"
	SharePointOnline = "00000003-0000-0ff1-ce00-000000000000"
)

// A Permission is one app role or one delegated scope of one resource.
// ResourceAppID, Type and Name together are its key; ID is not unique, because
// resources share some.
type Permission struct {
	Resource      string `json:"resource"`
	ResourceAppID string `json:"resourceAppId"`
	Name          string `json:"name"`
	Type          Type   `json:"type"`
	ID            string `json:"id"`
	// AdminConsentRequired is nil where it is not known.
	AdminConsentRequired *bool  `json:"adminConsentRequired"`
	DisplayName          string `json:"displayName"`
	Description          string `json:"description"`
}

//go:embed permissions.json
var data []byte

type key struct {
	resourceAppID string
	typ           Type
	name          string
}

var load = sync.OnceValue(func() (l struct {
	all   []Permission
	byKey map[key]int
	byID  map[key]int // with the ID for the name
	lower []string    // the name and words of each, for Search
}) {
	if err := json.Unmarshal(data, &l.all); err != nil {
		panic("catalog: permissions.json: " + err.Error()) // embedded: cannot differ from what the tests saw
	}
	l.byKey = make(map[key]int, len(l.all))
	l.byID = make(map[key]int, len(l.all))
	for i, p := range l.all {
		l.byKey[key{p.ResourceAppID, p.Type, strings.ToLower(p.Name)}] = i
		l.byID[key{p.ResourceAppID, p.Type, strings.ToLower(p.ID)}] = i
		l.lower = append(l.lower, strings.ToLower(p.Name+" "+string(p.Type)+" "+p.Resource+" "+p.DisplayName))
	}
	return l
})

// All returns every permission in the list. The caller must not change it.
func All() []Permission { return load().all }

// Find returns the permission of a resource by its type and name, in any case.
func Find(resourceAppID string, t Type, name string) (Permission, bool) {
	l := load()
	i, ok := l.byKey[key{resourceAppID, t, strings.ToLower(name)}]
	if !ok {
		return Permission{}, false
	}
	return l.all[i], true
}

// ByID returns the permission of a resource by its type and ID, in any case.
func ByID(resourceAppID string, t Type, id string) (Permission, bool) {
	l := load()
	i, ok := l.byID[key{resourceAppID, t, strings.ToLower(id)}]
	if !ok || id == "" {
		return Permission{}, false
	}
	return l.all[i], true
}

// Search returns up to limit permissions whose name, type, resource or title
// has every word of query in it: the name that is query first, then names that
// begin with it, names that contain it, and the rest, each in alphabetical order.
// Where several services have a permission of one name, Microsoft Graph's is first:
// the others are of older interfaces, and hardly ever meant.
func Search(query string, limit int) []Permission {
	l := load()
	query = strings.ToLower(strings.TrimSpace(query))
	words := strings.Fields(query)
	type hit struct{ rank, i int }
	var hits []hit
	for i, text := range l.lower {
		if p := l.all[i]; l.byKey[key{p.ResourceAppID, p.Type, strings.ToLower(p.Name)}] != i {
			continue // the list has a few twice, and Find knows one of them
		}
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		name := strings.ToLower(l.all[i].Name)
		rank := 3
		switch {
		case name == query:
			rank = 0
		case strings.HasPrefix(name, query):
			rank = 1
		case strings.Contains(name, query):
			rank = 2
		}
		hits = append(hits, hit{rank, i})
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		p, q := l.all[a.i], l.all[b.i]
		return cmp.Or(strings.Compare(p.Name, q.Name), p.order()-q.order(), strings.Compare(string(p.Type), string(q.Type)))
	})
	found := make([]Permission, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		found = append(found, l.all[h.i])
	}
	return found
}

// order is the place of p's resource among permissions of one name.
func (p Permission) order() int {
	return slices.Index([]string{MicrosoftGraph, ExchangeOnline, SharePointOnline}, p.ResourceAppID)
}

// short names of the resources, for keys that fit into 75 characters.
var short = map[string]string{MicrosoftGraph: "graph", ExchangeOnline: "exchange", SharePointOnline: "sharepoint"}

// Key names p in at most 75 characters: "graph:Application:Directory.Read.All".
func (p Permission) Key() string {
	return short[p.ResourceAppID] + ":" + string(p.Type) + ":" + p.Name
}

// ByKey returns the permission that has this key.
func ByKey(k string) (Permission, bool) {
	resource, rest, _ := strings.Cut(k, ":")
	typ, name, _ := strings.Cut(rest, ":")
	for id, s := range short {
		if s == resource {
			return Find(id, Type(typ), name)
		}
	}
	return Permission{}, false
}

// ResourceAppID returns the application ID of a resource by its name.
func ResourceAppID(name string) (string, bool) {
	for _, p := range load().all {
		if p.Resource == name {
			return p.ResourceAppID, true
		}
	}
	return "", false
}
