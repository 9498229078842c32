package veeamtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/graphops/entratest"
)

type o = map[string]any

// A desk is a server with one account and a tenant, and who calls it.
type desk struct {
	*testing.T
	s     *Server
	token string
	now   time.Time
}

func newDesk(t *testing.T, c Config) *desk {
	t.Helper()
	d := &desk{T: t, now: time.Now()}
	c.Entra = entratest.New(entratest.Config{})
	c.Now = func() time.Time { return d.now }
	c.Entra.AddTenant(entratest.Tenant{Domain: "contoso.onmicrosoft.com"})
	c.Entra.AddTenant(entratest.Tenant{Domain: "fabrikam.onmicrosoft.com"})
	d.s = New(c)
	d.s.AddAccount(`HOST\admin`, "secret of admin")
	f := url.Values{"grant_type": {"password"}, "username": {`host\ADMIN`}, "password": {"secret of admin"}}
	if d.s.cfg.Version >= 7 {
		f.Set("disable_antiforgery_token", "true")
	}
	d.token, _ = d.form(fmt.Sprintf("/v%d/token", d.s.cfg.Version), f).body["access_token"].(string)
	if d.token == "" {
		t.Fatal("nobody can sign in")
	}
	return d
}

type reply struct {
	status int
	body   o
}

func (d *desk) call(method, path, kind, body, token string) reply {
	d.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	d.s.ServeHTTP(rec, r)
	out := reply{status: rec.Code}
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &out.body); err != nil {
			d.Fatalf("%s %s: %v in %s", method, path, err, rec.Body)
		}
	}
	return out
}

func (d *desk) form(path string, f url.Values) reply {
	d.Helper()
	return d.call("POST", path, "application/x-www-form-urlencoded", f.Encode(), "")
}

func (d *desk) json(method, path string, body any) reply {
	d.Helper()
	b, _ := json.Marshal(body)
	return d.call(method, path, "application/json", string(b), d.token)
}

func (d *desk) refused(what string, r reply, status int, code, says string) {
	d.Helper()
	if message, _ := r.body["message"].(string); r.status != status || r.body["errorCode"] != code || !strings.Contains(message, says) {
		d.Errorf("%s: %d %v, want %d %s %q", what, r.status, r.body, status, code, says)
	}
}

func TestTheTokenEndpointIsStrict(t *testing.T) {
	d := newDesk(t, Config{})
	for what, c := range map[string]struct {
		form   url.Values
		status int
		code   string
		says   string
	}{
		"no grant":         {url.Values{}, 400, "ParameterValidationFailure", "The grant type '' is not supported."},
		"an unknown grant": {url.Values{"grant_type": {"client_credentials"}}, 400, "ParameterValidationFailure", "client_credentials"},
		"an unknown field": {url.Values{"grant_type": {"password"}, "scope": {"x"}}, 400, "ParameterValidationFailure",
			"'scope' is not known"},
		"a field twice": {url.Values{"grant_type": {"password", "password"}}, 400, "ParameterValidationFailure", "more than one"},
		"a wrong password": {url.Values{"grant_type": {"password"}, "username": {`host\admin`}, "password": {"x"}}, 401,
			"ResourceAccessDenied", "Incorrect user name or password."},
		"no account": {url.Values{"grant_type": {"password"}}, 401, "ResourceAccessDenied", "Incorrect user name or password."},
		"no client": {url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {"{}"}}, 400,
			"ParameterValidationFailure", "client_id and assertion are required"},
		"a bare JWT": {url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "client_id": {"c"},
			"assertion": {"a.b.c"}}, 400, "ParameterValidationFailure", "not a token response"},
		"a made-up one": {url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "client_id": {"c"},
			"assertion": {`{"token_type":"Bearer","access_token":"a.b.c","refresh_token":"r"}`}}, 401, "ResourceAccessDenied",
			"not valid for Microsoft Graph"},
		"a made-up refresh": {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r"}}, 401, "ResourceAccessDenied",
			"The refresh token is not valid."},
		"an odd flag": {url.Values{"grant_type": {"password"}, "disable_antiforgery_token": {"1"}}, 400, "ParameterValidationFailure",
			"disable_antiforgery_token"},
	} {
		d.refused(what, d.form("/v8/token", c.form), c.status, c.code, c.says)
	}
	d.refused("JSON", d.call("POST", "/v8/token", "application/json", "{}", ""), 415, "HttpError", "")
	d.refused("GET", d.call("GET", "/v8/token", "", "", ""), 405, "HttpError", "GET")
}

