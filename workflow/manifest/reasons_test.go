package manifest

import (
	"slices"
	"testing"
)

// The version of access tokens decides their issuer and audience: what the plan makes of
// it is told before the request is sent, unless it is what the manifest says.
func TestAnotherTokenVersionIsALoss(t *testing.T) {
	const (
		scope    = `"oauth2PermissionScopes":[{"id":"` + roleGUID + `","value":"s"}]`
		off      = `"oauth2PermissionScopes":[{"id":"` + roleGUID + `","value":"s","isEnabled":false}]`
		role     = `,"appRoles":[{"value":"w","displayName":"W","description":"w","allowedMemberTypes":["User"]}]`
		version  = "requestedAccessTokenVersion"
		oldScope = `"oauth2Permissions":[{"id":"` + roleGUID + `","value":"s"}]`
	)
	for name, c := range map[string]struct{ text, loss string }{
		"2 and a scope":           {`{"displayName":"a","api":{"` + version + `":2,` + scope + `}}`, ""},
		"1 and a scope":           {`{"displayName":"a","api":{"` + version + `":1,` + scope + `}}`, versionIs},
		"null and a scope":        {`{"displayName":"a","api":{"` + version + `":null,` + scope + `}}`, versionIs},
		"nothing and a scope":     {`{"displayName":"a","api":{` + scope + `}}`, ""},
		"1 and an old scope":      {`{"displayName":"a","accessTokenAcceptedVersion":1,` + oldScope + `}`, versionIs},
		"null and an old scope":   {`{"displayName":"a","accessTokenAcceptedVersion":null,` + oldScope + `}`, versionIs},
		"2 and an app role":       {`{"displayName":"a","api":{"` + version + `":2}` + role + `}`, versionNot},
		"1 and an app role":       {`{"displayName":"a","api":{"` + version + `":1}` + role + `}`, ""},
		"null and an app role":    {`{"displayName":"a","api":{"` + version + `":null}` + role + `}`, ""},
		"2 and an identifier URI": {`{"displayName":"a","api":{"` + version + `":2},"identifierUris":["api://contoso.com/x"]}`, versionNot},
		"2 and nothing":           {`{"displayName":"a","api":{"` + version + `":2}}`, ""},
		"1 and nothing":           {`{"displayName":"a","api":{"` + version + `":1}}`, ""},
		"3 and a scope":           {`{"displayName":"a","api":{"` + version + `":3,` + scope + `}}`, versionBad},
		"text and a scope":        {`{"displayName":"a","api":{"` + version + `":"2",` + scope + `}}`, versionBad},
	} {
		_, ignored, err := Import([]byte(c.text))
		ignored = slices.DeleteFunc(ignored, Ignored.Minor)
		if c.loss == "" && len(ignored) > 0 || c.loss != "" && (len(ignored) != 1 || ignored[0].Why != c.loss) || err != nil {
			t.Errorf("%s: %v, %v; want %q", name, ignored, err, c.loss)
		}
	}
	// A scope that is off is not made, so that the version is Entra's.
	_, ignored, _ := Import([]byte(`{"displayName":"a","api":{"` + version + `":1,` + off + `}}`))
	if len(ignored) != 1 || ignored[0].Why != "the scope is disabled" {
		t.Errorf("%v", ignored)
	}
}

// Whatever is not the same in a new app anyway is a loss, and a false that says something
// is no less than a true.
func TestOnlyWhatEveryNewAppHasIsMinor(t *testing.T) {
	for text, want := range map[string]struct {
		minor bool
		why   string
	}{
		`"servicePrincipalLockConfiguration":{"isEnabled":true,"allProperties":true}`:                   {},
		`"servicePrincipalLockConfiguration":{"isEnabled":false,"allProperties":true}`:                  {false, unlocked},
		`"servicePrincipalLockConfiguration":{"isEnabled":false,"allProperties":false}`:                 {false, unlocked},
		`"servicePrincipalLockConfiguration":{"isEnabled":false}`:                                       {false, unlocked},
		`"servicePrincipalLockConfiguration":{"isEnabled":true,"tokenEncryptionKeyId":true}`:            {false, unlocked},
		`"servicePrincipalLockConfiguration":null`:                                                      {},
		`"authenticationBehaviors":{"removeUnverifiedEmailClaim":false}`:                                {false, notSet},
		`"authenticationBehaviors":{"removeUnverifiedEmailClaim":null,"blockAzureADGraphAccess":false}`: {},
		`"verifiedPublisher":{"displayName":"Contoso"}`: {false,
			reasons["verifiedPublisher"]},
		`"verifiedPublisher":{"displayName":null,"verifiedPublisherId":null,"addedDateTime":null}`: {},
		`"applicationTemplateId":"8adf8e6e-67b2-4cf2-a259-e3dc5476c621"`: {false,
			reasons["applicationTemplateId"]},
		`"info":{"logoUrl":"https://x"}`:                                   {false, notSet},
		`"uniqueName":"payroll"`:                                           {true, uniqueOwn},
		`"createdDateTime":"2026-01-01T00:00:00Z"`:                         {true, entras},
		`"@odata.context":"https://x"`:                                     {true, ofAnswer},
		`"owners@odata.context":"https://x"`:                               {true, ofAnswer},
		`"owners@odata.bind":["https://graph.microsoft.com/v1.0/users/x"]`: {false, inForm},
		`"tokenIssuancePolicies@odata.bind":["https://x"]`:                 {false, notSet},
		`"additionalProperties":{"@odata.context":"https://x"}`:            {true, ofAnswer},
		`"additionalProperties":{"@odata.context":"https://x","requestSignatureVerification":{"a":1},"empty":null}`: {false, notSet},
	} {
		_, ignored, err := Import([]byte(`{"displayName":"a",` + text + `}`))
		if want.why == "" && len(ignored) == 0 {
			continue
		}
		if err != nil || len(ignored) != 1 || ignored[0].Why != want.why || ignored[0].Minor() != want.minor {
			t.Errorf("%s: %v, %v; want %+v", text, ignored, err, want)
		}
	}
}
