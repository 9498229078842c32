package plan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/entra-app/entra-app/workflow/azurescope"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/set"
	"github.com/entra-app/entra-app/workflow/text"
)

// A Part is one thing that a plan has. Two plans have the same if the keys are the same,
// whatever it is called.
type Part struct {
	Key  string
	Name string // for people
	ID   string // tells it from another of the same name; empty where the name says all
}

func sameKey(a, b Part) bool { return a.Key == b.Key }

// Beyond are the parts of a that are not in b.
func Beyond(a, b []Part) []Part { return set.Minus(a, b, sameKey) }

// A field is what a plan has in one place. What is nil does not apply to it.
type field struct {
	kind  string // of a Change
	plans bool   // it is compared between plans only: what the tenant has of it is read elsewhere, or not at all
	clone func(p *Plan)
	union func(p *Plan, q Plan)       // adds what q has besides
	minus func(left *Plan, p, q Plan) // adds to left what of p is not in q, where an app can be without it
	parts func(p Plan) []Part
}

// fields is the one list of what a plan has, in the order of a card.
var fields = []field{
	list(PermissionChange, both, func(p *Plan) *[]Permission { return &p.Permissions }, SamePermission, Permission.part),
	list(RoleChange, both, func(p *Plan) *[]DirectoryRole { return &p.DirectoryRoles }, SameRole, DirectoryRole.part),
	{kind: ScopeChange,
		clone: func(p *Plan) { p.Scopes = slices.Clone(p.Scopes) },
		union: func(p *Plan, q Plan) { p.Scopes = withScopes(p.Scopes, q.Scopes) },
		parts: func(p Plan) []Part { return each(p.Scopes, Scope.part) }},
	{kind: ConsentChange, parts: consentTexts},
	{kind: AdminTextChange, plans: true, parts: adminTexts},
	list(AppRoleChange, both, func(p *Plan) *[]AppRole { return &p.AppRoles }, SameAppRole, AppRole.part),
	{kind: AppRoleTextChange, plans: true, parts: appRoleTexts},
	list(IdentifierChange, both, func(p *Plan) *[]string { return &p.IdentifierURIs }, set.Equal,
		func(uri string) Part { return Part{Key: uri, Name: text.URI(uri)} }),
	list(ClaimChange, both, func(p *Plan) *[]OptionalClaim { return &p.OptionalClaims }, SameClaim, OptionalClaim.part),
	redirects(Web), redirects(SPA), redirects(PublicClient),
	list(OwnerChange, added, func(p *Plan) *[]people.Person { return &p.Owners }, people.Same,
		func(o people.Person) Part { return Part{o.ID, o.Name, o.ID} }),
	{kind: SettingChange,
		union: func(p *Plan, q Plan) { p.PublicClientFlows = p.PublicClientFlows || q.PublicClientFlows },
		minus: func(left *Plan, p, q Plan) { left.PublicClientFlows = p.PublicClientFlows && !q.PublicClientFlows },
		parts: settings},
	{kind: AzureChange, parts: azureRoles,
		clone: func(p *Plan) {
			p.AzureRoles, p.Subscriptions = slices.Clone(p.AzureRoles), slices.Clone(p.Subscriptions)
		}},
	{kind: CredentialChange, plans: true, parts: func(p Plan) []Part { return p.Credential.parts() }},
	{kind: WorkloadChange, plans: true, parts: workloads,
		clone: func(p *Plan) { p.Workloads, p.Chosen = slices.Clone(p.Workloads), slices.Clone(p.Chosen) }},
	{kind: BackupChange, plans: true, parts: func(p Plan) []Part { return p.Backup.parts() },
		clone: func(p *Plan) { p.Backup.Services = slices.Clone(p.Backup.Services) }},
	{kind: AppChange, plans: true, parts: func(p Plan) []Part {
		return each([]string{"name: " + p.AppName, "tenant: " + p.TenantID}, named)
	}},
}

// What becomes of a list when plans are joined and compared.
type merging int

const (
	both  merging = iota // Union and Minus have it
	added                // Union has it
)

// list is the field of a plain list.
func list[T any](kind string, in merging, of func(*Plan) *[]T, same func(a, b T) bool, part func(T) Part) field {
	f := field{
		kind:  kind,
		clone: func(p *Plan) { *of(p) = slices.Clone(*of(p)) },
		union: func(p *Plan, q Plan) { *of(p) = set.Union(*of(p), *of(&q), same) },
		parts: func(p Plan) []Part { return each(*of(&p), part) },
	}
	if in == both {
		f.minus = func(left *Plan, p, q Plan) { *of(left) = set.Minus(*of(&p), *of(&q), same) }
	}
	return f
}

