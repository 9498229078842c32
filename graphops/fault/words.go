package fault

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

// What people are told of a no.

// advice says what a code means and what to do.
var advice = map[string]string{
	"Directory_QuotaExceeded": "The quota for objects in this tenant, or for this account, is used up. Delete what is not needed in " +
		"Entra (also under Deleted applications), then press Retry.",
}

func (a *Answer) no() *workflow.ServiceError {
	t := &workflow.ServiceError{Code: a.code, Ref: a.Ref}
	if t.Code == "" {
		t.Code = fmt.Sprintf("HTTP %d", a.Status)
	}
	if code, text := a.againstPolicy(); code != "" {
		t.Code, t.Text = code, text
		return t
	}
	for _, code := range a.codes() {
		if text, ok := advice[code]; ok {
			t.Code, t.Text = code, text
			return t
		}
	}
	switch {
	case a.Status == http.StatusForbidden && a.op.Roles != "":
		t.Text = fmt.Sprintf("Entra did not let this account %s. That takes an active directory role: %s. Activate it, then press Retry.",
			a.op.Words, a.op.Roles)
	case a.Status == http.StatusForbidden:
		t.Text = fmt.Sprintf("Entra did not let this account %s. Check its directory roles and the consent that the bot's own client "+
			"has, then press Retry.", a.op.Words)
	case a.NotFound():
		t.Text = fmt.Sprintf("Entra could not %s, because something it needs is missing. It may have been deleted in Entra.", a.op.Words)
	default:
		t.Text = fmt.Sprintf("Entra refused to %s. It says: %s", a.op.Words, clip(a.message, 300))
	}
	return t
}

// againstPolicy says what a refusal by a policy means, by the kind of credential that it
// was about, and what to do; or nothing, where it is none.
func (a *Answer) againstPolicy() (code, text string) {
	for _, c := range a.codes() {
		if strings.HasSuffix(c, "AsPerAppPolicy") {
			code = c
		}
	}
	const exempt = "have whoever manages application policies in Entra make an exemption for this app; that takes a few minutes to take " +
		"effect. Then press Retry."
	switch code {
	case "":
		return "", ""
	case "CredentialTypeNotAllowedAsPerAppPolicy":
		if a.op.Certificates {
			return code,
				"A policy of this tenant does not allow this certificate for this app. It may forbid certificates, or self-signed " +
					"ones. " +
					"Ask again with a certificate of an authority that the tenant trusts, or " + exempt
		}
		return code, "A policy of this tenant forbids client secrets for this app. Ask again with a certificate, or " + exempt
	case "CredentialInvalidLifetimeAsPerAppPolicy":
		if a.op.Certificates {
			return code, "A policy of this tenant requires certificates that expire sooner. Ask again with one that is valid for less " +
				"time, or " + exempt
		}
		return code, "A policy of this tenant requires client secrets that expire sooner. Ask again with a shorter lifetime, or " + exempt
	case "SignInAudienceNotAllowedAsPerAppPolicy":
		return code, "A policy of this tenant forbids apps for accounts of other tenants. Ask again for an app of this tenant only, or " +
			exempt
	}
	return code, "An app policy of this tenant forbids that. Entra says: " + clip(a.message, 300) + " To go on, " + exempt
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	if s == "" {
		return "nothing."
	}
	return s
}
