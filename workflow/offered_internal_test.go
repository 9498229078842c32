package workflow

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/plan"
)

const offeredTenant = "7d1f2b3c-0000-4000-8000-00000000000a"

// services.md section 4, identifier URIs, and issue 7: app roles, optional claims and
// identifier URIs pass the same gate, wherever they are from.
func TestWhatAnAppOffersIsRefusedAsEntraDoes(t *testing.T) {
	role := plan.AppRole{Name: "Restore.Run", Title: "Restore", Words: "Restores.", Users: true}
	with := func(edit func(*plan.AppRole)) plan.Plan {
		r := role
		edit(&r)
		return plan.Plan{AppRoles: []plan.AppRole{role, r}[1:]}
	}
	uri := func(uris ...string) plan.Plan { return plan.Plan{IdentifierURIs: uris} }
	claim := func(claims ...plan.OptionalClaim) plan.Plan { return plan.Plan{OptionalClaims: claims} }
	for name, c := range map[string]struct {
		p    plan.Plan
		says string // "" is allowed
	}{
		"a role":                       {with(func(*plan.AppRole) {}), ""},
		"a role with a space":          {with(func(r *plan.AppRole) { r.Name = "Restore Run" }), "The name Restore Run may have"},
		"a role without a title":       {with(func(r *plan.AppRole) { r.Title = "" }), "Restore.Run has no display name"},
		"a role without a description": {with(func(r *plan.AppRole) { r.Words = "" }), "Restore.Run has no description"},
		"a role for nobody":            {with(func(r *plan.AppRole) { r.Users = false }), "Restore.Run is for nobody"},
		"a role with a long title":     {with(func(r *plan.AppRole) { r.Title = strings.Repeat("x", 101) }), "101 characters; at most 100"},
		"two roles that are one": {plan.Plan{AppRoles: []plan.AppRole{role, {Name: "restore.run", Title: "x", Words: "x", Apps: true}}},
			"differ in capitals only"},
		"a claim": {claim(plan.OptionalClaim{Token: "idToken", Name: "email"}), ""},
		"a claim of no token": {claim(plan.OptionalClaim{Token: "token", Name: "email"}),
			"a token other than idToken, accessToken, saml2Token"},
		"a claim without a name":   {claim(plan.OptionalClaim{Token: "idToken"}), "a name has no spaces"},
		"a claim of an odd source": {claim(plan.OptionalClaim{Token: "idToken", Name: "email", Source: "device"}), "source is user"},
		"a claim twice": {claim(plan.OptionalClaim{Token: "idToken", Name: "email"},
			plan.OptionalClaim{Token: "idToken", Name: "email"}), "there twice"},
		"the app's own URI":            {uri(plan.OwnURI), ""},
		"the app's own URI and a path": {uri("api://{appId}/orders", "api://orders/{appId}"), ""},
		"the tenant's URI":             {uri("api://" + offeredTenant + "/orders"), ""},
		"a domain": {uri("https://orders.contoso.com", "https://contoso.com/orders", "api://contoso.com/orders"),
			""},
		"a domain without a path": {uri("api://contoso.com"), "one of its verified domains"},
		"a word":                  {uri("api://orders"), "api://" + offeredTenant + "/orders"},
		"another app's ID":        {uri("api://11111111-2222-4333-8444-555555555555"), "a new identifier URI must contain the app's ID"},
		"a slash at the end":      {uri("https://orders.contoso.com/"), "can't end with /"},
		"a query":                 {uri("https://orders.contoso.com/?a=b"), "can't contain ?, #"},
		"another scheme":          {uri("urn:orders"), "not a URI"},
		"http": {uri("http://orders.contoso.com"),
			"this bot takes only identifier URIs that begin with api:// or https://"},
		"a long one":                      {uri("https://orders.contoso.com/" + strings.Repeat("x", 240)), "255 characters"},
		"one twice":                       {uri(plan.OwnURI, plan.OwnURI), "there twice"},
		"something that is not filled in": {uri("api://{tenantId}/x"), "this is not a URI"},
	} {
		c.p.TenantID = offeredTenant
		problem := form.OfferedProblem(c.p)
		if (problem == "") != (c.says == "") || !strings.Contains(problem, c.says) {
			t.Errorf("%s: %q, want %q", name, problem, c.says)
		}
	}
}

// The digest of a plan that is stored must not change with the fields that came later.
func TestAPlanThatOffersNothingHasTheDigestItHad(t *testing.T) {
	p := plan.Plan{TenantID: "t", AppName: "a", Scopes: []plan.Scope{{Name: "s", Title: "t", Words: "w"}}}
	const was = `{"TenantID":"t","AppName":"a","Audience":"","RedirectURIs":null,"Permissions":null,"Credential":{"Kind":"","Lifetime":0},"Scopes":[{"Name":"s","AdminsOnly":false,"Title":"t","Words":"w"}]}`
	sum := sha256.Sum256([]byte(was))
	if p.Digest() != hex.EncodeToString(sum[:]) {
		b, _ := json.Marshal(p)
		t.Errorf("the plan is written as %s", b)
	}
	digests := []string{p.Digest()}
	for _, edit := range []func(*plan.Plan){
		func(p *plan.Plan) { p.AppRoles = []plan.AppRole{{Name: "r"}} },
		func(p *plan.Plan) { p.OptionalClaims = []plan.OptionalClaim{{Name: "c"}} },
		func(p *plan.Plan) { p.IdentifierURIs = []string{"u"} },
		func(p *plan.Plan) { p.Scopes[0].UserTitle = "x" },
		func(p *plan.Plan) { p.Scopes[0].UserWords = "x" },
	} {
		q := p.Clone()
		edit(&q)
		if slices.Contains(digests, q.Digest()) {
			t.Errorf("%+v has the digest of another plan", q)
		}
		digests = append(digests, q.Digest())
	}
}

