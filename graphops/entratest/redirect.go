package entratest

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Redirect URIs. Source: Microsoft, Redirect URI (reply URL) restrictions and limitations;
// for schemes of their own what people have in their tenants.

// checkRedirects checks the redirect URIs of all platforms. One URI cannot be
// on two of them, as the platform decides about the flow; capitals make no other
// one of it.
func checkRedirects(after object, audience string) error {
	var all []any
	personal := strings.Contains(audience, "Personal")
	for _, platform := range []string{"web", "spa", "publicClient"} {
		p, _ := after[platform].(object)
		for _, v := range list(p["redirectUris"]) {
			if err := checkRedirect(platform, text(v), personal); err != nil {
				return err
			}
			if slices.ContainsFunc(all, func(other any) bool { return strings.EqualFold(text(other), text(v)) }) {
				return bad("Property redirectUris value is invalid: Redirect URIs must have distinct values: '%s'.", v)
			}
			all = append(all, v)
		}
	}
	most := 256
	if personal {
		most = 100
	}
	if len(all) > most {
		return bad("The total number of redirect URIs exceeds the limit of %d.", most)
	}
	return nil
}

var (
	webRedirect = regexp.MustCompile(`(?i)^(https://[^/?]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?([/?]|$))`)
	uriScheme   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+._-]*:.`)
	ownSchemes  = map[string]*regexp.Regexp{ // besides https:// and http://localhost
		"web": regexp.MustCompile(`(?i)^(urn:[a-z0-9][a-z0-9-]*:.|ms-appx-web://)`),
		"spa": regexp.MustCompile(`(?i)^brk-(multihub|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})://[^/]`),
	}
)

func checkRedirect(platform, raw string, personal bool) error {
	invalid := func(why string) error {
		return bad("Invalid value specified for property '%s.redirectUris' of resource 'Application': '%s'%s.", platform, raw, why)
	}
	switch {
	case utf8.RuneCountInString(raw) > 256 || strings.ContainsAny(raw, "# \t\r\n") || !uriScheme.MatchString(raw):
		return invalid("")
	case strings.ContainsAny(raw, "!$'(),;"):
		return invalid(" has a character that is not supported")
	case personal && strings.ContainsAny(raw, "*?"):
		return invalid(" must have neither a wildcard nor a query where personal accounts sign in")
	}
	lower := strings.ToLower(raw)
	if strings.HasPrefix(lower, "https:") || strings.HasPrefix(lower, "http:") {
		if _, err := url.Parse(raw); err != nil && !strings.Contains(raw, "*") || !webRedirect.MatchString(raw) {
			return invalid(" must start with https:// or http://localhost")
		}
		return nil
	}
	if own := ownSchemes[platform]; own != nil && !own.MatchString(raw) {
		return invalid(" must start with https:// or http://localhost")
	}
	return nil
}
