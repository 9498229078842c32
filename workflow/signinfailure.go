package workflow

import (
	"cmp"
	"errors"
	"fmt"
)

// signInAdvice is why a sign-in failed and what to do, for each reason. %s is the button that
// asks for another code.
var signInAdvice = map[SignInReason]string{
	SignInDeclined: "The sign-in was declined at Microsoft. Nothing was changed. Press %s if that was a mistake.",
	SignInExpired:  "The code expired before anybody signed in. Nothing was changed. Press %s.",
	SignInBlocked: "Conditional Access blocks this sign-in. Nothing was changed. Ask for the device code flow to be allowed for " +
		"this account and this bot's client (Conditional Access › Conditions › Authentication flows), then press %s.",
	SignInNoConsent: "The bot's own client has no admin consent in this tenant for what it has to do. Nothing was changed. A Global " +
		"Administrator has to grant admin consent to the bot's client (Enterprise applications › Permissions), then press %s.",
	SignInNotAssigned: "This account is not assigned to the bot's own client. Nothing was changed. Assign it (Enterprise " +
		"applications › Users and groups), then press %s.",
	SignInWrongTenant: "That account does not belong to this tenant. Nothing was changed. Press %s and sign in with your account of " +
		"this tenant.",
	SignInClient: "Entra does not accept the bot's own client: it does not exist in this tenant, or public client flows are not " +
		"allowed for it. Nothing was changed. The operator has to check client_id and \"Allow public client flows\", then press " +
		"%s.",
	SignInTenant: "Entra does not know the tenant that this bot is configured for. Nothing was changed. The operator has to check " +
		"tenant_id, and whether cloud (or authority_url) names the cloud that the tenant is in; then press %s.",
	SignInMFA: "Entra asks for stronger proof than this sign-in gave. Nothing was changed. Press %s and complete multifactor " +
		"authentication.",
}

// signInFailure says why a sign-in failed, and what to do: button asks for
// another code.
func signInFailure(err error, button string) Failure {
	f := Failure{Rule: RuleSignIn}
	if t := explained(err); t != nil {
		f.Text, f.Ref = t.Text+" The sign-in failed, and nothing was changed. Press "+button+" after that.", t.Ref
		return f
	}
	no, ok := errors.AsType[*SignInError](err)
	if !ok {
		f.Text = "The sign-in failed: Microsoft returned an unexpected response. Nothing was changed. Press " + button + " to try again."
		return f
	}
	f.Text = fmt.Sprintf(cmp.Or(signInAdvice[no.Reason], "Entra refused the sign-in. Nothing was changed. Press %s to try again."), button)
	if no.Code != 0 {
		f.Text += fmt.Sprintf(" (AADSTS%d)", no.Code)
	}
	f.Ref = no.Ref
	return f
}
