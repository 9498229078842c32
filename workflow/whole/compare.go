package whole

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// Digest is of all that the app has, by IDs and values, and of what could not be read. It is
// the same in whatever order that came, and whatever things are called.
func (a App) Digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q\n", strings.ToLower(a.AppID), strings.ToLower(a.Application.ObjectID), strings.ToLower(a.Principal.ObjectID))
	for _, i := range a.Items() {
		fmt.Fprintf(h, "%q %q\n", i.Kind, i.Key)
	}
	var unknown []Kind
	for _, g := range a.Gaps {
		unknown = append(unknown, g.Of)
	}
	slices.Sort(unknown)
	for _, k := range slices.Compact(unknown) {
		fmt.Fprintf(h, "unknown %q\n", k)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Allowed is what an app is to have, and what it may have besides.
type Allowed struct {
	Plan plan.Plan   // what it is to have, but for its credential and its owners
	Also []plan.Plan // what is no excess
	// Found are items that it was seen to have by whoever approved.
	Found []Item
	// Credentials are those of the application that it may have, by their keys.
	Credentials []Credential
	Owners      []string // object IDs of those who may own the application or its service principal
	// Calls are plans whose names for resources are used for what is compared.
	Calls []plan.Plan
}

// A Comparison is what an app lacks of what it is to have, and what it has beyond what it may.
type Comparison struct {
	Missing, Excess []Item
	Unknown         []Gap
}

// Exact reports whether an app is as was approved, no more and no less, and nothing of it is unknown.
func (c Comparison) Exact() bool { return len(c.Missing)+len(c.Excess)+len(c.Unknown) == 0 }

// Of are those of some kinds.
func Of(items []Item, kinds ...Kind) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return !slices.Contains(kinds, i.Kind) })
}

// Names are what items are called, each with its kind where that does not say itself.
func Names(items []Item) []string {
	var names []string
	for _, i := range items {
		switch i.Kind {
		case KindCredential, KindRole, KindGrant, KindAzure:
			names = append(names, i.Name)
		default:
			names = append(names, string(i.Kind)+" "+i.Name)
		}
	}
	return names
}

// Against compares what an app has with what was approved, by IDs and values.
func (a App) Against(w Allowed) Comparison {
	a = a.called(append(append([]plan.Plan{w.Plan}, w.Also...), w.Calls...))
	has, want := a.Items(), a.having(w.Plan).Items()
	may := slices.Concat(want, w.Found)
	for _, p := range w.Also {
		may = append(may, a.having(p).Items()...)
	}
	may = append(may, App{Application: Side{Credentials: w.Credentials}, Principal: a.ownedBy(w.Owners)}.Items()...)
	may = append(may, App{Application: a.ownedBy(w.Owners)}.Items()...)
	c := Comparison{Unknown: slices.Clone(a.Gaps)}
	for _, i := range set.Minus(want, has, same) {
		if !a.Lacks(i.Kind) { // else nobody can say
			c.Missing = append(c.Missing, i)
		}
	}
	c.Excess = slices.DeleteFunc(set.Minus(has, may, same), func(i Item) bool { return a.isCovered(i, may) })
	return c
}

func same(x, y Item) bool { return x.Kind == y.Kind && x.Key == y.Key }

func (a App) ownedBy(ids []string) (s Side) {
	for _, id := range ids {
		s.Owners = append(s.Owners, Owner{ObjectID: id})
	}
	return s
}

// isCovered reports whether something gives an app nothing that it may not have: what
// everybody may have is granted to one person, what it has itself comes through a group, or who
// may use it is restricted.
func (a App) isCovered(i Item, may []Item) bool {
	has := func(key ...string) bool {
		return slices.ContainsFunc(may, func(m Item) bool { return m.Kind == i.Kind && m.Key == strings.Join(key, "|") })
	}
	parts := strings.Split(i.Key, "|")
	switch i.Kind {
	case KindGrant:
		return has(parts[0], parts[1], everybody)
	case KindRole:
		return parts[2] != "" && has(parts[0], parts[1], "")
	case KindDirectory:
		return has(parts[0], "/", "", "") // in the whole tenant, and active
	case KindSetting:
		return slices.Contains([]string{SettingDisabled, SettingAssignment}, i.Key)
	}
	return false
}

