package certificate

import (
	"strings"
	"testing"
	"time"
)

// now is when the certificates of testdata are valid, where nothing else is said.
var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func TestRSAFrom2048BitsIsTaken(t *testing.T) {
	if err := parsed(t, file(t, "rsa.pem")).Check(now, 0); err != nil {
		t.Error(err)
	}
}

// cases/certificates/30-ec256.cer, and services.md section 3: Entra takes no elliptic-curve
// certificate for client assertions (MSAL Python #534, MSAL.NET #2573, azure-cli #30254).
func TestAnEllipticCurveIsRefusedWithTheReason(t *testing.T) {
	for _, name := range []string{"cases/30-ec256.cer", "cert-ec-P-256.pem", "cert-ec-P-384.pem", "cert-ec-P-521.pem"} {
		err := parsed(t, file(t, name)).Check(now, 0)
		if p := refused(t, Certificate{}, err, "curve"); !strings.Contains(p.Text, "no app can sign in with it") ||
			!strings.Contains(p.Text, "RSA key with 2048 bits") {
			t.Errorf("%s: %s", name, p)
		}
	}
}

func TestHowACertificateIsSignedDoesNotMatter(t *testing.T) {
	if err := parsed(t, file(t, "cert-sha1.pem")).Check(now, 0); err != nil {
		t.Error(err)
	}
}

func TestACertificateEntraCannotUseIsRefused(t *testing.T) {
	for _, a := range []struct{ name, code, says string }{
		{"cert-weak.pem", "weak", "has 1024 bits"},
		{"cert-ec-P-224.pem", "curve", "RSA key with 2048 bits"},
		{"cert-ed25519.pem", "kind-of-key", "RSA key with 2048 bits"},
		{"cert-rsa-pss.pem", "kind-of-key", "RSA key with 2048 bits"},
		{"cert-expired.pem", "expired", "until 1 January 2025, 517 days ago"},
		{"cert-early.pem", "not-yet-valid", "from 1 July 2026, 00:00 UTC, and now it is 1 June 2026, 12:00 UTC"},
		{"cert-long.pem", "too-long", "until 1 January 2036, for another 3501 days. At most 730 days are allowed here. Make one that is " +
			"valid until 31 May 2028 at the latest"},
	} {
		err := parsed(t, file(t, a.name)).Check(now, 730*day)
		if p := refused(t, Certificate{}, err, a.code); !strings.Contains(p.Text, a.says) {
			t.Errorf("%s: %s", a.name, p)
		}
	}
	refused(t, Certificate{}, Certificate{}.Check(now, 0), "empty")
	refused(t, Certificate{}, Certificate{DER: []byte("0")}.Check(now, 0), "not-a-certificate")
}

func TestTheDatesOfTheCertificateCountAndNotThoseBesideIt(t *testing.T) {
	c := parsed(t, file(t, "cert-expired.pem"))
	c.NotAfter, c.Key = now.Add(day), "RSA 4096"
	refused(t, Certificate{}, c.Check(now, 0), "expired")
}

func TestAClockMayBeFiveMinutesOff(t *testing.T) {
	c := parsed(t, file(t, "rsa.pem"))
	year := c.NotAfter.Sub(c.NotBefore)
	for _, a := range []struct {
		now     time.Time
		longest time.Duration
		code    string
	}{
		{c.NotBefore.Add(-5 * time.Minute), 0, ""},
		{c.NotBefore.Add(-5*time.Minute - time.Second), 0, "not-yet-valid"},
		{c.NotBefore.Add(-5 * time.Minute), year, ""},
		{c.NotBefore, year, ""},
		{c.NotBefore, year - time.Hour, "too-long"},
		{c.NotAfter, 0, ""},
		{c.NotAfter.Add(time.Second), 0, "expired"},
	} {
		err := c.Check(a.now, a.longest)
		if a.code != "" {
			refused(t, Certificate{}, err, a.code)
		} else if err != nil {
			t.Errorf("at %v: %v", a.now, err)
		}
	}
}

func TestDaysAreCounted(t *testing.T) {
	from := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{time.Minute: "1 day", 24 * time.Hour: "1 day", 25 * time.Hour: "2 days",
		730 * 24 * time.Hour: "730 days"} {
		if got := days(from, from.Add(d)); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
