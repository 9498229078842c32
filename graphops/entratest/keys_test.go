package entratest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// rsaKey is one key for all certificates: making them is slow.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// A certificate is self-signed, and good from an hour before to after.
type certificate struct {
	der []byte
	end time.Time
}

func (w *world) certificate(name string, from, to time.Time) certificate {
	w.Helper()
	key, err := rsaKey()
	if err != nil {
		w.Fatal(err)
	}
	n, _ := rand.Int(rand.Reader, big.NewInt(1<<60))
	template := &x509.Certificate{SerialNumber: n, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		w.Fatal(err)
	}
	return certificate{der, to}
}

// year makes one that is good for a year.
func (w *world) year(name string) certificate {
	return w.certificate(name, w.clock.Now().Add(-time.Hour), w.clock.Now().AddDate(1, 0, 0))
}

func (c certificate) entry() o {
	return o{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(c.der)}
}

func (c certificate) with(property string, v any) o {
	e := c.entry()
	e[property] = v
	return e
}

func (w *world) setKeys(who string, a app, entries ...any) reply {
	w.Helper()
	return w.call(w.as(who), "PATCH", "/applications/"+a.id, o{"keyCredentials": append([]any{}, entries...)})
}

// keys returns the certificates of an app as a GET without $select shows them.
func (w *world) keys(a app) []any {
	w.Helper()
	return w.must(w.as("ada"), "GET", "/applications/"+a.id, nil).body["keyCredentials"].([]any)
}

func TestCertificatesAreReplacedAllAtOnce(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	one, two := w.year("one"), w.year("two")
	if r := w.setKeys("mia", a, one.entry()); r.status != 204 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	first := w.keys(a)[0].(o)
	sum := sha1.Sum(one.der)
	if first["key"] != nil || first["keyId"] == "" || first["displayName"] != "CN=one" ||
		first["customKeyIdentifier"] != base64.StdEncoding.EncodeToString(sum[:]) {
		t.Errorf("what is filled in: %v", first)
	}
	if r := w.setKeys("mia", a, first, two.entry()); r.status != 204 { // as read, without its key
		t.Fatalf("%d %s", r.status, r.raw)
	}
	if err := w.prove(a, one, "RS256", "x5t"); err != nil {
		t.Errorf("the certificate that was sent back does not work: %v", err)
	}
	if got, _ := w.t.Application(a.appID); len(got.Certificates) != 2 ||
		got.Certificates[0].Thumbprint != strings.ToUpper(hex.EncodeToString(sum[:])) || !got.Certificates[1].End.Equal(two.end) {
		t.Errorf("certificates %+v", got.Certificates)
	}
	if r := w.setKeys("mia", a, two.entry()); r.status != 204 || len(w.keys(a)) != 1 {
		t.Errorf("the one that was left out is still there: %d %v", r.status, w.keys(a))
	}
	if err := w.prove(a, one, "RS256", "x5t"); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("the removed certificate: %v", err)
	}
	if r := w.call(w.as("cloe"), "POST", "/applications", o{"displayName": "born with one",
		"keyCredentials": []any{one.entry()}}); r.status != 201 || len(r.body["keyCredentials"].([]any)) != 1 {
		t.Errorf("created with a certificate: %d %s", r.status, r.raw)
	}
}

func TestTheKeyIsShownOnlyWhenItIsAskedFor(t *testing.T) {
	w := newWorld(t)
	a, c := w.register("ada", "x"), w.year("x")
	w.setKeys("ada", a, c.entry())
	for path, want := range map[string]bool{
		"/applications/" + a.id:                                                     false,
		"/applications/" + a.id + "?$select=id,keyCredentials":                      true,
		"/applications(appId='" + a.appID + "')?$select=keyCredentials":             true,
		"/applications?$select=keyCredentials&$filter=appId+eq+'" + a.appID + "'":   false,
		"/me/ownedObjects/microsoft.graph.application?$select=appId,keyCredentials": false,
	} {
		r := w.must(w.as("ada"), "GET", path, nil)
		if shown := strings.Contains(string(r.raw), base64.StdEncoding.EncodeToString(c.der)); shown != want {
			t.Errorf("%s shows the key: %t", path, shown)
		}
	}
}

