package certificate

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"time"
)

// clockSkew is how far the clock of the machine that made a certificate may be
// ahead of ours.
const clockSkew = 5 * time.Minute

const smallestRSA = 2048

var (
	errCurve = &Problem{"curve", "The key of this certificate is on an elliptic curve. Entra stores such a certificate, but no app can " +
		"sign in with it: Entra only takes RSA for that. " +
		"Make a new RSA key with 2048 bits or more, and a certificate for it."}
	errKind = &Problem{"kind-of-key", "Entra does not accept a certificate with this kind of key. Make a new RSA key with 2048 " +
		"bits or more, and a certificate for it."}
)

// Check reports whether an app can prove who it is with c from now on, for no more
// than longest; 0 is no limit. How the certificate itself is signed does not
// matter: Entra takes the key out of it and asks no authority. Its errors are
// Problems.
func (c Certificate) Check(now time.Time, longest time.Duration) error {
	if c.IsZero() {
		return errEmpty
	}
	// What Entra is given decides, not what is written beside it.
	x, err := parse(c.DER)
	if err != nil {
		return err
	}
	if err := checkKey(x.PublicKey); err != nil {
		return err
	}
	from, until := x.NotBefore.UTC(), x.NotAfter.UTC()
	switch {
	case from.After(now.Add(clockSkew)):
		return problem("not-yet-valid", "This certificate is valid only from %s, and now it is %s. Give one that is valid today, or "+
			"come back then.", at(from), at(now))
	case now.After(until):
		return problem("expired", "This certificate was valid until %s, %s ago. Make a new one.", on(until), days(until, now))
	case longest > 0 && until.After(now.Add(longest+clockSkew)):
		most := now.Add(longest)
		return problem("too-long", "This certificate is valid until %s, for another %s. At most %s are allowed here. Make one that is "+
			"valid until %s at the latest.",
			on(until), days(now, until), days(now, most), on(most))
	}
	return nil
}

// checkKey takes RSA alone. Graph's keyCredential names no kinds of key, and takes
// elliptic curves too; but Entra verifies client assertions with RSA only.
// Source: MSAL Python #534, MSAL.NET #2573, azure-cli #30254; "Create a self-signed
// public certificate" names RSA alone.
func checkKey(k any) error {
	switch k := k.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < smallestRSA {
			return problem("weak", "The RSA key of this certificate has %d bits, which is too few to be safe. Make a new key with %d "+
				"bits or more, and a certificate for it.", n, smallestRSA)
		}
		return nil
	case *ecdsa.PublicKey:
		return errCurve
	}
	return errKind
}

// days counts begun days.
func days(from, until time.Time) string {
	const day = 24 * 60 * 60
	n := (until.Unix() - from.Unix() + day - 1) / day
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func on(t time.Time) string { return t.UTC().Format("2 January 2006") }
func at(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }
