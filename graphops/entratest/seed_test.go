package entratest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// powerShellKey is an entry as PowerShell left it, with seven digits of a second.
const powerShellKey = `{"customKeyIdentifier":"AQID","displayName":"CN=old \u200d two  spaces ","endDateTime":"2031-05-06T07:08:01.3433885Z","key":null,
	"keyId":"11111111-2222-3333-4444-555555555555","startDateTime":"2021-05-06T07:08:01.3433885Z","type":"Symmetric","usage":"Sign","futureThing":{"n":1.5}}`

// services.md section 3: an entry that exists has to go back exactly as it was in every
// property but key (azure-powershell #6855, azure-cli #7957, #9124).
func TestAnEntryGoesBackExactlyAsItWas(t *testing.T) {
	w := newWorld(t)
	a, c := w.register("mia", "x"), w.year("x")
	if err := w.t.SeedKey(a.appID, false, []byte(powerShellKey)); err != nil {
		t.Fatal(err)
	}
	there := w.keys(a)[0].(o)
	if there["startDateTime"] != "2021-05-06T07:08:01.3433885Z" || there["displayName"] != "CN=old \u200d two  spaces " {
		t.Fatalf("it is shown as %v", there)
	}
	for name, v := range map[string]any{
		"startDateTime": "2021-05-06T07:08:01Z", "endDateTime": "2031-05-06T07:08:01.343388Z", "displayName": "CN=old two spaces",
		"customKeyIdentifier": "AQIE", "type": "AsymmetricX509Cert", "usage": "Verify", "futureThing": nil,
	} {
		changed := o{}
		for n, was := range there {
			changed[n] = was
		}
		changed[name] = v
		w.refused(w.setKeys("mia", a, changed, c.entry()), 400, "Request_BadRequest",
			"Update to existing credential with KeyId '11111111-2222-3333-4444-555555555555' is not allowed")
		delete(changed, name)
		w.refused(w.setKeys("mia", a, changed, c.entry()), 400, "Request_BadRequest", "Update to existing credential")
	}
	if r := w.setKeys("mia", a, there, c.entry()); r.status != 204 || len(w.keys(a)) != 2 {
		t.Errorf("as it was: %d %s", r.status, r.raw)
	}
}

func TestAServicePrincipalHasCertificatesOfItsOwn(t *testing.T) {
	w := newWorld(t)
	a, c := w.register("ada", "x"), w.year("x")
	sp := w.must(w.as("ada"), "GET", "/servicePrincipals(appId='"+a.appID+"')", nil).body["id"].(string)
	if err := w.t.SeedKey(a.appID, true, []byte(powerShellKey)); err != nil {
		t.Fatal(err)
	}
	keys := func() []any {
		return w.must(w.as("ada"), "GET", "/servicePrincipals/"+sp+"?$select=keyCredentials", nil).body["keyCredentials"].([]any)
	}
	if r := w.call(w.as("ada"), "PATCH", "/servicePrincipals/"+sp, o{"keyCredentials": []any{keys()[0], c.entry()}}); r.status != 204 ||
		len(keys()) != 2 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	if err := w.prove(a, c, "PS256", "x5t#S256"); err != nil {
		t.Errorf("the app cannot sign in with it: %v", err)
	}
}

// services.md section 3: $select=keyCredentials is limited to 150 requests a minute, for the
// tenant, whichever of its replicas answers.
func TestSelectingCertificatesIsThrottled(t *testing.T) {
	for name, prepare := range map[string]func(*world){
		"one directory": func(*world) {}, "replicas": func(w *world) { w.t.Replicate(entratest.Replication{}) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a := w.register("ada", "x")
			prepare(w)
			read := func(path string) int { return w.call(w.as("ada"), "GET", path, nil).status }
			for i := range 150 {
				path := "/applications/" + a.id + "?$select=keyCredentials"
				if i%2 == 1 {
					path = "/applications?$select=id,keyCredentials"
				}
				if s := read(path); s != 200 {
					t.Fatalf("request %d: %d", i, s)
				}
			}
			if s := read("/applications/" + a.id + "?$select=id,%20keyCredentials"); s != 429 {
				t.Errorf("request 151: %d", s)
			}
			if s := read("/applications/" + a.id); s != 200 {
				t.Errorf("without selecting it: %d", s)
			}
			w.clock.move(time.Minute)
			if s := read("/applications?$select=keyCredentials"); s != 200 {
				t.Errorf("a minute later: %d", s)
			}
		})
	}
}

