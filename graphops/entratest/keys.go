package entratest

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A key is a certificate that proves an app. keyCredentials is one collection:
// whoever writes it writes all of it, so that those that shall stay are sent
// back, and Graph lets them be sent back without their key.
type key struct {
	keyID, name string
	entry       object // as it is shown, without the key
	der         []byte
	start, end  time.Time
	cert        *x509.Certificate // nil where it is no certificate, or one that cannot be read
	veil        veil
}

// thumbprint is the SHA-1 of the certificate, as portals show it.
func (k *key) thumbprint() []byte {
	sum := sha1.Sum(k.der)
	return sum[:]
}

// checkKeys reads the certificates that shall replace those that there are.
func (t *Tenant) checkKeys(were []*key, in []any) ([]*key, error) {
	var keys []*key
	for _, v := range in {
		k, err := t.checkKey(were, v.(object))
		if err != nil {
			return nil, err
		}
		same := func(other *key) bool {
			return other.keyID == k.keyID || len(k.der) > 0 && bytes.Equal(other.der, k.der)
		}
		if slices.ContainsFunc(keys, same) {
			return nil, bad("Property 'keyCredentials' has the same key more than once.")
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func (t *Tenant) checkKey(were []*key, o object) (*key, error) {
	if old := find(were, func(k *key) bool { return k.keyID == o["keyId"] }); old != nil {
		return old, old.mayStay(o)
	}
	if o["type"] != "AsymmetricX509Cert" {
		return nil, bad("The value for the property \"type\" in one of your credentials is invalid. Only AsymmetricX509Cert is emulated.")
	}
	if o["usage"] != "Verify" {
		return nil, bad("The value for the property \"usage\" in one of your credentials is invalid. Acceptable values are Sign, " +
			"Verify; only Verify is emulated.")
	}
	return t.newKey(were, o)
}

// mayStay checks that an entry which names an existing key is as it was in every
// property but key, which may be left out. A time is the same whatever digits its
// fraction is written with, and another if one of the seven that count differs.
// Source: azure-powershell #6855, azure-cli #7957 and #9124.
func (k *key) mayStay(o object) error {
	der, _ := unbase64(text(o["key"]))
	same := o["key"] == nil || bytes.Equal(der, k.der)
	for _, names := range []object{k.entry, o} {
		for n := range names {
			same = same && (n == "key" || sameValue(n, k.entry[n], o[n]))
		}
	}
	if !same {
		return bad("Update to existing credential with KeyId '%s' is not allowed.", k.keyID)
	}
	return nil
}

func sameValue(name string, a, b any) bool {
	if name == "startDateTime" || name == "endDateTime" {
		x, errX := time.Parse(time.RFC3339Nano, text(a))
		y, errY := time.Parse(time.RFC3339Nano, text(b))
		return errX == nil && errY == nil && x.Equal(y)
	}
	if name == "customKeyIdentifier" && a != nil && b != nil { // either alphabet of Base64
		x, errX := unbase64(text(a))
		y, errY := unbase64(text(b))
		return errX == nil && errY == nil && bytes.Equal(x, y)
	}
	return reflect.DeepEqual(a, b)
}

// newKey reads an entry that is new: it needs a certificate, and takes from it
// whatever it does not say.
func (t *Tenant) newKey(were []*key, o object) (*key, error) {
	der, _ := unbase64(text(o["key"]))
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, &problem{status: 400, code: "KeyCredentialsInvalid",
			message: "Key credential is not a valid certificate: the property 'key' must be the base64 of its DER form."}
	}
	k := &key{keyID: text(o["keyId"]), name: text(o["displayName"]), der: der, cert: cert,
		start: cert.NotBefore, end: cert.NotAfter, veil: t.veil(t.knobs.Lag.Secret)}
	customID := base64.StdEncoding.EncodeToString(k.thumbprint())
	if old := find(were, func(k *key) bool { return bytes.Equal(k.der, der) }); old != nil {
		k.veil = old.veil
	}
	if k.keyID == "" {
		k.keyID = t.s.newID()
	}
	if k.name == "" {
		k.name = cert.Subject.String()
	}
	if id := text(o["customKeyIdentifier"]); id != "" {
		customID = id
	}
	if v := text(o["startDateTime"]); v != "" {
		k.start = ticks(v)
	}
	if v := text(o["endDateTime"]); v != "" {
		k.end = ticks(v)
	}
	k.entry = object{"customKeyIdentifier": customID, "displayName": k.name, "endDateTime": stamp(k.end), "keyId": k.keyID,
		"startDateTime": stamp(k.start), "type": "AsymmetricX509Cert", "usage": "Verify"}
	return k, t.checkDates(k)
}

func (t *Tenant) checkDates(k *key) error {
	badEnd := func(why string) error {
		return &problem{status: 400, code: "KeyCredentialsInvalidEndDate", message: "Key credential end date is invalid: " + why}
	}
	switch {
	case k.end.After(k.cert.NotAfter):
		return badEnd("it is later than the certificate's.")
	case k.start.Before(k.cert.NotBefore):
		return &problem{status: 400, code: "KeyCredentialsInvalidStartDate",
			message: "Key credential start date is invalid: it is earlier than the certificate's."}
	case !k.end.After(k.start):
		return badEnd("it is not later than the start date.")
	case !k.end.After(t.s.now()):
		return badEnd("it has passed.")
	}
	return nil
}

// ticks reads a time that has been checked already. A tick is 100 nanoseconds.
func ticks(v string) time.Time {
	at, _ := time.Parse(time.RFC3339, v)
	return at.Truncate(100 * time.Nanosecond)
}

// oldKey is an entry that is there already, whatever it is.
func oldKey(entry object) *key {
	k := &key{keyID: text(entry["keyId"]), name: text(entry["displayName"]), entry: maps.Clone(entry),
		start: ticks(text(entry["startDateTime"])), end: ticks(text(entry["endDateTime"]))}
	k.der, _ = unbase64(text(entry["key"]))
	delete(k.entry, "key")
	k.cert, _ = x509.ParseCertificate(k.der)
	return k
}

// keys are the certificates of a service principal itself, which are beside those of
// its application.
func (p *sp) keys() []*key {
	var keys []*key
	for _, v := range list(p.body["keyCredentials"]) {
		keys = append(keys, oldKey(v.(object)))
	}
	return keys
}

// setKeys keeps certificates in the body of a service principal, with their keys.
func (p *sp) setKeys(keys []*key) {
	var all []any
	for _, k := range keys {
		all = append(all, k.show(true))
	}
	p.body = merge(p.body, object{"keyCredentials": nonNil(all)})
}

// keysOf are the certificates that an app can sign in with: its own, and those of its
// service principal.
func (t *Tenant) keysOf(a *app) []*key {
	if p := t.spByAppID(a.appID); p != nil {
		return slices.Concat(a.keys, p.keys())
	}
	return a.keys
}

// showKeys are certificates as a GET shows them.
func showKeys(keys []*key, withKey bool) []any {
	all := []any{}
	for _, k := range keys {
		all = append(all, k.show(withKey))
	}
	return all
}

// mostKeyReads is how many requests a minute may select keyCredentials, in a tenant.
// Source: Graph, "List applications" and "Get application".
const mostKeyReads = 150

// readsKeys counts a request that selects keyCredentials.
func (c *call) readsKeys() error {
	if c.method != "GET" || !c.selects("keyCredentials") || c.counted {
		return nil
	}
	t := cmp.Or(c.t.whole, c.t) // the limit is the tenant's, whichever replica answers
	t.keyReads = slices.DeleteFunc(t.keyReads, func(at time.Time) bool { return c.at.Sub(at) >= time.Minute })
	if len(t.keyReads) >= mostKeyReads {
		return byStatus(429)
	}
	t.keyReads, c.counted = append(t.keyReads, c.at), true
	return nil
}

func (c *call) selects(name string) bool {
	return slices.ContainsFunc(strings.Split(c.query.Get("$select"), ","), func(n string) bool { return strings.TrimSpace(n) == name })
}
