package form

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// RedirectField is the field for the redirect URIs of a platform: those of the
// product's own have the plain name.
func RedirectField(p pack.Product, on plan.Platform) Field {
	switch {
	case on == p.Platform || on == plan.Web && p.Platform == "":
		return FieldRedirectURIs
	case on == plan.SPA:
		return FieldSPARedirectURIs
	case on == plan.PublicClient:
		return FieldPublicRedirectURIs
	}
	return FieldWebRedirectURIs
}

// RedirectsEntra is how many redirect URIs an app may have on all its platforms,
// where no personal accounts sign in to it. Source: Microsoft, Redirect URI (reply
// URL) restrictions and limitations.
const RedirectsEntra = 256

// RequireRedirect refuses to make an app that its product is of no use with.
func RequireRedirect(p pack.Product, wrong Errors, wants plan.Plan) {
	if !p.RedirectRequired || len(wants.On(p.Platform)) > 0 || wrong[FieldRedirectURIs] != "" {
		return
	}
	wrong[FieldRedirectURIs] = "Name at least one redirect URI: without one nobody can sign in with this app."
	if p.RedirectExample != "" {
		wrong[FieldRedirectURIs] += " It looks like " + p.RedirectExample + "."
	}
}

// RedirectField is where a redirect URI of a new request is from.
func (d Draft) RedirectField(p pack.Product, on plan.Platform, uri string) Field {
	if m := d.Imported; m != nil && slices.Contains(m.plan().On(on), uri) {
		return cmp.Or(m.In, FieldManifest)
	}
	return RedirectField(p, on)
}

// plan is what a manifest says of redirect URIs.
func (m *Imported) plan() plan.Plan {
	return plan.Plan{RedirectURIs: m.RedirectURIs, SPARedirectURIs: m.SPARedirectURIs, PublicRedirectURIs: m.PublicRedirectURIs}
}

// CheckRedirects asks RedirectProblem about each. Those in had are the app's already:
// they are neither asked about, nor counted, nor changed by a character. What is there twice
// is there once.
func CheckRedirects(wrong Errors, field Field, on plan.Platform, uris []string, had ...string) []string {
	var out []string
	var bad mistakes
	added := 0
	for _, s := range uris {
		if s = strings.TrimRight(s, "\r"); !slices.Contains(had, s) {
			s = strings.TrimSpace(s)
		}
		there := slices.Contains(had, s)
		if s == "" || slices.Contains(out, s) {
			continue
		}
		if problem := RedirectProblem(s, on); problem != "" && !there {
			bad.add(text.URI(withoutPassword(s)), problem)
			continue
		}
		out = append(out, s)
		if !there {
			added++
		}
	}
	if bad != nil {
		wrong[field] = bad.String()
		return nil
	}
	switch {
	case added > RedirectsMax && len(had) > 0:
		wrong[field] = fmt.Sprintf("There are %d redirect URIs that the app does not have yet; at most %d are allowed in one request.",
			added,
			RedirectsMax)
	case added > RedirectsMax:
		wrong[field] = fmt.Sprintf("There are %d redirect URIs; at most %d are allowed.", added, RedirectsMax)
	}
	return out
}

// RedirectPlace is where one redirect URI of an app is.
type RedirectPlace struct {
	On  plan.Platform
	URI string
}

// DistinctRedirects refuses what Entra would, looking at all platforms together:
// a redirect URI that is there already, in whatever letters, and more than an app
// may have. Those in had are the app's already; of the others, field says where they
// were typed. One that was typed nowhere, as the product brings it, is nobody's mistake.
func DistinctRedirects(wrong Errors, p, had plan.Plan, field func(on plan.Platform, uri string) Field) {
	var there, added []RedirectPlace
	for _, on := range plan.Platforms {
		for _, uri := range p.On(on) {
			if r := (RedirectPlace{on, uri}); slices.Contains(had.On(on), uri) || field(on, uri) == FieldProduct {
				there = append(there, r)
			} else {
				added = append(added, r)
			}
		}
	}
	bad := map[Field]*mistakes{}
	for _, r := range added {
		i := slices.IndexFunc(there, func(t RedirectPlace) bool { return strings.EqualFold(t.URI, r.URI) })
		there = append(there, r)
		if i < 0 {
			continue
		}
		f := field(r.On, r.URI)
		if bad[f] == nil {
			bad[f] = &mistakes{}
		}
		if other := there[i]; other.On != r.On {
			bad[f].add(r.URI, fmt.Sprintf("this is a redirect URI of the platform %s already, and Entra lets an app have each on one "+
				"platform only", other.On))
		} else {
			bad[f].add(r.URI, fmt.Sprintf("Entra treats this as the same as %s, which is there already: it ignores "+
				"case", text.Clip(other.URI, 80)))
		}
	}
	for f, m := range bad {
		if wrong[f] == "" {
			wrong[f] = m.String()
		}
	}
	if n := len(there); n > RedirectsEntra && len(added) > 0 {
		last := added[len(added)-1]
		if f := field(last.On, last.URI); wrong[f] == "" {
			wrong[f] = fmt.Sprintf("With these the app has %d redirect URIs on all its platforms together, and Entra allows %d. Name "+
				"%d fewer.", n, RedirectsEntra, n-RedirectsEntra)
		}
	}
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