func TestWhatAnAppOffersIsAPartOfEveryComparison(t *testing.T) {
	was := plan.Plan{AppRoles: []plan.AppRole{{Name: "Audit", Users: true}}, IdentifierURIs: []string{plan.OwnURI},
		OptionalClaims: []plan.OptionalClaim{{Token: "idToken", Name: "email"}}}
	is := plan.Plan{AppRoles: []plan.AppRole{{Name: "Run", Apps: true}}, Scopes: []plan.Scope{{Name: "s", Title: "t", Words: "w",
		UserTitle: "yours"}}}
	var said []string
	for _, c := range plan.Changes(was, is) {
		said = append(said, map[bool]string{true: "+ ", false: "- "}[c.Added]+c.What+" "+c.Name)
	}
	for _, want := range []string{"+ app role Run (for apps)", "- app role Audit (for people)", "- identifier URI " + plan.OwnURI,
		"- optional claim email in the idToken", "+ consent text for users s: yours – w"} {
		if !slices.Contains(said, want) {
			t.Errorf("the changes %q lack %q", said, want)
		}
	}
	less := was.Minus(is)
	if len(less.AppRoles) != 1 || len(less.IdentifierURIs) != 1 || len(less.OptionalClaims) != 1 {
		t.Errorf("what goes is %+v", less)
	}
	if more := was.Union(is); len(more.AppRoles) != 2 {
		t.Errorf("together they offer %+v", more.AppRoles)
	}
	for _, p := range []plan.Plan{{AppRoles: was.AppRoles}, {IdentifierURIs: was.IdentifierURIs}, {OptionalClaims: was.OptionalClaims}} {
		if !slices.Contains(stepsOf(p), StepAPI) {
			t.Errorf("%+v has the steps %v", p, stepsOf(p))
		}
	}
}

// Issue 7: Entra allows a value once among the scopes and the app roles of an app.
func TestAScopeAndAnAppRoleOfOneNameAreRefused(t *testing.T) {
	p := plan.Plan{TenantID: "00000000-0000-0000-0000-000000000001", Scopes: []plan.Scope{{Name: "orders.read", Title: "t", Words: "w"}},
		AppRoles: []plan.AppRole{{Name: "Orders.Read", Title: "t", Words: "w", Apps: true}}}
	if problem := form.OfferedProblem(p); !strings.Contains(problem, "Orders.Read is the name of the scope orders.read too") {
		t.Errorf("the problem is %q", problem)
	}
	p.AppRoles[0].Name = "Orders.Run"
	if problem := form.OfferedProblem(p); problem != "" {
		t.Errorf("another name is refused with %q", problem)
	}
}

func TestAnAppThatOffersItOtherwiseIsNotAdopted(t *testing.T) {
	role := func(name string, users, apps bool) plan.Plan {
		return plan.Plan{AppRoles: []plan.AppRole{{Name: name, Users: users, Apps: apps}}}
	}
	scope := func(name string, admins bool) plan.Plan {
		return plan.Plan{Scopes: []plan.Scope{{Name: name, AdminsOnly: admins}}}
	}
	for what, c := range map[string]struct {
		plan, has plan.Plan
		code      string
	}{
		"the same role":               {role("Run", false, true), role("run", false, true), ""},
		"a role for somebody else":    {role("Run", false, true), role("run", true, true), "RoleDiffers"},
		"a scope with a role's name":  {role("Run", false, true), scope("run", false), "RoleDiffers"},
		"a role with a scope's name":  {scope("run", false), role("Run", false, true), "RoleDiffers"},
		"the same scope":              {scope("run", false), scope("run", false), ""},
		"a scope in capitals":         {scope("RUN", false), scope("run", false), "ScopeDiffers"},
		"a scope with other consents": {scope("run", true), scope("run", false), "ScopeDiffers"},
	} {
		err := cmp.Or(scopeElsewhere(c.plan, c.has), roleElsewhere(c.plan, c.has))
		if no, _ := errors.AsType[*ServiceError](err); (no == nil) != (c.code == "") || no != nil && no.Code != c.code {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// What a given-up update may have let in goes with the next one.
func TestAClientThatAGivenUpUpdateLetInGoesWithTheNext(t *testing.T) {
	a, b := []plan.Scope{{Name: "run", PreAuthorized: []string{"one"}}},
		[]plan.Scope{{Name: "run", PreAuthorized: []string{"one", "two"}}, {Name: "new"}}
	left := plan.LessScopes(b, a)
	if len(left) != 2 || !slices.Equal(left[0].PreAuthorized, []string{"two"}) {
		t.Fatalf("it leaves %+v", left)
	}
	had := (plan.Plan{Scopes: a}).Union(plan.Plan{Scopes: left}).Scopes
	if !reflect.DeepEqual(had, b) || !reflect.DeepEqual(plan.LessScopes(had, a), left) {
		t.Errorf("it had %+v", had)
	}
}
