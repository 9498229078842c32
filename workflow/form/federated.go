package form

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/text"
)

// cloudOf is the first cloud whose audience this is, in whatever letters, or nil.
func cloudOf(audience string) *cloud.Cloud {
	for i, c := range cloud.All {
		if strings.EqualFold(c.TokenExchange, audience) {
			return &cloud.All[i]
		}
	}
	return nil
}

// CheckFederated follows the limits of Graph's federatedIdentityCredential.
func CheckFederated(wrong Errors, in cloud.Cloud, f plan.FederatedIssuer) plan.FederatedIssuer {
	f = plan.FederatedIssuer{Issuer: exactly(wrong, FieldIssuer, f.Issuer), Subject: exactly(wrong, FieldSubject, f.Subject),
		Audience: exactly(wrong, FieldAudience, f.Audience)}
	if f.Audience == "" {
		f.Audience = in.TokenExchange
	}
	CheckText(wrong, FieldSubject, f.Subject, 600)
	if strings.Contains(f.Subject, "*") {
		wrong[FieldSubject] = "Entra compares the subject character by character, so a * is not a wildcard. Name one branch, tag " +
			"or environment, as in repo:contoso/backup:ref:refs/heads/main."
	}
	CheckText(wrong, FieldAudience, f.Audience, 600)
	switch of := cloudOf(f.Audience); {
	case of == nil || f.Audience == in.TokenExchange:
	case strings.EqualFold(f.Audience, in.TokenExchange):
		wrong[FieldAudience] = fmt.Sprintf("Entra compares the audience character by character. Write it as %s.", in.TokenExchange)
	default:
		wrong[FieldAudience] = fmt.Sprintf("%s is the audience of Microsoft's cloud %s, and this tenant is in the cloud %s, which "+
			"takes %s.",
			of.TokenExchange, of.Name, in.Name, in.TokenExchange)
	}
	u, err := url.Parse(f.Issuer)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(f.Issuer, "?#* "):
		wrong[FieldIssuer] = "The issuer is a web address that begins with https:// and has no user name, no space and none of ? # * in " +
			"it, as in https://token.actions.githubusercontent.com."
	case wrong[FieldIssuer] == "" && text.Host(u.Hostname()) != u.Hostname():
		wrong[FieldIssuer] = "The host of the issuer has letters beyond ASCII. Its xn-- form is " + text.Host(u.Hostname()) + ": write " +
			"that if it is the one you mean."
	case len(f.Issuer) > 600:
		wrong[FieldIssuer] = "The issuer can have at most 600 characters."
	}
	return f
}

// exactly is s without the spaces around it. What Entra compares letter by letter is not
// changed: where cleaning would change it, it is refused.
func exactly(wrong Errors, field Field, s string) string {
	s = strings.TrimSpace(s)
	clean := text.OneLine(s)
	if clean != "" && clean != s {
		wrong[field] = "Entra compares this character by character, and it has two spaces in a row, or invisible characters. Type it " +
			"instead of pasting it."
		return s
	}
	return clean
}
