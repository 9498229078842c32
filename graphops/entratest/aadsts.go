package entratest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// An oops is an error of the sign-in service, in its own shape.
type oops struct {
	status   int
	kind     string // the OAuth error
	code     int    // AADSTS
	message  string
	suberror string
	claims   bool // comes with a claims challenge
}

func (o *oops) Error() string { return fmt.Sprintf("AADSTS%d: %s", o.code, o.message) }

// aadsts knows the errors that a sign-in can end in, or a token be refused
// with. %s is filled in where it is known.
var aadsts = map[int]oops{
	16000: {kind: "interaction_required",
		message: "User account from identity provider does not exist in tenant and cannot access the application."},
	28000: {kind: "invalid_request",
		message: "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope %s is " +
			"not valid."},
	50020: {kind: "invalid_grant",
		message: "User account '%s' from identity provider 'https://sts.windows.net/' does not exist in tenant '%s' and cannot access " +
			"the application '%s' in that tenant. The account needs to be added as an external user in the tenant first. Sign out and " +
			"sign in again with a different Azure Active Directory user account."},
	50034: {kind: "invalid_grant",
		message: "The user account %s does not exist in the %s directory. To sign into this application, the account must be added to " +
			"the directory."},
	50053: {kind: "invalid_grant",
		message: "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."},
	50057: {kind: "invalid_grant", message: "The user account is disabled."},
	50059: {kind: "invalid_request",
		message: "No tenant-identifying information found in either the request or implied by any provided credentials."},
	50072: {kind: "interaction_required",
		message: "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in " +
			"multi-factor authentication to access '" + graphAppID + "'.", suberror: "basic_action", claims: true},
	50074: {kind: "interaction_required", message: "Strong Authentication is required.", suberror: "basic_action", claims: true},
	50076: {kind: "interaction_required",
		message: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use " +
			"multi-factor authentication to access '" + graphAppID + "'.", suberror: "basic_action", claims: true},
	50079: {kind: "interaction_required",
		message: "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in " +
			"multi-factor authentication to access '" + graphAppID + "'.", suberror: "basic_action", claims: true},
	50097: {kind: "interaction_required", message: "Device authentication is required.", suberror: "basic_action", claims: true},
	50105: {kind: "invalid_grant",
		message: "Your administrator has configured the application to block users unless they are specifically granted ('assigned') " +
			"access to the application."},
	50126: {kind: "invalid_grant", message: "Error validating credentials due to invalid username or password."},
	50134: {kind: "invalid_grant",
		message: "Wrong data center. To authorize a request that was initiated by an app in the OAuth 2.0 device flow, the authorizing " +
			"party must be in the same data center where the original request resides."},
	50158: {kind: "interaction_required",
		message: "External security challenge not satisfied. User will be redirected to another page or authentication provider to " +
			"satisfy additional authentication challenges.", suberror: "basic_action", claims: true},
	50173: {kind: "invalid_grant",
		message: "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or " +
			"reset their password."},
	50194: {kind: "invalid_request",
		message: "Application '%s' is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for " +
			"such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant."},
	50196: {kind: "invalid_grant",
		message: "The server terminated an operation because it encountered a client request loop. Please contact your app vendor."},
	50199: {kind: "interaction_required",
		message: "For security reasons, user confirmation is required for this request. Please repeat the request allowing user " +
			"interaction."},
	53000: {kind: "invalid_grant",
		message: "Device is not in required device state: compliant. Conditional Access policy requires a compliant device, and the " +
			"device is not compliant.", suberror: "message_only", claims: true},
	53001: {kind: "invalid_grant",
		message: "Device is not in required device state: domain_joined. Conditional Access policy requires a domain joined device, and " +
			"the device is not domain joined.", suberror: "message_only", claims: true},
	53003: {kind: "invalid_grant",
		message:  "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
		suberror: "message_only", claims: true},
	65001: {kind: "invalid_grant",
		message: "The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an interactive " +
			"authorization request for this user and resource.", suberror: "consent_required"},
	65002: {kind: "invalid_grant", message: "Consent between first party application '%s' and first party resource '" + graphAppID +
		"' must be configured via preauthorization."},
	65004: {kind: "access_denied", message: "User declined to consent to access the app."},
	70000: {kind: "invalid_grant", message: "Provided grant is invalid or malformed."},
	70003: {kind: "unsupported_grant_type", message: "The app requested an unsupported grant type '%s'."},
	70008: {kind: "invalid_grant",
		message: "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization " +
			"request for this user and resource."},
	70011: {kind: "invalid_scope",
		message: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is " +
			"not valid. The scope %s is not valid."},
	70016: {kind: "authorization_pending", message: "OAuth 2.0 device flow error. Authorization is pending. Continue polling."},
	70017: {kind: "authorization_declined", message: "OAuth 2.0 device flow error. The end user has denied the authorization request."},
	70018: {kind: "bad_verification_code", message: "OAuth 2.0 device flow error. The device code is not recognized."},
	70020: {kind: "expired_token",
		message: "The provided value for the input parameter 'device_code' is not valid. This device code has expired."},
	70043: {kind: "invalid_grant",
		message:  "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.",
		suberror: "token_expired"},
	54005: {kind: "invalid_grant",
		message: "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."},
	90002: {kind: "invalid_tenant",
		message: "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. " +
			"Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."},
	90094: {kind: "invalid_grant",
		message: "An administrator of the tenant has set a policy that prevents you from granting the application the permissions it is " +
			"requesting.", suberror: "consent_required"},
	90095: {kind: "invalid_grant",
		message: "Admin consent is required for the permissions requested by this application. An admin consent request may be sent to " +
			"the admin.", suberror: "consent_required"},
	90119: {kind: "invalid_request", message: "The user code is null or empty."},
	90120: {kind: "invalid_grant", message: "The request is either not yet approved or has already been processed."},
	500011: {kind: "invalid_resource",
		message: "The resource principal named %s was not found in the tenant named %s. This can happen if the application has not been " +
			"installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your " +
			"authentication request to the wrong tenant."},
	501051: {kind: "invalid_grant", message: "Application '%s' is not assigned to a role for the application '%s'."},
	530032: {kind: "invalid_grant", message: "Access has been blocked by security policy.", suberror: "message_only", claims: true},
	530033: {kind: "invalid_grant",
		message: "Access has been blocked: remote device flow is blocked by device-based Conditional Access.", suberror: "message_only",
		claims: true},
	530035: {kind: "invalid_grant",
		message: "Access has been blocked by security defaults. This is due to the request being deemed unsafe by security " +
			"defaults policy.", suberror: "message_only"},
	650057: {kind: "invalid_resource",
		message: "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in " +
			"the client's application registration."},
	700016: {kind: "unauthorized_client",
		message: "Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been " +
			"installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your " +
			"authentication request to the wrong tenant."},
	700023: {status: 401, kind: "invalid_client",
		message: "Client assertion audience claim does not match Realm issuer. Review the documentation at " +
			"https://learn.microsoft.com/entra/identity-platform/certificate-credentials."},
	700024: {status: 401, kind: "invalid_client", message: "Client assertion is not within its valid time range."},
	700025: {status: 401, kind: "invalid_client",
		message: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."},
	700027: {status: 401, kind: "invalid_client",
		message: "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key " +
			"was not found., Thumbprint of key used by client: '%s']"},
	700082: {kind: "invalid_grant", message: "The refresh token has expired due to inactivity.", suberror: "token_expired"},
	900144: {kind: "invalid_request", message: "The request body must contain the following parameter: '%s'."},
	900561: {kind: "invalid_request", message: "The endpoint only accepts POST requests. Received a %s request."},
	1002012: {kind: "invalid_scope",
		message: "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed " +
			"to the resource identifier (application ID URI)."},
	9002313: {kind: "invalid_request", message: "Invalid request. Request is malformed or invalid."},
	7000112: {kind: "unauthorized_client", message: "Application '%s' is disabled."},
	7000215: {status: 401, kind: "invalid_client",
		message: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the " +
			"client secret ID, for a secret added to app '%s'."},
	7000216: {status: 401, kind: "invalid_client",
		message: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."},
	7000218: {status: 401, kind: "invalid_client",
		message: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."},
	7000229: {status: 401, kind: "invalid_client",
		message: "The client application %s is missing service principal in the tenant %s. See instructions here: " +
			"https://go.microsoft.com/fwlink/?linkid=2225119"},
	7000222: {status: 401, kind: "invalid_client",
		message: "The provided client secret keys for app '%s' are expired. Visit the Azure portal to create new keys for your app: " +
			"https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."},
}

// sts makes one of them.
func sts(code int, args ...any) *oops {
	o, ok := aadsts[code]
	if !ok {
		o = oops{kind: "invalid_grant", message: "The sign-in failed."}
	}
	o.code = code
	if o.status == 0 {
		o.status = http.StatusBadRequest
	}
	for n := strings.Count(o.message, "%s"); len(args) < n; {
		args = append(args, "unknown")
	}
	if len(args) > 0 {
		o.message = fmt.Sprintf(o.message, args...)
	}
	return &o
}

// body is what the client gets to read.
func (s *Server) oopsBody(o *oops, correlation string) object {
	trace, now := newID(), s.now().Format("2006-01-02 15:04:05Z")
	codes := []int{o.code}
	description := fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", o.code, o.message, trace, correlation, now)
	b := object{"error": o.kind, "error_description": description, "error_codes": codes, "timestamp": now, "trace_id": trace,
		"correlation_id": correlation, "error_uri": fmt.Sprintf("%s/error?code=%d", s.loginURL, o.code)}
	if o.code == 0 { // slow_down is the RFC's, without a number of Microsoft's
		b["error_description"] = o.message
		b["error_codes"] = []int{}
		delete(b, "error_uri")
	}
	if o.suberror != "" {
		b["suberror"] = o.suberror
	}
	if o.claims {
		claims, _ := json.Marshal(object{"access_token": object{"capolids": object{"essential": true, "values": []string{newID()}}}})
		b["claims"] = string(claims)
	}
	return b
}
