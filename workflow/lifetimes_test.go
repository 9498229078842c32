package workflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestLifetimesAreThoseOfThePackAsFarAsThePolicyAllows(t *testing.T) {
	const month = 730 * time.Hour
	own := Offer{Kind: ClientSecret, Lifetime: 6 * month, Max: 24 * month, Lifetimes: []time.Duration{24 * month, 6 * month, 12 * month}}
	for _, c := range []struct {
		offer Offer
		most  time.Duration
		want  []string
		hint  string
	}{
		{own, 24 * month, []string{"6 months", "12 months", "24 months"}, "24 months is the longest here: this bot's policy (secret_lifetime_max) allows no more"},
		{own, 12 * month, []string{"6 months", "12 months"}, "12 months is the longest here: this bot's policy"},
		{own, 20 * month, []string{"6 months", "12 months"}, "12 months is the longest here: this product's pack offers no more"},
		{own, 48 * month, []string{"6 months", "12 months", "24 months"}, "24 months is the longest here: this product's pack allows no more"},
		{own, 48 * time.Hour, []string{"2 days"}, "2 days is the longest here: this bot's policy"},
		{Offer{Kind: ClientSecret}, 6 * month, []string{"30 days", "90 days", "6 months"}, "6 months is the longest here: this bot's policy"},
		{Offer{Kind: ClientSecret, Max: 90 * 24 * time.Hour}, 6 * month, []string{"30 days", "90 days"}, "90 days is the longest here: this product's pack allows no more"},
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
		if !slices.Equal(words, c.want) || !strings.Contains(hint, c.hint) || !strings.Contains(hint, "A secret that never expires is not offered: ") {
			t.Errorf("%+v with %s: %s", c.offer, c.most, fmt.Sprint(words, hint))
		}
	}
}