func TestASeededApplicationIsShownAsItCame(t *testing.T) {
	w := newWorld(t)
	seed :=
		`{"displayName":"odd","api":{"acceptMappedClaims":true,"newThing":[1.10,{"x":null}],"oauth2PermissionScopes":[{"id":"11111111-1111-1111-1111-111111111111",
		"value":"a","type":"User","isEnabled":true,"adminConsentDisplayName":"a","adminConsentDescription":"b","origin":"Application"}]},
		"web":{"redirectUris":["https://a"],"redirectUriSettings":[{"uri":"https://a","index":7}],"homePageUrl":"https://h"},"nextYear":{"deep":[{"n":123456789012345678901}]},"info":null}`
	for _, replace := range []bool{false, true} {
		w.t.Change(func(k *entratest.Knobs) { k.ReplaceComplex = replace })
		made, err := w.t.Seed([]byte(strings.Replace(seed, "11111111-1111",
			"11111111-111"+map[bool]string{false: "1", true: "2"}[replace], 1)))
		if err != nil {
			t.Fatal(err)
		}
		get := func() o { return w.must(w.as("ada"), "GET", "/applications/"+made.ID, nil).body }
		before := get()
		raw, _ := json.Marshal(before)
		for _, has := range []string{`"newThing":[1.10,{"x":null}]`, `"nextYear":{"deep":[{"n":123456789012345678901}]}`, `"info":null`} {
			if raw := string(w.must(w.as("ada"), "GET", "/applications/"+made.ID, nil).raw); !strings.Contains(raw, has) {
				t.Errorf("%s is not in %s", has, raw)
			}
		}
		w.refused(w.call(w.as("ada"), "PATCH", "/applications/"+made.ID, o{"api": before["api"]}), 400, "Request_BadRequest", "origin")
		w.refused(w.call(w.as("ada"), "PATCH", "/applications/"+made.ID,
			o{"web": o{"redirectUris": []any{"https://b"}, "redirectUriSettings": before["web"].(o)["redirectUriSettings"]}}),
			400, "Request_BadRequest", "'web'")
		w.must(w.as("ada"), "PATCH", "/applications/"+made.ID, o{"web": o{"redirectUris": []any{"https://a", "https://b"}}})
		after := get()["web"].(o)
		if kept := after["homePageUrl"] != nil; kept == replace {
			t.Errorf("what a PATCH does not say of web is kept: %t; complex properties are replaced: %t (%s)", kept, replace, raw)
		}
		if s, _ :=
			json.Marshal(after["redirectUriSettings"]); string(s) != `[{"index":7,"uri":"https://a"},{"index":null,"uri":"https://b"}]` {
			t.Errorf("settings %s", s)
		}
	}
}

func TestABigTenantIsListedPageByPage(t *testing.T) {
	w := newWorld(t)
	a, c := w.register("ada", "the last"), w.year("x")
	w.setKeys("ada", a, c.entry())
	w.t.Crowd(50_000)
	pages, last := 0, o{}
	for next := "/applications?$select=id,displayName,keyCredentials&$top=999"; next != ""; pages++ {
		last = w.must(w.as("ada"), "GET", strings.TrimPrefix(next, w.url+"/v1.0"), nil).body
		next, _ = last["@odata.nextLink"].(string)
	}
	if raw, _ := json.Marshal(last); pages != 52 || !strings.Contains(string(raw), "the last") {
		t.Errorf("%d pages, and the last is %s", pages, raw)
	}
	find := "/applications?$filter=keyCredentials/any(k:k/endDateTime%20eq%20" + c.end.UTC().Format(time.RFC3339) + ")"
	w.refused(w.call(w.as("ada"), "GET", find, nil), 400, "Request_UnsupportedQuery", "keyCredentials")
	r := w.request(w.as("ada"), "GET", find+"&$count=true&$select=displayName", nil)
	r.Header.Set("ConsistencyLevel", "eventual")
	if got := w.send(r); got.status != 200 || len(got.body["value"].([]any)) != 1 {
		t.Errorf("by the end of its certificate: %d %s", got.status, got.raw)
	}
	if err := w.t.AssignCrowd(a.appID, 1000); err != nil {
		t.Fatal(err)
	}
	sp := w.must(w.as("ada"), "GET", "/servicePrincipals(appId='"+a.appID+"')", nil).body["id"].(string)
	if n := len(w.all(w.as("ada"), "/servicePrincipals/"+sp+"/appRoleAssignedTo")); n != 1000 {
		t.Errorf("%d are assigned to it", n)
	}
}

// all reads a list to its end.
func (w *world) all(token, path string) (items []any) {
	w.Helper()
	for path != "" {
		page := w.must(token, "GET", strings.TrimPrefix(path, w.url+"/v1.0"), nil).body
		items = append(items, page["value"].([]any)...)
		path, _ = page["@odata.nextLink"].(string)
	}
	return items
}

// services.md section 3: the directory takes a certificate on an elliptic curve, and no
// assertion that is signed with it (MSAL Python #534, MSAL.NET #2573, azure-cli #30254).
func TestACertificateOnAnEllipticCurveIsKeptAndOpensNothing(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "x")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: w.clock.Now().Add(-time.Hour),
		NotAfter: w.clock.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c := certificate{der, template.NotAfter}
	if r := w.setKeys("ada", a, c.entry()); r.status != 204 || len(w.keys(a)) != 1 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	sum := sha256.Sum256(der)
	part := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	at := w.clock.Now()
	signed := part(o{"alg": "ES256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}) + "." +
		part(o{"aud": w.url + "/" + w.t.ID + "/oauth2/v2.0/token", "iss": a.appID, "sub": a.appID, "jti": "1", "nbf": at.Unix(),
			"exp": at.Add(time.Minute).Unix()})
	digest := sha256.Sum256([]byte(signed))
	x, y, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	assertion := signed + "." + base64.RawURLEncoding.EncodeToString(append(x.FillBytes(make([]byte, 32)),
		y.FillBytes(make([]byte, 32))...))
	status, body := w.form("/"+w.t.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {a.appID},
		"scope":                 {w.url + "/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion}})
	if said := fmt.Sprint(body); status != 401 && status != 400 || !strings.Contains(said, "AADSTS700027") {
		t.Errorf("%d %s", status, said)
	}
}
