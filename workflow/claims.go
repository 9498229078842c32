package workflow

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/entra-app/entra-app/workflow/form"
	"github.com/entra-app/entra-app/workflow/text"
)

// What a request keeps others from using while it stands for an app.

// Claims are the names that r keeps others from using. The store keeps them
// unique over all requests.
func (r *Request) Claims() []string {
	var claims []string
	if r.Origin != "" {
		claims = append(claims, originClaim+r.Origin)
	}
	if r.Target.Request != "" && (r.State.open() || owesLink(r)) {
		claims = append(claims, appClaim+r.Target.UniqueName)
	}
	if r.State.HoldsName() && !r.AppDeleted {
		if (r.kind().finds || r.task().byHand) && r.Made.AppID != "" {
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

// originClaim is the beginning of the claim on a form that was sent: it is one request.
const originClaim = "origin:"

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

// notYours says to somebody who is not involved that an app is managed here, and by which way to go on.
const notYours = "This app is managed here already, by a request that you have no part in. Ask its owners in Entra, or an approver."

// claimed says that another request keeps r from what it would use. holder is
// its ID where whoever asks may know it, and "" otherwise.
func claimed(taken *ClaimedError, r *Request, draft form.Draft, holder string) error {
	whose := cmp.Or(holder, "Another request")
	switch {
	case strings.HasPrefix(taken.Claim, appClaim):
		return refuse(RuleWrongState, "%s is already changing this app. Wait for it to end, or cancel it.", taken.By)
	case strings.HasPrefix(taken.Claim, certificateClaim):
		return form.Errors{draft.CertificateField(): fmt.Sprintf("%s already uses this certificate. Every app needs one of its "+
			"own: make a new key and a certificate for it, and give that.", whose)}
	case r.kind().finds && holder == "":
		return form.Errors{form.FieldAppName: notYours}
	case r.kind().finds:
		return form.Errors{form.FieldAppName: fmt.Sprintf("%s has an app of this name in %s. If that is the one, /entra-app update "+
			"%s changes it; if it is another, give its App ID.", taken.By, r.Tenant, taken.By)}
	}
	return form.Errors{form.FieldAppName: fmt.Sprintf("%s already uses this name in %s. Choose another.", whose, r.Tenant)}
}
