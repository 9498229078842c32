package workflow

// Trust in the tokens of another issuer.

// TokenExchange is the audience that t's cloud suggests for tokens of other issuers.
func (t Tenant) TokenExchange() string { return t.in().TokenExchange }

// TokenExchange is the audience that all tenants' clouds suggest, or "" where they differ.
func (d *Desk) TokenExchange() string {
	audience := ""
	for _, t := range d.tenants {
		if audience != "" && audience != t.TokenExchange() {
			return ""
		}
		audience = t.TokenExchange()
	}
	return audience
}
