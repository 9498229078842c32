package certificate

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
)

// A candidate is one of several certificates, of which only one is used. It may be
// one that crypto/x509 refuses: an authority with a negative serial number, or with
// a key on a curve of Brainpool.
type candidate struct {
	der             []byte
	issuer, subject []byte
	authority       bool   // it issues certificates, as far as that can be told
	key             keyRef // what kind of key it has
}

// A keyRef is the algorithm of a SubjectPublicKeyInfo.
type keyRef struct {
	ID         asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// outline reads as much of a certificate as it takes to choose among several.
// Source: RFC 5280, section 4.1.
func outline(der []byte) (candidate, bool) {
	var c struct {
		Signed struct {
			Version           int `asn1:"optional,explicit,default:0,tag:0"`
			Serial, Signature asn1.RawValue
			Issuer            asn1.RawValue
			Validity          asn1.RawValue
			Subject           asn1.RawValue
			Key               struct{ Algorithm keyRef }
		}
	}
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		return candidate{}, false
	}
	out := candidate{der: der, issuer: c.Signed.Issuer.FullBytes, subject: c.Signed.Subject.FullBytes, key: c.Signed.Key.Algorithm}
	if x, err := x509.ParseCertificate(der); err == nil {
		out.authority = x.IsCA
	} else {
		out.authority = bytes.Equal(out.issuer, out.subject)
	}
	return out, true
}

// leaf returns the certificate that issued none of the others. Names decide, as
// in RFC 5280, section 6.1; there is nothing to trust here, only to choose. Where
// several remain, those of authorities are not the app's.
func leaf(all []candidate) (candidate, error) {
	var distinct []candidate
	for _, c := range all {
		if !slices.ContainsFunc(distinct, func(d candidate) bool { return bytes.Equal(c.der, d.der) }) {
			distinct = append(distinct, c)
		}
	}
	var leaves []candidate
	for i, c := range distinct {
		issued := false
		for j, d := range distinct {
			issued = issued || i != j && bytes.Equal(d.issuer, c.subject)
		}
		if !issued {
			leaves = append(leaves, c)
		}
	}
	if len(leaves) > 1 {
		leaves = slices.DeleteFunc(leaves, func(c candidate) bool { return c.authority })
	}
	if len(leaves) != 1 {
		return candidate{}, problem("several",
			"There are %d certificates in this, and it isn't clear which is the app's. Give only that one.", len(distinct))
	}
	return leaves[0], nil
}

func parse(der []byte) (*x509.Certificate, error) {
	x, err := x509.ParseCertificate(der)
	if err == nil {
		return x, nil
	}
	if c, ok := outline(der); ok && c.key.ID.Equal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}) { // id-ecPublicKey, RFC 5480
		return nil, errCurve
	}
	return nil, errDamaged
}
