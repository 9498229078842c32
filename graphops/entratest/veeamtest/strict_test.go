package veeamtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// body is an organization that lacks nothing but an app.
func body(pfx string) o {
	settings := func() o {
		return o{"useApplicationOnlyAuth": true, "officeOrganizationName": "contoso.onmicrosoft.com",
			"applicationId":          "11111111-1111-1111-1111-111111111111",
			"applicationCertificate": pfx, "applicationCertificatePassword": "of the file", "grantAdminAccess": false, "useMfa": false,
			"useCustomVeeamAADApplication": true, "applicationSecret": nil}
	}
	return o{"type": "Office365", "region": "Worldwide", "isExchangeOnline": true, "isSharePointOnline": true, "isTeamsOnline": true,
		"isTeamsChatsOnline":   true,
		"configureApplication": false, "userCode": nil, "exchangeOnlineSettings": settings(), "sharePointOnlineSettings": settings()}
}

func encoded(t *testing.T, key any, public any) string {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, public, key)
	if err != nil {
		t.Fatal(err)
	}
	x, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	file, err := pkcs12.Modern.Encode(key, x, nil, "of the file")
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(file)
}

func TestABodyIsHeldToTheSpecification(t *testing.T) {
	d := newDesk(t, Config{})
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pfx := encoded(t, key, key.Public())
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set := func(name string, v any) func(o) { return func(b o) { b[name] = v } }
	both := func(name string, v any) func(o) {
		return func(b o) {
			b["exchangeOnlineSettings"].(o)[name], b["sharePointOnlineSettings"].(o)[name] = v, v
		}
	}
	for says, edit := range map[string]func(o){
		`unknown field "typ"`:                 set("typ", "Office365"),
		`unknown field "tenantId"`:            both("tenantId", "x"),
		"cannot unmarshal string":             set("isTeamsOnline", "true"),
		"The type 'OnPremises'":               set("type", "OnPremises"),
		"The region 'Europe' is not valid.":   set("region", "Europe"),
		"read-only":                           set("id", "11111111-1111-1111-1111-111111111111"),
		"Configuring the application":         set("configureApplication", true),
		"Servers of an organization's own":    set("isExchange", true),
		"do not agree":                        set("isExchangeOnline", false),
		"settings of a service":               set("sharePointOnlineSettings", nil),
		"needs Exchange Online or SharePoint": func(b o) { b["isExchangeOnline"], b["isSharePointOnline"] = false, nil },
		"only with both Exchange Online":      func(b o) { b["isExchangeOnline"], b["exchangeOnlineSettings"] = false, nil },
		"only with Microsoft Teams":           set("isTeamsOnline", false),
		"Only modern app-only":                both("useApplicationOnlyAuth", false),
		"Accounts with passwords":             both("account", "admin"),
		"Application secrets":                 both("applicationSecret", "x"),
		"is a setting of SharePoint Online":   both("sharePointSaveAllWebParts", true),
		"is not valid for applicationId":      both("applicationId", "app"),
		"Either applicationCertificate":       both("applicationCertificateThumbprint", strings.Repeat("ab", 20)),
		"with its password or":                both("applicationCertificate", nil),
		"'contoso.com' was not found":         both("officeOrganizationName", "contoso.com"),
		"is not a Base64 string":              both("applicationCertificate", "ÄÖ"),
		"is not a PFX file with an RSA key":   both("applicationCertificate", base64.StdEncoding.EncodeToString([]byte("hello"))),
		"not a PFX file with an RSA":          both("applicationCertificate", encoded(t, curve, curve.Public())),
		"network password is not correct":     both("applicationCertificatePassword", "x"),
		"Failed to authenticate the application '11111111-1111-1111-1111-111111111111': AADSTS700016": func(o) {},
	} {
		b := body(pfx)
		edit(b)
		d.refused(says, d.json("POST", "/v8/Organizations", b), 400, "ParameterValidationFailure", says)
		id := d.s.PutOrganization(Organization{Office: "contoso.onmicrosoft.com", Services: []string{"Exchange"}})
		d.refused("edit: "+says, d.json("PUT", "/v8/Organizations/"+id, b), 400, "ParameterValidationFailure", says)
	}
	d.refused("text", d.call("POST", "/v8/Organizations", "text/plain", "{}", d.token), 415, "HttpError", "")
	d.refused("two", d.call("POST", "/v8/Organizations", "application/json", "{} {}", d.token), 400, "ParameterValidationFailure",
		"after the object")
	d.refused("nowhere", d.json("PUT", "/v8/Organizations/11111111-1111-1111-1111-111111111111", body(pfx)), 404, "ResourceNotFound", "")
	d.refused("no ID", d.json("PUT", "/v8/Organizations/1", body(pfx)), 400, "ParameterValidationFailure", "")
	for _, x := range d.s.Organizations() {
		if !slices.Equal(x.Services, []string{"Exchange"}) {
			t.Errorf("something was changed: %+v", x)
		}
	}
	for _, e := range d.s.Journal() {
		if strings.Contains(e.Body, pfx) || strings.Contains(e.Body, "of the file") || strings.Contains(e.Body, "secret of admin") {
			t.Errorf("the journal has a secret: %s", e.Body)
		}
	}
}

