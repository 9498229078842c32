package whole

import (
	"cmp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// A Kind is what an item of an app's power is.
type Kind string

// The kinds, those first with which somebody else could already act as the app.
const (
	KindCredential Kind = "credential"
	KindOwner      Kind = "owner"
	KindRole       Kind = "application permission"
	KindGrant      Kind = "delegated permission"
	KindDirectory  Kind = "directory role"
	KindGroup      Kind = "group membership"
	KindAzure      Kind = "role in Azure"
	KindRedirect   Kind = "redirect URI"
	KindClient     Kind = "client without consent"
	KindScope      Kind = "exposed scope"
	KindAppRole    Kind = "app role"
	KindIdentifier Kind = "identifier URI"
	KindConsent    Kind = "consent text for users"
	KindClaim      Kind = "optional claim"
	KindSetting    Kind = "setting"
)

// Kinds are all of them, in that order.
var Kinds = []Kind{KindCredential, KindOwner, KindRole, KindGrant, KindDirectory, KindGroup, KindAzure, KindRedirect, KindClient,
	KindScope, KindAppRole, KindIdentifier, KindConsent, KindClaim, KindSetting}

// An Item is one thing of an app's power. Two are the same if their keys are.
type Item struct {
	Kind Kind
	Key  string // of IDs and values, without the kind
	Name string // for people, on one line
	Risk catalog.Risk
}

// Items are all of an app's power, sorted by kind and key.
func (a App) Items() []Item {
	var all []Item
	add := func(k Kind, r catalog.Risk, name string, key ...string) {
		for i := range key {
			key[i] = strings.ReplaceAll(key[i], "|", "%7C")
		}
		all = append(all, Item{k, strings.Join(key, "|"), text.OneLine(name), r})
	}
	a.credentials(add)
	for _, r := range a.Roles {
		add(KindRole, riskOf(a, r.Resource, catalog.Application, r.Value), r.Resource.title()+"/"+cmp.Or(r.Value, r.ID)+via(a, r.Via),
			a.on(r.Resource), strings.ToLower(r.ID), strings.ToLower(r.Via))
	}
	for _, g := range a.Grants {
		name, who := g.Resource.title()+"/"+g.Scope, everybody
		if g.Principal != "" {
			who = strings.ToLower(g.Principal)
			name += " (for the account " + g.Principal + ")"
		}
		add(KindGrant, riskOf(a, g.Resource, catalog.Delegated, g.Scope), name, a.on(g.Resource), g.Scope, who)
	}
	for _, d := range a.Directory {
		name := cmp.Or(d.Name, d.DefinitionID)
		if d.Eligible {
			name += " (eligible)"
		}
		if d.Scope != "/" {
			name += " on " + d.Scope
		}
		add(KindDirectory, riskOfDirectory(d), name+via(a, d.Via), strings.ToLower(d.DefinitionID), strings.ToLower(d.Scope),
			word(d.Eligible, "eligible"), strings.ToLower(d.Via))
	}
	for _, g := range a.Groups {
		risk := catalog.Low
		if g.RoleAssignable {
			risk = catalog.High
		}
		add(KindGroup, risk, cmp.Or(g.Name, g.ObjectID), strings.ToLower(g.ObjectID), word(g.RoleAssignable, "role-assignable"))
	}
	for _, z := range a.Azure {
		add(KindAzure, riskOfAzure(z.Role), z.Role+" on "+z.Scope, strings.ToLower(z.Scope), strings.ToLower(z.Role))
	}
	a.offered(add)
	a.settings(add)
	slices.SortFunc(all, func(x, y Item) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds, x.Kind), slices.Index(Kinds, y.Kind)), cmp.Compare(x.Key, y.Key))
	})
	return slices.CompactFunc(all, func(x, y Item) bool { return x.Kind == y.Kind && x.Key == y.Key })
}

// everybody stands for all users of the tenant.
const everybody = "everybody"

type adder func(k Kind, r catalog.Risk, name string, key ...string)

func (a App) credentials(add adder) {
	for _, on := range []struct {
		side Side
		name string
	}{{a.Application, "application"}, {a.Principal, "service principal"}} {
		of := ""
		if on.name != "application" {
			of = " of its service principal"
		}
		for _, c := range on.side.Credentials {
			add(KindCredential, catalog.High, c.Title()+of, on.name, c.Key())
		}
		for _, o := range on.side.Owners {
			add(KindOwner, catalog.Medium, o.Title()+of, on.name, strings.ToLower(o.ObjectID))
		}
	}
}