func TestASessionEnds(t *testing.T) {
	d := newDesk(t, Config{Oldest: 7})
	list := func(token string) int { return d.call("GET", "/v8/Organizations", "", "", token).status }
	sign := url.Values{"grant_type": {"password"}, "username": {`HOST\admin`}, "password": {"secret of admin"}}
	if got := d.form("/v8/token", sign).body["access_token"].(string); list(got) != 401 {
		t.Error("a token without its antiforgery token is good")
	}
	sign.Set("disable_antiforgery_token", "true")
	first := d.form("/v8/token", sign).body
	again := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first["refresh_token"].(string)},
		"disable_antiforgery_token": {"true"}}
	second := d.form("/v8/token", again).body
	if list(first["access_token"].(string)) != 401 || list(second["access_token"].(string)) != 200 {
		t.Error("a refreshed token is good, or the new one is not")
	}
	d.refused("a refresh token twice", d.form("/v8/token", again), 401, "ResourceAccessDenied", "")
	if r := d.call("POST", "/v8/token/logout", "", "", second["access_token"].(string)); r.status != 204 {
		t.Errorf("logout: %+v", r)
	}
	if list(second["access_token"].(string)) != 401 || list("") != 401 || list(d.token) != 200 {
		t.Error("logout did not end the session, or ended another")
	}
	if r := d.call("POST", "/v7/token/logout", "", "", d.token); r.status != 200 {
		t.Errorf("logout of /v7: %+v", r)
	}
	third := d.form("/v8/token", sign).body["access_token"].(string)
	d.now = d.now.Add(2 * time.Hour)
	if list(third) != 401 || d.s.Sessions() != 0 {
		t.Error("a token lives for ever")
	}
}

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

// services.md section 9: older servers have /v4/token to /v7/token.
func TestEachGenerationSpeaksInItsOwnWayOnly(t *testing.T) {
	for version := 4; version <= 8; version++ {
		d := newDesk(t, Config{Version: version})
		d.s.PutOrganization(Organization{Office: "contoso.onmicrosoft.com", Services: []string{"Exchange"}})
		own := fmt.Sprintf("/v%d", version)
		for path, want := range map[string]int{own + "/organizations": 200, strings.ToUpper(own) + "/Organizations/": 200,
			own + "/Jobs": 404, "/": 404,
			fmt.Sprintf("/v%d/Organizations", version-1): 404, fmt.Sprintf("/v%d/Organizations", version+1): 404} {
			if r := d.list("GET", path); r.status != want {
				t.Errorf("%d: %s: %d, want %d", version, path, r.status, want)
			}
		}
		if r := d.list("GET", own+"/Organizations"); r.array != (version < 8) {
			t.Errorf("%d: the list is an array: %v", version, r.array)
		}
		for what, c := range map[string]struct {
			path  string
			since int
		}{"a page": {"?limit=2", 8}, "msid": {"?msid=x", 8}, "the short view": {"?extendedView=false", 6}} {
			if r := d.list("GET", own+"/Organizations"+c.path); (r.status == 200) != (version >= c.since) {
				t.Errorf("%d: %s: %d", version, what, r.status)
			}
		}
		turnedOff := url.Values{"grant_type": {"password"}, "username": {`host\ADMIN`}, "password": {"secret of admin"},
			"disable_antiforgery_token": {"true"}}
		if r := d.form(own+"/token", turnedOff); (r.status == 200) != (version >= 7) {
			t.Errorf("%d: disable_antiforgery_token: %d", version, r.status)
		}
		for property, since := range map[string]int{"isTeamsOnline": 5, "isTeamsChatsOnline": 6, "description": 7} {
			b := o{"type": "OnPremises", "region": "Worldwide", property: nil}
			if property == "description" {
				b[property] = "x"
			} else {
				b[property] = false
			}
			message, _ := d.json("POST", own+"/Organizations", b).body["message"].(string)
			if known := !strings.Contains(message, "unknown field"); known != (version >= since) {
				t.Errorf("%d: %s: %s", version, property, message)
			}
		}
		wrong := d.form(own+"/token", url.Values{"grant_type": {"password"}, "username": {"x"}, "password": {"y"}})
		if _, oauth := wrong.body["error_description"]; oauth != (version <= 5) || wrong.body["errorCode"] != nil != (version == 8) {
			t.Errorf("%d: a wrong password: %d %v", version, wrong.status, wrong.body)
		}
		if r := d.list("POST", own+"/token/logout"); r.status != map[int]int{4: 404, 5: 404, 6: 404, 7: 200, 8: 204}[version] {
			t.Errorf("%d: logout: %d", version, r.status)
		}
	}
}

// list makes a call without a body whose answer may be an array.
func (d *desk) list(method, path string) (out struct {
	status int
	array  bool
}) {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Authorization", "Bearer "+d.token)
	rec := httptest.NewRecorder()
	d.s.ServeHTTP(rec, r)
	out.status, out.array = rec.Code, strings.HasPrefix(rec.Body.String(), "[")
	return out
}

func TestAFaultThatNeverHappensIsNoFault(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an operation that does not exist can fail")
		}
	}()
	New(Config{Entra: entratest.New(entratest.Config{})}).Fail("addOrganisation", entratest.Before, Failure{}, 1)
}
