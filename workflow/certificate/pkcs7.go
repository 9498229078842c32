package certificate

import "encoding/asn1"

var (
	errIndefinite = &Problem{"ber", "This file is written in BER with indefinite lengths, which is not supported here. " +
		"Give the certificate as PEM: openssl pkcs7 -inform DER -in file.p7b -print_certs writes that."}
	errNotCerts = &Problem{"not-a-certificate", "This is a signed or encrypted message (PKCS #7, CMS), not a file of certificates. " +
		"Give the app's certificate: a .cer, .crt, .pem or .p7b file."}
)

// fromPKCS7 reads SignedData that nobody signed and that has nothing to sign,
// the usual way to put certificates into one file (.p7b, .p7c).
// Source: RFC 2315, sections 7 and 9; RFC 5652, sections 3, 5.1 and 10.2.2.
func fromPKCS7(der []byte) ([]candidate, error) {
	var outer struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"optional,explicit,tag:0"`
	}
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, errDamaged
	}
	if !outer.Type.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}) {
		return nil, errNotCerts
	}
	var signed struct {
		Version int
		Digests asn1.RawValue `asn1:"set"`
		Content struct {
			Type    asn1.ObjectIdentifier
			Content asn1.RawValue `asn1:"optional,explicit,tag:0"`
		}
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		CRLs         asn1.RawValue `asn1:"optional,tag:1"`
		Signers      asn1.RawValue `asn1:"set"`
	}
	if _, err := asn1.Unmarshal(outer.Content.Bytes, &signed); err != nil {
		return nil, errDamaged
	}
	// An OCTET STRING of 2 bytes is empty.
	if len(signed.Signers.Bytes) > 0 || len(signed.Content.Content.Bytes) > 2 {
		return nil, errNotCerts
	}
	var all []candidate
	for b := signed.Certificates.Bytes; len(b) > 0; {
		var one asn1.RawValue
		rest, err := asn1.Unmarshal(b, &one)
		if err != nil {
			return nil, errDamaged
		}
		b = rest
		if one.FullBytes[0] != sequence { // an attribute certificate, or what only PKCS #6 knew
			continue
		}
		c, ok := outline(one.FullBytes)
		if !ok {
			return nil, errDamaged
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, errNone
	}
	return all, nil
}
