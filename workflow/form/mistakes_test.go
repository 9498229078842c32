package form

import (
	"fmt"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/workflow/plan"
)

func TestAllMistakesOfAFieldAreSaid(t *testing.T) {
	many := func(n int) (uris []string) {
		for i := range n {
			uris = append(uris, fmt.Sprintf("http://%d.example", i))
		}
		return uris
	}
	const begin = ": a redirect URI has to begin with https:// (or be http://localhost)."
	for name, c := range map[string]struct {
		uris []string
		want string
	}{
		"none": {[]string{"https://a.example", "http://localhost"}, ""},
		"one":  {[]string{"https://good.example", "http://a.example"}, "http://a.example" + begin},
		"two alike": {[]string{"http://a.example", "https://good.example", "http://b.example"},
			"http://a.example, http://b.example" + begin},
		"the same one": {[]string{"http://a.example", "http://a.example"}, "http://a.example" + begin},
		"two that differ": {[]string{"http://a.example", "https://b.example/#x"},
			"http://a.example" + begin + " https://b.example/#x: a redirect URI can't contain a #."},
		"too many": {append(many(20), "https://*.example"),
			strings.Join(many(7), ", ") + " and 13 more" + begin +
				" https://*.example: a redirect URI can't contain a wildcard: whoever gets a host that matches it gets " +
				"the tokens."},
		"a password is not repeated": {[]string{"https://bea:hunter2@a.example/x@y"},
			"https://…@a.example/x@y: a redirect URI can't contain a user name or a password."},
		"nor an odd one": {[]string{"http://bea:hun ter@2%zz@a.example"},
			"http://…@a.example: a redirect URI can't contain spaces or any of < > \" \\ | ^ ` { }."},
	} {
		wrong := Errors{}
		got := CheckRedirects(wrong, FieldRedirectURIs, plan.Web, c.uris)
		if wrong[FieldRedirectURIs] != c.want || c.want != "" && got != nil {
			t.Errorf("%s: %q, want %q", name, wrong[FieldRedirectURIs], c.want)
		}
	}
}

func TestAllWrongSubscriptionsAreSaid(t *testing.T) {
	wrong := Errors{}
	good := "00000000-0000-0000-0000-000000000001"
	if got := CheckSubscriptions(wrong, []string{"backup", good, "", "Test"}, nil); got != nil ||
		!strings.HasPrefix(wrong[FieldSubscriptions], "backup, Test: this is not a subscription ID.") {
		t.Errorf("%v, %q", got, wrong[FieldSubscriptions])
	}
}

func TestAMistakeIsShort(t *testing.T) {
	var m mistakes
	for i := range 50 {
		m.add(fmt.Sprintf("%d%s", i, strings.Repeat("x", 500)), "this is too long")
	}
	if got := m.String(); len(got) > 900 || !strings.HasSuffix(got, "… and 42 more: this is too long.") {
		t.Errorf("%d bytes: %s", len(got), got)
	}
}
