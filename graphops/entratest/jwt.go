package entratest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"strings"
	"sync"
	"time"
)

// signingKey signs all tokens of this process. It is no secret of any value.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // rand.Reader does not fail
	}
	return k
})

const keyID = "entratest"

// sign makes a JWT of claims.
func sign(claims object) string {
	in := part(object{"alg": "RS256", "kid": keyID, "typ": "JWT"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(in))
	sig, err := rsa.SignPKCS1v15(nil, signingKey(), crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return in + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// part is one part of a JWT.
func part(v any) string {
	b, _ := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(b)
}

func signingKeys() object {
	k := signingKey().PublicKey
	return object{"keys": []any{object{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID,
		"n": base64.RawURLEncoding.EncodeToString(k.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes())}}}
}

// pairwise is the subject of a user, which is another for each application.
func pairwise(u *User, a *app) string {
	sum := sha256.Sum256([]byte(u.ID + a.appID))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// A clientJWT is a client assertion as it was sent.
type clientJWT struct {
	header struct {
		Alg, X5t string
		S256     string `json:"x5t#S256"`
	}
	claims struct {
		Aud, Iss, Sub string
		Nbf, Exp      int64
	}
	signed    string // what the signature is of
	signature []byte
}

func readJWT(jwt string) (j clientJWT, ok bool) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return j, false
	}
	raw := make([][]byte, 3)
	for i, p := range parts {
		b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(p, "="))
		if err != nil {
			return j, false
		}
		raw[i] = b
	}
	j.signed, j.signature = parts[0]+"."+parts[1], raw[2]
	return j, json.Unmarshal(raw[0], &j.header) == nil && json.Unmarshal(raw[1], &j.claims) == nil
}

// signedBy reports whether the signature is that of a key, which has to be RSA: no
// elliptic curve, MSAL.NET #2573.
func (j clientJWT) signedBy(key any) bool {
	public, isRSA := key.(*rsa.PublicKey)
	if !isRSA {
		return false
	}
	sum := sha256.Sum256([]byte(j.signed))
	switch j.header.Alg {
	case "PS256":
		return rsa.VerifyPSS(public, crypto.SHA256, sum[:], j.signature, nil) == nil
	case "RS256":
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], j.signature) == nil
	}
	return false
}

// assertion checks a client assertion: a JWT that is signed with the private
// key of one of the app's certificates.
func (s *Server) assertion(t *Tenant, a *app, jwt string) error {
	j, ok := readJWT(jwt)
	if !ok {
		return sts(700027, "none")
	}
	header, claims := j.header, j.claims
	k := find(t.keysOf(a), func(k *key) bool {
		sha, old := sha256.Sum256(k.der), sha1.Sum(k.der)
		got, _ := unbase64(header.S256)
		gotOld, _ := unbase64(header.X5t)
		return string(got) == string(sha[:]) || string(gotOld) == string(old[:])
	})
	thumb, _ := unbase64(header.S256 + header.X5t)
	now := s.now()
	if k == nil || k.veil.hides(now) || now.Before(k.start) || !now.Before(k.end) {
		return sts(700027, strings.ToUpper(hex.EncodeToString(thumb)))
	}
	if k.cert == nil {
		return sts(700027, strings.ToUpper(hex.EncodeToString(thumb)))
	}
	if !j.signedBy(k.cert.PublicKey) {
		return sts(700027, strings.ToUpper(hex.EncodeToString(thumb)))
	}
	good := false
	for _, name := range []string{t.ID, strings.ToLower(t.Domain)} {
		at := s.loginURL + "/" + name
		good = good || claims.Aud == at+"/oauth2/v2.0/token" || claims.Aud == at+"/v2.0" || claims.Aud == at+"/"
	}
	if !good {
		return sts(700023)
	}
	if !strings.EqualFold(claims.Iss, a.appID) || !strings.EqualFold(claims.Sub, a.appID) {
		return sts(700027, strings.ToUpper(hex.EncodeToString(thumb)))
	}
	const skew = 5 * time.Minute
	if now.Add(skew).Before(time.Unix(claims.Nbf, 0)) || now.Add(-skew).After(time.Unix(claims.Exp, 0)) {
		return sts(700024)
	}
	return nil
}