func (a App) offered(add adder) {
	for _, r := range a.Redirects {
		add(KindRedirect, catalog.Medium, text.URI(r.URI)+" ("+r.Platform.String()+")", string(r.Platform), r.URI)
	}
	for _, c := range a.Clients {
		add(KindClient, catalog.Medium, c.AppID+" for "+cmp.Or(a.scopeValue(c.ScopeID), c.ScopeID), strings.ToLower(c.AppID),
			cmp.Or(a.scopeValue(c.ScopeID), strings.ToLower(c.ScopeID)))
	}
	for _, s := range a.Scopes {
		who := "users and admins"
		if s.AdminsOnly {
			who = "admins only"
		}
		add(KindScope, catalog.Low, s.Value+" ("+who+" may consent"+word(s.Disabled, ", disabled")+")",
			s.Value, word(s.AdminsOnly, "admin"), word(s.Disabled, "disabled"))
	}
	for _, r := range a.AppRoles {
		add(KindAppRole, catalog.Low, cmp.Or(r.Value, r.ID)+" (for "+plan.AppRole{Users: r.Users, Apps: r.Apps}.For()+
			word(r.Disabled, ", disabled")+")",
			cmp.Or(r.Value, strings.ToLower(r.ID)), word(r.Users, "users"), word(r.Apps, "apps"), word(r.Disabled, "disabled"))
	}
	texts := plan.Plan{OptionalClaims: a.Claims}
	for _, s := range a.Scopes {
		texts.Scopes = append(texts.Scopes, plan.Scope{Name: s.Value, Title: s.Title, Words: s.Words,
			UserTitle: s.UserTitle, UserWords: s.UserWords})
	}
	for _, p := range texts.Parts(plan.ConsentChange) {
		add(KindConsent, catalog.Low, p.Name, p.Key)
	}
	for _, p := range texts.Parts(plan.ClaimChange) {
		add(KindClaim, catalog.Low, p.Name, p.Key)
	}
	for _, uri := range a.IdentifierURIs {
		add(KindIdentifier, catalog.Low, text.URI(uri), uri)
	}
}

func (a App) settings(add adder) {
	set := func(is bool, r catalog.Risk, name string) {
		if is {
			add(KindSetting, r, name, name)
		}
	}
	if a.Audience != "" { // else it is not known
		add(KindSetting, catalog.Low, plan.WhoSignsIn+a.Audience, plan.WhoSignsIn, a.Audience)
		set(a.Audience != plan.ThisTenant && !a.Lock.Holds(), catalog.Medium, SettingUnlocked) // else no other tenant has it
	}
	set(a.PublicClientFlows, catalog.Medium, SettingPublicFlows)
	set(a.IDTokens, catalog.Medium, SettingIDTokens)
	set(a.AccessTokens, catalog.High, SettingAccessTokens)
	set(a.Disabled, catalog.Low, SettingDisabled)
	set(a.AssignmentRequired, catalog.Low, SettingAssignment)
}

// The settings that an app has or has not.
const (
	SettingUnlocked     = "no app instance lock"
	SettingPublicFlows  = "public client flows"
	SettingIDTokens     = "implicit grant of ID tokens"
	SettingAccessTokens = "implicit grant of access tokens"
	SettingDisabled     = "sign-in disabled"
	SettingAssignment   = "assignment required"
)

// Key is what a credential is the same by.
func (c Credential) Key() string {
	switch c.Kind {
	case Certificate:
		return strings.Join([]string{string(c.Kind), strings.ToUpper(c.Thumbprint), cmp.Or(c.Usage, "Verify")}, "|")
	case Federated:
		return strings.Join([]string{string(c.Kind), c.Trust.Issuer, c.Trust.Subject, c.Trust.Audience, c.Expression}, "|")
	}
	return string(Password) + "|" + strings.ToLower(c.KeyID)
}

// Title is a credential for people.
func (c Credential) Title() string {
	until := ""
	if !c.Ends.IsZero() {
		until = ", until " + text.Date(c.Ends)
	}
	switch c.Kind {
	case Certificate:
		return "certificate " + cmp.Or(c.Thumbprint, c.KeyID) + until
	case Federated:
		return "trust in " + c.Trust.Issuer + " for " + cmp.Or(c.Trust.Subject, c.Expression)
	}
	name := "client secret " + c.KeyID
	if c.Name != "" {
		name += " “" + text.Clip(text.OneLine(c.Name), 60) + "”"
	}
	return name + until
}

// Title is an owner for people.
func (o Owner) Title() string {
	kind := map[string]string{"user": "", "servicePrincipal": "the app "}[o.Kind]
	if o.Name == "" {
		return kind + "the account " + o.ObjectID
	}
	return kind + text.Clip(o.Name, 100)
}

func (r Resource) title() string { return cmp.Or(r.Name, r.AppID, r.ObjectID) }

// on is what a permission's resource is the same by.
func (a App) on(r Resource) string { return strings.ToLower(cmp.Or(r.AppID, plan.Gone+r.ObjectID)) }

func via(a App, group string) string {
	if group == "" {
		return ""
	}
	for _, g := range a.Groups {
		if strings.EqualFold(g.ObjectID, group) && g.Name != "" {
			return " (through the group " + g.Name + ")"
		}
	}
	return " (through the group " + group + ")"
}

func (a App) scopeValue(id string) string {
	for _, s := range a.Scopes {
		if strings.EqualFold(s.ID, id) {
			return s.Value
		}
	}
	return ""
}

func word(is bool, w string) string {
	if is {
		return w
	}
	return ""
}