func TestAnAzureServiceAccountIsHeldToTheSpecification(t *testing.T) {
	d := newDesk(t, Config{})
	tenant := d.s.cfg.Entra.Tenants()[0].ID
	good := func() o {
		return o{"applicationName": "archiver", "description": nil, "applicationId": "11111111-1111-1111-1111-111111111111",
			"azureEnvironment": "Global", "azureTenantId": tenant, "applicationSecret": "a secret of Azure's",
			"subscriptionIds": []string{}}
	}
	set := func(name string, v any) func(o) { return func(b o) { b[name] = v } }
	for says, edit := range map[string]func(o){
		`unknown field "name"`:                      set("name", "x"),
		"applicationName is required.":              set("applicationName", nil),
		"is not valid for applicationId":            set("applicationId", "app"),
		"The value 'Worldwide' is not valid for":    set("azureEnvironment", "Worldwide"),
		"Tenant 'contoso' was not found.":           set("azureTenantId", "contoso"),
		"Configuring the application":               set("userCode", "ABC"),
		"Either applicationCertificate with its":    set("applicationSecret", nil),
		"password or applicationSecret is required": set("applicationCertificate", "AAAA"),
		"AADSTS700016":                              func(o) {},
	} {
		b := good()
		edit(b)
		d.refused(says, d.json("POST", "/v8/AzureServiceAccounts", b), 400, "ParameterValidationFailure", says)
	}
	id := d.s.PutAzureAccount(AzureAccount{Name: "archiver", AppID: "11111111-1111-1111-1111-111111111111", TenantID: tenant})
	d.refused("an edit has no name", d.json("PUT", "/v8/AzureServiceAccounts/"+id, good()), 400, "ParameterValidationFailure",
		`unknown field "application`)
	d.refused("nowhere", d.json("PUT", "/v8/AzureServiceAccounts/11111111-1111-1111-1111-111111111111", o{}), 404, "ResourceNotFound", "")
	if r := d.list("GET", "/v8/AzureServiceAccounts?displayName=arch*"); r.status != 200 || !r.array {
		t.Errorf("the list: %+v", r)
	}
	d.refused("paged", d.call("GET", "/v8/AzureServiceAccounts?limit=1", "", "", d.token), 400, "ParameterValidationFailure", "limit")
	if r := newDesk(t, Config{Version: 5}).list("GET", "/v5/AzureServiceAccounts"); r.status != 404 {
		t.Errorf("version 5 has them: %+v", r)
	}
	if n := len(d.s.AzureAccounts()); n != 1 {
		t.Errorf("there are %d", n)
	}
	for _, e := range d.s.Journal() {
		if strings.Contains(e.Body, "a secret of Azure's") {
			t.Errorf("the journal has a secret: %s", e.Body)
		}
	}
}

func TestListsArePaged(t *testing.T) {
	d := newDesk(t, Config{PageSize: 3, MaxPage: 4, Oldest: 7})
	for i := range 10 {
		d.s.PutOrganization(Organization{Office: fmt.Sprintf("o%d.onmicrosoft.com", i), Services: []string{"Exchange"}})
	}
	for query, want := range map[string]string{
		"":                          "3 [o0 o1 o2] next",
		"?limit=2&offset=1":         "2 [o1 o2] next",
		"?limit=100&offset=8":       "4 [o8 o9]",
		"?offset=10":                "3 []",
		"?offset=99&limit=1":        "1 []",
		"?extendedView=false&msid=": "3 [o0 o1 o2] next",
	} {
		r := d.call("GET", "/v8/Organizations"+query, "", "", d.token)
		got := fmt.Sprint(r.body["limit"], " ")
		var names []string
		for _, x := range r.body["results"].([]any) {
			names = append(names, strings.TrimSuffix(x.(o)["name"].(string), ".onmicrosoft.com"))
		}
		got += fmt.Sprint(names)
		if slices.Contains(slices.Collect(maps.Keys(r.body["_links"].(o))), "next") {
			got += " next"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	for _, query := range []string{"?limit=0", "?limit=x", "?offset=-1", "?extendedView=yes", "?$top=1"} {
		d.refused(query, d.call("GET", "/v8/Organizations"+query, "", "", d.token), 400, "ParameterValidationFailure", "")
	}
}

func TestAFaultThatNeverHappensIsNoFault(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an operation that does not exist can fail")
		}
	}()
	New(Config{Entra: entratest.New(entratest.Config{})}).Fail("addOrganisation", entratest.Before, Failure{}, 1)
}
