package entratest

import (
	"bytes"
	"crypto/sha1"
	"crypto/x509"
	"slices"
	"time"
)

// A key is a certificate that proves an app. keyCredentials is one collection:
// whoever writes it writes all of it, so that those that shall stay are sent
// back, and Graph lets them be sent back without their key.
type key struct {
	keyID, name, usage, kind string
	customID, der            []byte
	start, end               time.Time
	cert                     *x509.Certificate
	veil                     veil
}

// thumbprint is the SHA-1 of the certificate, as portals show it.
func (k *key) thumbprint() []byte {
	sum := sha1.Sum(k.der)
	return sum[:]
}

// checkKeys reads the certificates that shall replace those of an app.
func (t *Tenant) checkKeys(a *app, in []any) ([]*key, error) {
	var keys []*key
	for _, v := range in {
		k, err := t.checkKey(a, v.(object))
		if err != nil {
			return nil, err
		}
		same := func(other *key) bool { return other.keyID == k.keyID || bytes.Equal(other.der, k.der) }
		if slices.ContainsFunc(keys, same) {
			return nil, bad("Property 'keyCredentials' has the same key more than once.")
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func (t *Tenant) checkKey(a *app, o object) (*key, error) {
	if o["type"] != "AsymmetricX509Cert" {
		return nil, bad("The value for the property \"type\" in one of your credentials is invalid. Only AsymmetricX509Cert is emulated.")
	}
	if o["usage"] != "Verify" {
		return nil, bad("The value for the property \"usage\" in one of your credentials is invalid. Acceptable values are Sign, Verify; only Verify is emulated.")
	}
	if old := find(a.keys, func(k *key) bool { return k.keyID == o["keyId"] }); old != nil {
		return old, old.mayStay(o)
	}
	return t.newKey(a, o)
}

// mayStay checks that an entry which names an existing key changes nothing of
// it: what it says has to be what is there.
func (k *key) mayStay(o object) error {
	changed := func(property string, is time.Time) bool {
		v, err := time.Parse(time.RFC3339, text(o[property]))
		return o[property] != nil && (err != nil || !v.Equal(is))
	}
	der, _ := unbase64(text(o["key"]))
	id, _ := unbase64(text(o["customKeyIdentifier"]))
	if changed("startDateTime", k.start) || changed("endDateTime", k.end) || o["key"] != nil && !bytes.Equal(der, k.der) ||
		o["customKeyIdentifier"] != nil && !bytes.Equal(id, k.customID) || o["displayName"] != nil && o["displayName"] != k.name {
		return bad("Update to existing credential with KeyId '%s' is not allowed.", k.keyID)
	}
	return nil
}

// newKey reads an entry that is new: it needs a certificate, and takes from it
// whatever it does not say.
func (t *Tenant) newKey(a *app, o object) (*key, error) {
	der, _ := unbase64(text(o["key"]))
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, &problem{status: 400, code: "KeyCredentialsInvalid", message: "Key credential is not a valid certificate: the property 'key' must be the base64 of its DER form."}
	}
	k := &key{keyID: text(o["keyId"]), name: text(o["displayName"]), kind: "AsymmetricX509Cert", usage: "Verify", der: der, cert: cert,
		start: cert.NotBefore, end: cert.NotAfter, veil: t.veil(t.knobs.Lag.Secret)}
	k.customID = k.thumbprint()
	if old := find(a.keys, func(k *key) bool { return bytes.Equal(k.der, der) }); old != nil {
		k.veil = old.veil
	}
	if k.keyID == "" {
		k.keyID = t.s.newID()
	}
	if k.name == "" {
		k.name = cert.Subject.String()
	}
	if id := text(o["customKeyIdentifier"]); id != "" {
		k.customID, _ = unbase64(id)
	}
	if v := text(o["startDateTime"]); v != "" {
		k.start = second(v)
	}
	if v := text(o["endDateTime"]); v != "" {
		k.end = second(v)
	}
	return k, t.checkDates(k)
}

func (t *Tenant) checkDates(k *key) error {
	badEnd := func(why string) error {
		return &problem{status: 400, code: "KeyCredentialsInvalidEndDate", message: "Key credential end date is invalid: " + why}
	}
	switch most := t.knobs.MaxKeyLifetime; {
	case k.end.After(k.cert.NotAfter):
		return badEnd("it is later than the certificate's.")
	case k.start.Before(k.cert.NotBefore):
		return &problem{status: 400, code: "KeyCredentialsInvalidStartDate", message: "Key credential start date is invalid: it is earlier than the certificate's."}
	case !k.end.After(k.start):
		return badEnd("it is not later than the start date.")
	case !k.end.After(t.s.now()):
		return badEnd("it has passed.")
	case most > 0 && k.end.Sub(k.start) > most:
		return t.tooLong()
	}
	return nil
}

// second reads a time that has been checked already. Credentials are kept to
// the second, so that what is shown can be sent back.
func second(v string) time.Time {
	at, _ := time.Parse(time.RFC3339, v)
	return at.Truncate(time.Second)
}
