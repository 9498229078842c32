package whole

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

const (
	appID = "11111111-0000-0000-0000-000000000001"
	ada   = "22222222-0000-0000-0000-000000000001"
	bob   = "22222222-0000-0000-0000-000000000002"
	group = "33333333-0000-0000-0000-000000000001"
)

var graph = Resource{ObjectID: "44444444-0000-0000-0000-000000000001", AppID: catalog.MicrosoftGraph, Name: "Microsoft Graph"}

func role(t *testing.T, name string) Role {
	t.Helper()
	p, ok := catalog.Find(catalog.MicrosoftGraph, catalog.Application, name)
	if !ok {
		t.Fatalf("no permission %s", name)
	}
	return Role{Resource: graph, ID: p.ID, Value: p.Name}
}

func planned(t *testing.T) plan.Plan {
	t.Helper()
	read, _ := plan.Known(catalog.MicrosoftGraph, catalog.Application, "Directory.Read.All")
	user, _ := plan.Known(catalog.MicrosoftGraph, catalog.Delegated, "User.Read")
	return plan.Plan{Audience: plan.ThisTenant, Permissions: []plan.Permission{read, user}, RedirectURIs: []string{"https://a.example/cb"},
		Scopes: []plan.Scope{{Name: "access", AdminsOnly: true, PreAuthorized: []string{bob}}}}
}

// full is an app that has something of everything, and is exactly as planned but for what was added.
func full(t *testing.T) App {
	t.Helper()
	return App{AppID: appID, Name: "App", Audience: plan.ThisTenant, Lock: Lock{Enabled: true, All: true},
		Application: Side{ObjectID: "55555555-0000-0000-0000-000000000001", Owners: []Owner{{ObjectID: ada, Kind: "user", Name: "Ada"}},
			Credentials: []Credential{{Kind: Password, KeyID: "66666666-0000-0000-0000-000000000001"}}},
		Principal:      Side{ObjectID: "77777777-0000-0000-0000-000000000001"},
		Roles:          []Role{role(t, "Directory.Read.All")},
		Grants:         []Grant{{Resource: graph, Scope: "User.Read"}},
		Redirects:      []Redirect{{plan.Web, "https://a.example/cb"}},
		Scopes:         []Scope{{ID: "88888888-0000-0000-0000-000000000001", Value: "access", AdminsOnly: true}},
		Clients:        []Client{{strings.ToUpper(bob), "88888888-0000-0000-0000-000000000001"}},
		IdentifierURIs: []string{"api://" + appID},
	}
}

func allowed(t *testing.T, a App) Allowed {
	return Allowed{Plan: planned(t), Credentials: slices.Clone(a.Application.Credentials), Owners: []string{strings.ToUpper(ada)}}
}

func TestAnAppThatIsAsPlannedIsExact(t *testing.T) {
	a := full(t)
	if c := a.Against(allowed(t, a)); !c.Exact() {
		t.Errorf("missing %v, excess %v", Names(c.Missing), Names(c.Excess))
	}
}

// widened are apps with one thing more each, and what it is called.
var widened = map[string]func(t *testing.T, a *App){
	"client secret 66666666-0000-0000-0000-000000000009 “portal”": func(_ *testing.T, a *App) {
		a.Application.Credentials = append(a.Application.Credentials, Credential{Kind: Password, Name: "portal",
			KeyID: "66666666-0000-0000-0000-000000000009"})
	},
	"client secret 66666666-0000-0000-0000-000000000001 of its service principal": func(_ *testing.T, a *App) {
		a.Principal.Credentials = a.Application.Credentials
	},
	"certificate AB12": func(_ *testing.T, a *App) {
		a.Application.Credentials = append(a.Application.Credentials, Credential{Kind: Certificate, Thumbprint: "AB12"})
	},
	"trust in https://i.example for repo:a/b": func(_ *testing.T, a *App) {
		a.Application.Credentials = append(a.Application.Credentials,
			Credential{Kind: Federated, Trust: plan.FederatedIssuer{Issuer: "https://i.example", Subject: "repo:a/b"}})
	},
	"owner Ada": func(_ *testing.T, a *App) { // of one name, and somebody else
		a.Application.Owners = append(a.Application.Owners, Owner{ObjectID: bob, Kind: "user", Name: "Ada"})
	},
	"owner the app CI of its service principal": func(_ *testing.T, a *App) {
		a.Principal.Owners = append(a.Principal.Owners, Owner{ObjectID: bob, Kind: "servicePrincipal", Name: "CI"})
	},
	"Microsoft Graph/Mail.Read": func(t *testing.T, a *App) { a.Roles = append(a.Roles, role(t, "Mail.Read")) },
	"Microsoft Graph/Directory.AccessAsUser.All": func(_ *testing.T, a *App) {
		a.Grants = append(a.Grants, Grant{Resource: graph, Scope: "Directory.AccessAsUser.All"})
	},
	"Microsoft Graph/Mail.Read (for the account " + bob + ")": func(_ *testing.T, a *App) {
		a.Grants = append(a.Grants, Grant{Resource: graph, Scope: "Mail.Read", Principal: bob})
	},
	"directory role Global Administrator": func(_ *testing.T, a *App) {
		a.Directory = append(a.Directory, DirectoryRole{DefinitionID: "62e90394-69f5-4237-9190-012177145e10", Name: "Global Administrator",
			Scope: "/"})
	},
	"directory role Global Administrator (eligible)": func(_ *testing.T, a *App) {
		a.Directory = append(a.Directory, DirectoryRole{DefinitionID: "62e90394-69f5-4237-9190-012177145e10", Name: "Global Administrator",
			Scope: "/", Eligible: true})
	},
	"group membership Admins": func(_ *testing.T, a *App) {
		a.Groups = append(a.Groups, Group{ObjectID: group, Name: "Admins", Direct: true})
	},
	"Owner on sub": func(_ *testing.T, a *App) { a.Azure = append(a.Azure, AzureRole{"sub", "Owner"}) },
	"redirect URI https://evil.example (web)": func(_ *testing.T, a *App) {
		a.Redirects = append(a.Redirects, Redirect{plan.Web, "https://evil.example"})
	},
	"redirect URI https://a.example/cb (spa)": func(_ *testing.T, a *App) {
		a.Redirects = append(a.Redirects, Redirect{plan.SPA, "https://a.example/cb"})
	},
	"client without consent " + ada + " for access": func(_ *testing.T, a *App) {
		a.Clients = append(a.Clients, Client{ada, "88888888-0000-0000-0000-000000000001"})
	},
	"app role Admin (for apps)": func(_ *testing.T, a *App) {
		a.AppRoles = append(a.AppRoles, AppRole{ID: group, Value: "Admin", Apps: true})
	},
	"setting implicit grant of access tokens": func(_ *testing.T, a *App) { a.AccessTokens = true },
	"setting implicit grant of ID tokens":     func(_ *testing.T, a *App) { a.IDTokens = true },
	"setting public client flows":             func(_ *testing.T, a *App) { a.PublicClientFlows = true },
	"identifier URI api://other":              func(_ *testing.T, a *App) { a.IdentifierURIs = append(a.IdentifierURIs, "api://other") },
	"optional claim email in the idToken": func(_ *testing.T, a *App) {
		a.Claims = append(a.Claims, plan.OptionalClaim{Token: "idToken", Name: "email"})
	},
}

func TestOneThingMoreIsAnExcessAndAnotherDigest(t *testing.T) {
	for name, widen := range widened {
		was, is := full(t), full(t)
		widen(t, &is)
		c := is.Against(allowed(t, was))
		if got := Names(c.Excess); !slices.Equal(got, []string{name}) || len(c.Missing) > 0 || c.Exact() {
			t.Errorf("excess %q, want %q; missing %q", got, name, Names(c.Missing))
		}
		if was.Digest() == is.Digest() {
			t.Errorf("%s: the digest is the same", name)
		}
		if c = was.Against(Allowed{Plan: planned(t), Found: is.Items()}); len(c.Excess) > 0 {
			t.Errorf("%s: what was found is too much: %q", name, Names(c.Excess))
		}
	}
}

