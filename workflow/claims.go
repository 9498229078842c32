package workflow

import (
	"strings"

	"github.com/entra-app/entra-app/workflow/text"
)

// What a request keeps others from using while it stands for an app.

// Claims are the names that r keeps others from using. The store keeps them
// unique over all requests.
func (r *Request) Claims() []string {
	var claims []string
	if r.Origin != "" {
		claims = append(claims, "origin:"+r.Origin)
	}
	if r.Target.Request != "" && (r.State.open() || owesLink(r)) {
		claims = append(claims, appClaim+r.Target.UniqueName)
	}
	if r.State.HoldsName() && !r.AppDeleted {
		if (r.kind().finds || tasks[r.Task].byHand) && r.Made.AppID != "" {
			claims = append(claims, appIDClaim+r.Tenant+":"+r.Made.AppID)
		}
		if holdsName(r) {
			claims = append(claims, NameClaim(r.Tenant, r.Plan.AppName))
		}
		if c := r.Plan.Credential.Certificate; c.Fingerprint != "" && bringsCertificate(r) && !r.CertificateReleased {
			claims = append(claims, certificateClaim+c.Fingerprint)
		}
	}
	return claims
}

// appClaim is the beginning of the claim on an app that is being changed: one
// request at a time.
const appClaim = "app:"

// appIDClaim is the beginning of the claim on an app by its App ID: one request
// and those that follow it stand for it, and no other.
const appIDClaim = "app-id:"

// certificateClaim is the beginning of the claim on a certificate: it proves who
// one app is, and no other.
const certificateClaim = "certificate:"

// bringsCertificate reports whether the certificate of r's plan is new to the app.
func bringsCertificate(r *Request) bool {
	return r.kind().begins || r.Target.NewCertificate
}

// holdsName reports whether r is the one of its app's requests that keeps the name
// from others. An adopted app has it where it was asked for by name.
func holdsName(r *Request) bool {
	k := r.kind()
	return k.begins && !(k.finds && text.IsGUID(r.Plan.AppName)) || r.Target.ClaimsName
}

// NameClaim is the claim on an app's name in a tenant. Entra tells names apart as they
// are, but for capitals.
func NameClaim(tenant, appName string) string {
	return "name:" + tenant + ":" + strings.ToLower(appName)
}