func redirects(on Platform) field {
	return list(RedirectChange, both, func(p *Plan) *[]string { return p.redirects(on) }, set.Equal,
		func(uri string) Part {
			return Part{Key: string(on) + " " + uri, Name: text.URI(uri) + " (" + string(on) + ")"}
		})
}

func each[T any](all []T, part func(T) Part) []Part {
	var parts []Part
	for _, one := range all {
		p := part(one)
		p.Name = text.OneLine(p.Name) // some of it may be from the tenant, where others write
		parts = append(parts, p)
	}
	return parts
}

func (p Permission) part() Part {
	return Part{strings.Join([]string{p.ResourceAppID, string(p.Type), p.Name}, " "),
		p.Resource + " " + p.Name + " (" + strings.ToLower(string(p.Type)) + ")", p.ResourceAppID}
}

func (r DirectoryRole) part() Part { return Part{r.TemplateID, r.Name, r.TemplateID} }

func (r AppRole) part() Part { return named(r.Name + " (for " + r.For() + ")") }

func (c OptionalClaim) part() Part {
	return Part{Key: keyOf(append([]string{c.Token, c.Source, c.Name, strconv.FormatBool(c.Essential)}, c.Properties...)...),
		Name: c.Line()}
}

// named is a part that is nothing but its name, exactly.
func named(name string) Part { return Part{Key: name, Name: name} }

// keyOf is one key of several values: no value can be taken for two.
func keyOf(values ...string) string { return strings.Join(values, "\x00") }

func (s Scope) part() Part {
	return Part{Key: keyOf(append([]string{s.Name, s.WhoConsents()}, s.PreAuthorized...)...),
		Name: strings.TrimSuffix(s.Name+" ("+s.WhoConsents()+" may consent; without consent: "+
			strings.Join(s.PreAuthorized, ", "), "; without consent: ") + ")"}
}

// adminTexts are what admins read of the scopes.
func adminTexts(p Plan) []Part {
	return each(p.Scopes, func(s Scope) Part { return texts(s.Name, s.Title, s.Words) })
}

// appRoleTexts are what is read of the roles that the app offers.
func appRoleTexts(p Plan) []Part {
	return each(p.AppRoles, func(r AppRole) Part { return texts(r.Name, r.Title, r.Words) })
}

func texts(of, title, words string) Part {
	return Part{Key: keyOf(of, title, words), Name: strings.TrimSuffix(of+": "+title+" – "+words, ": – ")}
}

// workloads are what was chosen of the product. Its name stays when a title changes.
func workloads(p Plan) []Part {
	parts := each(p.Workloads, named)
	if len(p.Chosen) == len(parts) {
		for i := range parts {
			parts[i].Key, parts[i].ID = p.Chosen[i], p.Chosen[i]
		}
	}
	return parts
}

// consentTexts are what users read of the scopes, where that is not what admins read.
func consentTexts(p Plan) []Part {
	own := slices.DeleteFunc(slices.Clone(p.Scopes), func(s Scope) bool { return s.UserTitle == "" && s.UserWords == "" })
	return each(own, func(s Scope) Part {
		title, words := s.ForUsers()
		return texts(s.Name, title, words)
	})
}

// WhoSignsIn begins the setting that every app has.
const WhoSignsIn = "who can sign in: "

// settings are what every app has, or has not.
func settings(p Plan) []Part {
	names := []string{WhoSignsIn + p.Audience}
	if p.PublicClientFlows {
		names = append(names, "public client flows")
	}
	if p.Needs() > 1 {
		names = append(names, "takes "+text.Count(p.Needs(), "approval"))
	}
	return each(names, named)
}

// azureRoles are the roles on each of the scopes.
func azureRoles(p Plan) []Part {
	var parts []Part
	for _, a := range p.AzureRoles {
		name := a.Name
		if a.ID == "" {
			name += " (custom)"
		}
		parts = append(parts, each(p.Subscriptions, func(scope string) Part {
			return Part{strings.ToLower(cmp.Or(a.ID, a.Name) + " " + azurescope.Path(scope)),
				strings.TrimSuffix(name+" on "+scope, " on "), a.ID} // by itself where it is not said
		})...)
	}
	return parts
}