// having is an app that has what a plan says, and nothing else. The IDs of what has a value are
// those that a has for it.
func (a App) having(p plan.Plan) App {
	has := App{AppID: a.AppID, Application: Side{ObjectID: cmp.Or(a.Application.ObjectID, "planned")}, Lock: Lock{Enabled: true, All: true},
		Audience: p.Audience, PublicClientFlows: p.PublicClientFlows, Claims: p.OptionalClaims}
	for _, q := range p.Permissions {
		on := Resource{AppID: q.ResourceAppID, Name: q.Resource}
		if q.ResourceAppID == plan.Self {
			on.AppID = a.AppID
		}
		if id, gone := q.OnGone(); gone {
			on = Resource{ObjectID: id, Name: q.Resource}
		}
		if q.Type == catalog.Delegated {
			has.Grants = append(has.Grants, Grant{Resource: on, Scope: q.Name})
		} else {
			has.Roles = append(has.Roles, Role{Resource: on, ID: a.roleID(on, q.Name), Value: q.Name})
		}
	}
	for _, d := range p.DirectoryRoles {
		has.Directory = append(has.Directory, DirectoryRole{DefinitionID: d.TemplateID, Name: d.Name, Scope: "/"})
	}
	for _, z := range p.AzureRoles {
		for _, scope := range p.Subscriptions {
			has.Azure = append(has.Azure, AzureRole{Scope: scope, Role: cmp.Or(z.ID, z.Name)})
		}
	}
	for _, on := range plan.Platforms {
		for _, uri := range p.On(on) {
			has.Redirects = append(has.Redirects, Redirect{on, uri})
		}
	}
	for _, s := range p.Scopes {
		has.Scopes = append(has.Scopes, Scope{ID: "scope " + s.Name, Value: s.Name, AdminsOnly: s.AdminsOnly,
			Title: s.Title, Words: s.Words, UserTitle: s.UserTitle, UserWords: s.UserWords})
		for _, c := range s.PreAuthorized {
			has.Clients = append(has.Clients, Client{AppID: c, ScopeID: "scope " + s.Name})
		}
	}
	for _, r := range p.AppRoles {
		has.AppRoles = append(has.AppRoles, AppRole{Value: r.Name, Users: r.Users, Apps: r.Apps})
	}
	uris := slices.Clone(p.IdentifierURIs)
	if len(p.Scopes) > 0 && !slices.Contains(uris, plan.OwnURI) {
		uris = append(uris, plan.OwnURI)
	}
	for _, uri := range uris {
		has.IdentifierURIs = append(has.IdentifierURIs, strings.ReplaceAll(uri, "{appId}", a.AppID))
	}
	return has
}

// roleID is the ID that an app has for a role: that of the one with this value; else the
// catalogue's, and else the value, which is an ID where a role has none.
func (a App) roleID(on Resource, value string) string {
	for _, r := range a.Roles {
		if a.on(r.Resource) == a.on(on) && (r.Value == value && value != "" || strings.EqualFold(r.ID, value)) {
			return r.ID
		}
	}
	if known, ok := catalog.Find(strings.ToLower(on.AppID), catalog.Application, value); ok {
		return known.ID
	}
	return value
}

// called is a with the names that plans have for resources.
func (a App) called(plans []plan.Plan) App {
	names := make(map[string]string)
	for _, p := range plans {
		for _, q := range p.Permissions {
			on := strings.ToLower(q.ResourceAppID)
			if q.ResourceAppID == plan.Self {
				on = strings.ToLower(a.AppID)
			}
			if names[on] == "" {
				names[on] = q.Resource
			}
		}
	}
	a.Roles, a.Grants, a.Directory = slices.Clone(a.Roles), slices.Clone(a.Grants), slices.Clone(a.Directory)
	for i, d := range a.Directory {
		for _, p := range plans {
			for _, known := range p.DirectoryRoles {
				if strings.EqualFold(known.TemplateID, d.DefinitionID) {
					a.Directory[i].Name = known.Name
				}
			}
		}
	}
	for i, r := range a.Roles {
		a.Roles[i].Name = cmp.Or(names[a.on(r.Resource)], r.Name)
	}
	for i, g := range a.Grants {
		a.Grants[i].Name = cmp.Or(names[a.on(g.Resource)], g.Name)
	}
	return a
}
