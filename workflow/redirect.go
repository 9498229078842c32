package workflow

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Redirect URIs, and the platforms that they are for.

// Platforms are all of them, in the order of forms and cards.
var Platforms = []Platform{Web, SPA, PublicClient}

// On are the redirect URIs of a platform.
func (p Plan) On(on Platform) []string {
	switch on {
	case SPA:
		return p.SPARedirectURIs
	case PublicClient:
		return p.PublicRedirectURIs
	}
	return p.RedirectURIs
}

// redirect puts redirect URIs where a platform has them.
func (p *Plan) redirect(on Platform, uris []string) {
	switch on {
	case SPA:
		p.SPARedirectURIs = uris
	case PublicClient:
		p.PublicRedirectURIs = uris
	default:
		p.RedirectURIs = uris
	}
}

// RedirectField is the field for the redirect URIs of a platform: those of the
// product's own have the plain name.
func (p Product) RedirectField(on Platform) Field {
	switch {
	case on == p.Platform || on == Web && p.Platform == "":
		return FieldRedirectURIs
	case on == SPA:
		return FieldSPARedirectURIs
	case on == PublicClient:
		return FieldPublicRedirectURIs
	}
	return FieldWebRedirectURIs
}

// updateRedirects fills in the redirect URIs of an update: a platform that the
// draft does not name keeps its own.
func updateRedirects(wrong FieldErrors, p Product, draft Draft, r *Request) {
	for _, on := range Platforms {
		field, had := p.RedirectField(on), r.Was.On(on)
		uris, named := draft.Redirects[field]
		if field == FieldRedirectURIs {
			uris, named = draft.RedirectURIs, true
		}
		if named {
			r.Plan.redirect(on, checkRedirects(wrong, field, on, uris, had...))
		} else {
			r.Plan.redirect(on, had)
		}
	}
}

// checkRedirects follows Microsoft's rules for redirect URIs: https, or http on
// the loopback host; no wildcard, no fragment. A public client may have a scheme
// of its own. Those in had are the app's already and are not asked about.
func checkRedirects(wrong FieldErrors, field Field, on Platform, uris []string, had ...string) []string {
	var out []string
	var bad mistakes
	for _, s := range uris {
		if s = oneLine(s); s == "" {
			continue
		}
		if problem := redirectProblem(s, on); problem != "" && !slices.Contains(had, s) {
			bad.add(withoutPassword(s), problem)
			continue
		}
		out = append(out, s)
	}
	if bad != nil {
		wrong[field] = bad.String()
		return nil
	}
	if len(out) > RedirectsMax {
		wrong[field] = fmt.Sprintf("These are %d redirect URIs; %d are allowed.", len(out), RedirectsMax)
	}
	return out
}

func redirectProblem(s string, on Platform) string {
	u, err := url.Parse(s)
	loopback := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	own := err == nil && on == PublicClient && u.Scheme != "http" && u.IsAbs() && !executable(u.Scheme)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "a redirect URI is a web address that begins with https://"
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback) && !own:
		return "a redirect URI has to begin with https:// (or be http://localhost)"
	case u.Fragment != "" || strings.Contains(s, "#"):
		return "a redirect URI must not have a # in it"
	case strings.Contains(s, "*"):
		return "a redirect URI must not have a wildcard in it"
	case u.User != nil:
		return "a redirect URI must not have a name or a password in it"
	case len(s) > RedirectMax:
		return fmt.Sprintf("a redirect URI may have %d characters", RedirectMax)
	case strings.ContainsAny(s, " <>\"\\|^`{}"):
		return "a redirect URI must not have spaces or any of < > \" \\ | ^ ` { } in it"
	}
	return ""
}

// withoutPassword is a URI as an answer may repeat it.
func withoutPassword(s string) string {
	scheme, rest, _ := strings.Cut(s, "//")
	host := rest
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		host = rest[:end]
	}
	if at := strings.LastIndex(host, "@"); at >= 0 {
		return scheme + "//…" + rest[at:]
	}
	return s
}

// executable says whether a browser does something else with a scheme than to
// hand the answer to an app.
func executable(scheme string) bool {
	return slices.Contains([]string{"javascript", "vbscript", "data", "file", "blob", "about", "ftp", "ws", "wss"}, strings.ToLower(scheme))
}