func TestWhatThePlanHasAndTheAppHasNotIsMissing(t *testing.T) {
	a := App{AppID: appID, Application: full(t).Application, Audience: plan.AnyTenant, Lock: Lock{Enabled: true, All: true}}
	c := a.Against(allowed(t, a))
	got := strings.Join(Names(c.Missing), "; ")
	if want := "Microsoft Graph/Directory.Read.All; Microsoft Graph/User.Read; redirect URI https://a.example/cb (web); " +
		"client without consent " + bob + " for access; exposed scope access (admins only may consent); identifier URI api://" + appID +
		"; setting who can sign in: AzureADMyOrg"; got != want {
		t.Errorf("missing %s", got)
	}
	if len(c.Excess) != 1 || c.Excess[0].Name != "who can sign in: AzureADMultipleOrgs" {
		t.Errorf("excess %q", Names(c.Excess))
	}
}

func TestUnknownIsNeverExactAndNothingIsMissingThere(t *testing.T) {
	a := full(t)
	a.Grants, a.Gaps = nil, []Gap{{KindGrant, "delegated permissions", "nobody may"}}
	c := a.Against(allowed(t, a))
	if c.Exact() || len(c.Missing) > 0 || len(c.Unknown) != 1 {
		t.Errorf("%+v", c)
	}
	if got := strings.Join(a.Unknown(), " "); got != "Not read: delegated permissions. Nobody may." {
		t.Errorf("it says %q", got)
	}
	if a.Risk().Weight() < catalog.High.Weight() {
		t.Errorf("the risk of what nobody knows is %s", a.Risk())
	}
}

func TestWhatEverybodyMayOnePersonMayToo(t *testing.T) {
	a := full(t)
	a.Grants = append(a.Grants, Grant{Resource: graph, Scope: "User.Read", Principal: bob})
	a.Roles = append(a.Roles, Role{Resource: graph, ID: a.Roles[0].ID, Value: a.Roles[0].Value, Via: group})
	if c := a.Against(allowed(t, a)); !c.Exact() {
		t.Errorf("excess %q", Names(c.Excess))
	}
}

func TestAnotherRoleIDIsAnotherPermissionWhateverItIsCalled(t *testing.T) {
	a := full(t)
	a.Roles = append(a.Roles, Role{Resource: Resource{AppID: ada, Name: "Microsoft Graph"}, ID: group, Value: "Directory.Read.All"})
	if c := a.Against(allowed(t, a)); len(c.Excess) != 1 {
		t.Errorf("excess %q", Names(c.Excess))
	}
}

func TestTheDigestDoesNotDependOnOrderNamesAndCapitals(t *testing.T) {
	a := full(t)
	for _, widen := range widened {
		widen(t, &a)
	}
	b := a
	v := reflect.ValueOf(&b).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Slice && f.Len() > 1 {
			was := reflect.AppendSlice(reflect.MakeSlice(f.Type(), 0, f.Len()), f)
			reflect.Swapper(was.Interface())(0, rand.Intn(f.Len()-1)+1)
			f.Set(was)
		}
	}
	b.Name, b.Read, b.AppID = "Another", time.Now(), strings.ToUpper(a.AppID)
	b.Application.Owners = slices.Clone(b.Application.Owners)
	b.Application.Owners[0].Name, b.Application.Owners[0].ObjectID = "Eve", strings.ToUpper(b.Application.Owners[0].ObjectID)
	if a.Digest() != b.Digest() {
		t.Error("the digests differ")
	}
}

func TestEveryFieldOfAnAppIsInItsDigest(t *testing.T) {
	told := map[string]bool{"Name": true, "Read": true, "Disabled": false}
	of := reflect.TypeFor[App]()
	for i := range of.NumField() {
		f := of.Field(i)
		if told[f.Name] {
			continue
		}
		a := full(t)
		v := reflect.ValueOf(&a).Elem().Field(i)
		alter(v)
		if a.Digest() == full(t).Digest() && f.Name != "Lock" { // which matters to an app of several tenants
			t.Errorf("%s may be anything", f.Name)
		}
	}
	a, b := full(t), full(t)
	a.Audience, b.Audience = plan.AnyTenant, plan.AnyTenant
	if b.Lock = (Lock{}); a.Digest() == b.Digest() {
		t.Error("the instance lock may be anything")
	}
}

// alter changes a value, whatever it is.
func alter(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("another")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.New(v.Type().Elem()).Elem()))
		alter(v.Index(v.Len() - 1))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Type != reflect.TypeFor[time.Time]() {
				alter(v.Field(i))
			}
		}
	default:
		panic(fmt.Sprintf("nobody sets a %s", v.Kind()))
	}
}
