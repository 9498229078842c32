package workflow

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/entra-app/entra-app/workflow/cloud"
)

// Trust in the tokens of another issuer.

// TokenExchange is the audience that t's cloud suggests for tokens of other issuers.
func (t Tenant) TokenExchange() string { return t.in().TokenExchange }

// cloudOf is the first cloud whose audience this is, or "".
func cloudOf(audience string) string {
	for _, c := range cloud.All {
		if c.TokenExchange == audience {
			return c.Name
		}
	}
	return ""
}

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

// checkFederated follows the limits of Graph's federatedIdentityCredential.
func checkFederated(wrong FieldErrors, t Tenant, f FederatedIssuer) FederatedIssuer {
	f = FederatedIssuer{oneLine(f.Issuer), oneLine(f.Subject), oneLine(f.Audience)}
	if f.Audience == "" {
		f.Audience = t.TokenExchange()
	}
	checkText(wrong, FieldSubject, f.Subject, 600)
	if strings.Contains(f.Subject, "*") {
		wrong[FieldSubject] = "Entra compares the subject letter by letter, so a * stands for nothing but itself. Name one branch, tag or environment, as in repo:contoso/backup:ref:refs/heads/main."
	}
	checkText(wrong, FieldAudience, f.Audience, 600)
	if other := cloudOf(f.Audience); other != "" && f.Audience != t.TokenExchange() {
		wrong[FieldAudience] = fmt.Sprintf("%s is the audience of Microsoft's cloud %s, and this tenant is in the cloud %s, which takes %s.",
			f.Audience, other, cmp.Or(t.Cloud, "public"), t.TokenExchange())
	}
	u, err := url.Parse(f.Issuer)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || strings.ContainsAny(f.Issuer, "#* "):
		wrong[FieldIssuer] = "The issuer is a web address that begins with https://, as in https://token.actions.githubusercontent.com."
	case len(f.Issuer) > 600:
		wrong[FieldIssuer] = "The issuer may have 600 characters."
	}
	return f
}