func TestACertificateThatIsNotRightIsRefused(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	now := w.clock.Now()
	good := w.year("x")
	if r := w.setKeys("mia", a, good.entry()); r.status != 204 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	there := w.keys(a)[0].(o)
	other := func(property string, v any) o {
		e := o{}
		for k, v := range there {
			e[k] = v
		}
		e[property] = v
		return e
	}
	day := func(d time.Time) string { return d.UTC().Format(time.RFC3339) }
	for what, c := range map[string]struct {
		entries    []any
		code, says string
	}{
		"no base64": {[]any{good.with("key", "%%%")}, "Request_BadRequest", "Edm.Binary"},
		"no certificate": {[]any{good.with("key", base64.StdEncoding.EncodeToString([]byte("PEM?")))},
			"KeyCredentialsInvalid", "DER"},
		"nothing new":  {[]any{good.with("key", nil)}, "KeyCredentialsInvalid", "DER"},
		"another kind": {[]any{good.with("type", "Symmetric")}, "Request_BadRequest", "type"},
		"another use":  {[]any{good.with("usage", "Sign")}, "Request_BadRequest", "usage"},
		"an end after its own": {[]any{good.with("endDateTime", day(good.end.Add(time.Second)))}, "KeyCredentialsInvalidEndDate",
			"later than the certificate's"},
		"a start before its own": {[]any{good.with("startDateTime", day(now.AddDate(-1, 0, 0)))}, "KeyCredentialsInvalidStartDate",
			"earlier"},
		"an end before the start": {[]any{good.with("endDateTime", day(now.Add(-2*time.Hour)))}, "KeyCredentialsInvalidEndDate",
			"start date"},
		"an end that has passed": {[]any{good.with("endDateTime", day(now.Add(-time.Minute)))}, "KeyCredentialsInvalidEndDate",
			"passed"},
		"one that has expired": {[]any{w.certificate("old", now.AddDate(-1, 0, 0), now.Add(-time.Minute)).entry()},
			"KeyCredentialsInvalidEndDate", "passed"},
		"the same twice":       {[]any{good.entry(), good.entry()}, "Request_BadRequest", "more than once"},
		"what is there, twice": {[]any{there, there}, "Request_BadRequest", "more than once"},
		"what is there, longer": {[]any{other("endDateTime", day(good.end.Add(-time.Hour)))}, "Request_BadRequest",
			"Update to existing credential with KeyId"},
		"what is there, another key": {[]any{other("key", base64.StdEncoding.EncodeToString(w.year("y").der))}, "Request_BadRequest",
			"Update to existing credential with KeyId"},
		"what is there, without uses": {[]any{o{"keyId": there["keyId"], "type": "AsymmetricX509Cert", "usage": ""}},
			"Request_BadRequest", "Update to existing credential with KeyId"},
		"a property that is not": {[]any{good.with("thumbprint", "x")}, "Request_BadRequest", "keyCredentials[0].thumbprint"},
	} {
		r := w.setKeys("mia", a, c.entries...)
		if r.status != 400 || r.code() != c.code || !strings.Contains(r.message(), c.says) {
			t.Errorf("%s: %d %s, want 400 %s %q", what, r.status, r.raw, c.code, c.says)
		}
	}
	if got := w.keys(a); len(got) != 1 || got[0].(o)["keyId"] != there["keyId"] {
		t.Errorf("a refusal has changed something: %v", got)
	}
	w.refused(w.setKeys("pia", a), 403, "Authorization_RequestDenied", "")
	w.refused(w.call(w.as("ada", "Directory.Read.All"), "PATCH", "/applications/"+a.id, o{"keyCredentials": []any{}}), 403,
		"Authorization_RequestDenied", "")
	w.refused(w.call(w.as("mia"), "PATCH", "/applications/"+a.id, o{"keyCredentials": nil}), 400, "Request_BadRequest", "null")
}

