package plan

// Platforms are all of them, in the order of forms and cards.
var Platforms = []Platform{Web, SPA, PublicClient}

// On are the redirect URIs of a platform.
func (p Plan) On(on Platform) []string { return *p.redirects(on) }

// SetRedirects puts redirect URIs where a platform has them.
func (p *Plan) SetRedirects(on Platform, uris []string) { *p.redirects(on) = uris }

// redirects is where a platform has them: the web, where none is said.
func (p *Plan) redirects(on Platform) *[]string {
	switch on {
	case SPA:
		return &p.SPARedirectURIs
	case PublicClient:
		return &p.PublicRedirectURIs
	}
	return &p.RedirectURIs
}

// Platform is the kind of application that redirect URIs are for.
// Source: Graph, application resource type: web, spa, publicClient.
type Platform string

const (
	Web          Platform = "web"
	SPA          Platform = "spa"
	PublicClient Platform = "publicClient"
)

// String is p, which is web where nothing is said.
func (p Platform) String() string {
	if p == "" {
		return string(Web)
	}
	return string(p)
}
