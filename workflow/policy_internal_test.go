package workflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
)

func TestLifetimesAreThoseOfThePackAsFarAsThePolicyAllows(t *testing.T) {
	const month = 730 * time.Hour
	own := pack.Offer{Kind: plan.CredentialSecret, Lifetime: 6 * month, Max: 24 * month,
		Lifetimes: []time.Duration{24 * month, 6 * month, 12 * month}}
	for _, c := range []struct {
		offer pack.Offer
		most  time.Duration
		want  []string
		hint  string
	}{
		{own, 24 * month, []string{"6 months", "12 months", "24 months"},
			"24 months is the longest here: this bot's policy (secret_lifetime_max) allows no more"},
		{own, 12 * month, []string{"6 months", "12 months"}, "12 months is the longest here: this bot's policy"},
		{own, 20 * month, []string{"6 months", "12 months"}, "12 months is the longest here: this product's pack offers no more"},
		{own, 48 * month, []string{"6 months", "12 months", "24 months"},
			"24 months is the longest here: this product's pack allows no more"},
		{own, 48 * time.Hour, []string{"2 days"}, "2 days is the longest here: this bot's policy"},
		{pack.Offer{Kind: plan.CredentialSecret}, 6 * month, []string{"30 days", "90 days", "180 days", "6 months"},
			"6 months is the longest here: this bot's policy"},
		{pack.Offer{Kind: plan.CredentialSecret, Max: 90 * 24 * time.Hour}, 6 * month, []string{"30 days", "90 days"},
			"90 days is the longest here: this product's pack allows no more"},
	} {
		d := &Desk{policy: Policy{SecretLifetimeMax: c.most}}
		var words []string
		for _, l := range d.Lifetimes(c.offer) {
			words = append(words, l.Words)
			if l.D > c.most {
				t.Errorf("with %s at most, %s is offered", c.most, l.Words)
			}
		}
		hint := d.LifetimeHint(c.offer)
		if !slices.Equal(words, c.want) || !strings.Contains(hint, c.hint) ||
			!strings.Contains(hint, "Every secret expires, so that a stolen one does not work forever.") {
			t.Errorf("%+v with %s: %s", c.offer, c.most, fmt.Sprint(words, hint))
		}
	}
}

// services.md, section 4: public baselines ask for 180 days at most for both
// secrets and certificates, and 4380 h is 182.5 days.
func TestWhatOutlivesThePublicBaselinesSaysSo(t *testing.T) {
	const day = 24 * time.Hour
	if DefaultPolicy.SecretLifetimeMax != 180*day {
		t.Errorf("secrets live for %s by default", DefaultPolicy.SecretLifetimeMax)
	}
	own := func(d time.Duration) plan.Credential {
		from := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
		return plan.Credential{Kind: plan.CredentialCertificate, Certificate: certificate.Certificate{NotBefore: from,
			NotAfter: from.Add(d)}}
	}
	for _, c := range []struct {
		credential plan.Credential
		beyond     bool
	}{
		{plan.Credential{Kind: plan.CredentialSecret, Lifetime: 180 * day}, false},
		{plan.Credential{Kind: plan.CredentialSecret, Lifetime: 4380 * time.Hour}, true},
		{plan.Credential{Kind: plan.CredentialMadeCertificate, Lifetime: 180 * day}, false},
		{plan.Credential{Kind: plan.CredentialMadeCertificate, Lifetime: 365 * day}, true},
		{own(180*day + 10*time.Minute), false}, // as PowerShell makes it
		{own(365 * day), true},
		{plan.Credential{Kind: plan.CredentialNone}, false},
	} {
		says := c.credential.BeyondBaseline()
		if c.beyond != strings.Contains(says, "longer than the 180 days of public baselines") {
			t.Errorf("%+v: %q", c.credential, says)
		}
	}
	if plan.LifetimeWords(4380*time.Hour) != "6 months" {
		t.Error("a request that was approved with 6 months no longer says so")
	}
}