func TestAPolicyLimitsTheLifeOfNewCertificatesOnly(t *testing.T) {
	w := newWorld(t)
	a, c := w.register("ada", "x"), w.year("x")
	w.setKeys("ada", a, c.entry())
	w.t.Change(func(k *entratest.Knobs) { k.MaxKeyLifetime = 90 * 24 * time.Hour })
	w.refused(w.setKeys("ada", a, w.keys(a)[0], w.year("y").entry()), 400, "CredentialInvalidLifetimeAsPerAppPolicy",
		"exceeds the max value allowed")
	short := w.certificate("y", w.clock.Now().Add(-time.Hour), w.clock.Now().AddDate(0, 0, 80))
	if r := w.setKeys("ada", a, w.keys(a)[0], short.entry()); r.status != 204 {
		t.Errorf("%d %s", r.status, r.raw)
	}
	cut := w.year("z").with("endDateTime", w.clock.Now().AddDate(0, 0, 60).UTC().Format(time.RFC3339))
	if r := w.setKeys("ada", a, cut); r.status != 204 {
		t.Errorf("a long certificate that is registered for a shorter time: %d %s", r.status, r.raw)
	}
	policy := w.must(w.as("ada", "Policy.Read.All"), "GET", "/policies/defaultAppManagementPolicy", nil)
	if !strings.Contains(string(policy.raw), "asymmetricKeyLifetime") || !strings.Contains(string(policy.raw), "P90D") {
		t.Errorf("policy %s", policy.raw)
	}
}

// A signInError is what the token endpoint said.
type signInError string

func (e signInError) Error() string { return string(e) }

// prove signs an app in with an assertion that is made by hand.
func (w *world) prove(a app, c certificate, alg, thumbprint string) error {
	w.Helper()
	key, _ := rsaKey()
	old, now := sha1.Sum(c.der), sha256.Sum256(c.der)
	header := o{"alg": alg, "typ": "JWT", "x5t": base64.RawURLEncoding.EncodeToString(old[:])}
	if thumbprint == "x5t#S256" {
		header = o{"alg": alg, "typ": "JWT", "x5t#S256": base64.StdEncoding.EncodeToString(now[:])}
	}
	at := w.clock.Now()
	claims := o{"aud": w.url + "/" + w.t.ID + "/oauth2/v2.0/token", "iss": a.appID, "sub": a.appID, "jti": "1", "nbf": at.Unix(),
		"exp": at.Add(10 * time.Minute).Unix()}
	part := func(v any) string {
		b, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	in := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(in))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if alg == "PS256" {
		signature, err = rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], nil)
	}
	if err != nil {
		w.Fatal(err)
	}
	status, body := w.form("/"+w.t.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {a.appID},
		"scope":                 {w.url + "/.default"},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		"client_assertion":      {in + "." + base64.RawURLEncoding.EncodeToString(signature)}})
	if status != 200 {
		return signInError(body["error_description"].(string))
	}
	return nil
}

func TestAnAssertionIsTakenInEverySpelling(t *testing.T) {
	w := newWorld(t)
	a, c, stranger := w.register("ada", "x"), w.year("x"), w.year("stranger")
	w.setKeys("ada", a, c.entry())
	for _, alg := range []string{"RS256", "PS256"} {
		for _, thumbprint := range []string{"x5t", "x5t#S256"} {
			if err := w.prove(a, c, alg, thumbprint); err != nil {
				t.Errorf("%s with %s: %v", alg, thumbprint, err)
			}
			if err := w.prove(a, stranger, alg, thumbprint); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
				t.Errorf("an unknown certificate, %s with %s: %v", alg, thumbprint, err)
			}
		}
	}
	if err := w.prove(a, c, "HS256", "x5t"); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("HS256: %v", err)
	}
}

func TestANewCertificateWorksOnlyAfterAWhile(t *testing.T) {
	w := newWorld(t)
	w.t.Change(func(k *entratest.Knobs) { k.Lag.Secret = 30 * time.Second })
	a, one, two := w.register("ada", "x"), w.year("one"), w.year("two")
	w.setKeys("ada", a, one.entry())
	if err := w.prove(a, one, "PS256", "x5t#S256"); err == nil || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("at once: %v", err)
	}
	w.clock.move(31 * time.Second)
	w.setKeys("ada", a, one.entry(), two.entry()) // sent again with its key, it is still the same
	if err := w.prove(a, one, "PS256", "x5t#S256"); err != nil {
		t.Error(err)
	}
	if err := w.prove(a, two, "PS256", "x5t#S256"); err == nil {
		t.Error("the second works at once")
	}
	w.clock.move(367 * 24 * time.Hour)
	if err := w.prove(a, one, "PS256", "x5t#S256"); err == nil {
		t.Error("it works after it has expired")
	}
}
