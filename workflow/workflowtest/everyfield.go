package workflowtest

import (
	"reflect"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// FullPlans are plans that between them have something in every field: one for each kind of
// credential that has fields of its own.
func FullPlans() []plan.Plan {
	from := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	credentials := []plan.Credential{
		{Kind: plan.CredentialSecret, Lifetime: 90 * 24 * time.Hour},
		{Kind: plan.CredentialCertificate, Certificate: certificate.Certificate{DER: []byte{1}, Subject: "CN=a", Key: "RSA 2048",
			Thumbprint: "AB", Fingerprint: "CD", NotBefore: from, NotAfter: from.AddDate(0, 6, 0)}},
		{Kind: plan.CredentialFederated, Federated: plan.FederatedIssuer{Issuer: "https://i", Subject: "s", Audience: "u"}},
	}
	var all []plan.Plan
	for _, c := range credentials {
		all = append(all, plan.Plan{
			TenantID: "t", AppName: "a", Audience: plan.ThisTenant, Approvals: 2, PublicClientFlows: true, Credential: c,
			RedirectURIs: []string{"https://a"}, SPARedirectURIs: []string{"https://b"}, PublicRedirectURIs: []string{"app://c"},
			Permissions: []plan.Permission{{Resource: "Microsoft Graph", ResourceAppID: catalog.MicrosoftGraph, Name: "Mail.Read",
				Type: catalog.Application, Words: "Reads mail.", Why: "backup", Risk: catalog.High}},
			Scopes: []plan.Scope{{Name: "use", AdminsOnly: true, Title: "Use", Words: "Uses it.", UserTitle: "Use, user",
				UserWords: "You use it.", PreAuthorized: []string{"c1"}}},
			AppRoles:       []plan.AppRole{{Name: "Reader", Title: "Read", Words: "Reads it.", Users: true, Apps: true}},
			IdentifierURIs: []string{"api://x"},
			OptionalClaims: []plan.OptionalClaim{{Token: "idToken", Name: "email", Source: "user", Essential: true,
				Properties: []string{"p1"}}},
			DirectoryRoles: []plan.DirectoryRole{{TemplateID: plan.GlobalReader, Name: "Global Reader", Why: "reads"}},
			AzureRoles: []plan.AzureRole{{ID: "b24988ac", Name: "Contributor", Why: "works"},
				{Name: "Operator", Why: "backs up", Actions: []string{"x/read"}, DataActions: []string{"y/read"}}},
			Subscriptions: []string{"s1"},
			Owners: []people.Person{{ID: "U1", Name: "Alex", Email: "alex@contoso.com", Outside: "a guest",
				Confirmed: people.EmailProved}},
			Workloads: []string{"Mail"}, Chosen: []string{"mail"},
			Backup: plan.Backup{Server: "v", Services: []string{plan.ExchangeService}},
		})
	}
	return all
}

// EachField calls try with copies of p, each of which differs in one field, found by
// reflection. A path is like "Scopes.Title"; "Scopes+" and "Scopes-" have one more, and one less.
// It returns the paths of the fields that are empty in p.
func EachField(p plan.Plan, try func(path string, changed plan.Plan)) (empty []string) {
	var walk func(path string, at func(*plan.Plan) reflect.Value)
	change := func(path string, at func(*plan.Plan) reflect.Value, do func(reflect.Value)) {
		q := p.Clone()
		do(at(&q))
		try(strings.TrimPrefix(path, "."), q)
	}
	walk = func(path string, at func(*plan.Plan) reflect.Value) {
		v := at(&p)
		if isTime := v.Type() == reflect.TypeFor[time.Time](); v.IsZero() && (v.Kind() != reflect.Struct || isTime) {
			empty = append(empty, strings.TrimPrefix(path, "."))
			return
		}
		switch {
		case v.Type() == reflect.TypeFor[time.Time]():
			change(path, at, func(v reflect.Value) { v.Set(reflect.ValueOf(v.Interface().(time.Time).AddDate(0, 0, 1))) })
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				walk(path+"."+v.Type().Field(i).Name, func(p *plan.Plan) reflect.Value { return at(p).Field(i) })
			}
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
			change(path+"-", at, func(v reflect.Value) { v.Set(v.Slice(0, v.Len()-1)) })
			change(path+"+", at, func(v reflect.Value) {
				one := reflect.New(v.Type().Elem()).Elem()
				alter(one)
				v.Set(reflect.Append(v, one))
			})
			for i := range v.Len() {
				walk(path, func(p *plan.Plan) reflect.Value {
					list := at(p)
					copied := reflect.MakeSlice(list.Type(), list.Len(), list.Len())
					reflect.Copy(copied, list)
					list.Set(copied)
					return copied.Index(i)
				})
			}
		default:
			change(path, at, alter)
		}
	}
	walk("", func(p *plan.Plan) reflect.Value { return reflect.ValueOf(p).Elem() })
	return empty
}

// alter gives a value another one.
func alter(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Int64: // a duration
		v.SetInt(v.Int() + int64(24*time.Hour))
	case reflect.Slice:
		v.SetBytes(append([]byte{9}, v.Bytes()...))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.String || f.Kind() == reflect.Bool {
				alter(f)
			}
		}
	}
}
