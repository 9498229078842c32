package form

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// The one rule for redirect URIs, whether they were typed, imported from a manifest or
// brought by a pack.

var (
	// Entra takes an underscore in a scheme, which RFC 3986 does not know.
	uriScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+._-]*$`)
	urnParts  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*:.+`)
	brokerID  = regexp.MustCompile(`^brk-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// multihub is the scheme of nested app authentication in Microsoft 365 and Teams.
// Source: Microsoft, Enable SSO in an Office Add-in with nested app authentication.
const multihub = "brk-multihub"

// RedirectUnsupported are the characters that Microsoft does not support in redirect
// URIs, although they may be in others. Source: as for RedirectsEntra.
const RedirectUnsupported = "!$'(),;"

// RedirectProblem returns what is wrong with a redirect URI on a platform, as a sentence
// without its stop, or "". On every platform there are https:// and http://localhost; on
// web also URNs and ms-appx-web://; for a single-page app brk-multihub:// and
// brk-<GUID>://; a public client may have any scheme of its own.
// Source: as for RedirectsEntra.
func RedirectProblem(s string, on plan.Platform) string {
	scheme, rest, _ := strings.Cut(s, ":")
	scheme = strings.ToLower(scheme)
	switch {
	case strings.Contains(s, "#"):
		return "a redirect URI can't contain a #"
	case strings.Contains(s, "*"):
		return "a redirect URI can't contain a wildcard: whoever gets a host that matches it gets the tokens"
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>\"\\|^`{}", r) }):
		return "a redirect URI can't contain spaces or any of < > \" \\ | ^ ` { }"
	case text.OneLine(s) != s:
		return "a redirect URI can't contain invisible characters: type it instead of pasting it"
	case strings.ContainsAny(s, RedirectUnsupported):
		return "Entra supports none of ! $ ' ( ) , ; in a redirect URI"
	case strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || r < ' ' }):
		return "a redirect URI must be ASCII: write a host in its xn-- form, and other characters with %"
	case len(s) > RedirectMax:
		return fmt.Sprintf("a redirect URI can have at most %d characters", RedirectMax)
	case rest == "" || !uriScheme.MatchString(scheme):
		return "a redirect URI begins with a scheme, such as https://"
	case scheme == "https" || scheme == "http":
		return webAddressProblem(s, scheme)
	}
	return ownSchemeProblem(scheme, rest, on)
}

// webAddressProblem is RedirectProblem for https:// and http://.
func webAddressProblem(s, scheme string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "":
		return "a redirect URI that begins with " + scheme + ": continues with // and a host"
	case u.User != nil:
		return noUserInfo
	case scheme == "http" && u.Hostname() == "::1":
		return "Entra does not support the IPv6 loopback address: write http://localhost or http://127.0.0.1"
	case scheme == "http" && !strings.EqualFold(u.Hostname(), "localhost") && u.Hostname() != "127.0.0.1":
		return "a redirect URI has to begin with https:// (or be http://localhost)"
	case !portExists(u):
		return "the port of a redirect URI is a number from 1 to 65535"
	}
	return ""
}

const noUserInfo = "a redirect URI can't contain a user name or a password"

// ownSchemeProblem is RedirectProblem for every other scheme. rest follows its colon.
func ownSchemeProblem(scheme, rest string, on plan.Platform) string {
	authority, hasAuthority := strings.CutPrefix(rest, "//")
	authority, _, _ = strings.Cut(authority, "/")
	broker := strings.HasPrefix(scheme, "brk-")
	switch {
	case scheme == "urn" && on != plan.SPA:
		if !urnParts.MatchString(rest) {
			return "a URN has at least two parts after urn:, as in urn:ietf:wg:oauth:2.0:oob"
		}
		return ""
	case hasAuthority && strings.Contains(authority, "@"):
		return noUserInfo
	case broker && on == plan.SPA && scheme != multihub && !brokerID.MatchString(scheme):
		return "brk- is followed by multihub or the GUID of a broker, as in brk-multihub://app.contoso.com"
	case broker && on == plan.SPA && authority == "":
		return scheme + ":// is followed by the host of the app, as in brk-multihub://app.contoso.com"
	case broker && on == plan.SPA, scheme == "ms-appx-web" && hasAuthority && on != plan.SPA:
		return ""
	case broker && on != plan.PublicClient:
		return "brk-… is for single-page apps (platform spa)"
	case executable(scheme):
		return "a browser does not pass an answer to " + scheme + ": on to an app"
	case on != plan.PublicClient:
		return fmt.Sprintf("a redirect URI has to begin with https:// (or be http://localhost) on the platform %s; "+
			"a custom scheme, as in myapp://auth, is for public clients", on.String())
	case !strings.HasPrefix(rest, "/"):
		return "a custom scheme is followed by a /, as in myapp://auth or com.contoso.app:/oauth2redirect"
	}
	return ""
}

// portExists reports whether an address has no port, or one that there can be.
func portExists(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

// executable reports whether a browser does something else with a scheme than to
// hand the answer to an app.
func executable(scheme string) bool {
	return slices.Contains([]string{"javascript", "vbscript", "data", "file", "blob", "about", "ftp", "ws", "wss",
		"intent", "view-source", "content", "jar", "filesystem"}, scheme)
}
