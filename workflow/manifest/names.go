package manifest

import "strings"

// properties are the names of all that a manifest can have, as the portal and Graph write
// them. Source: Graph v1.0, application resource type and those that it contains; Microsoft
// Entra app manifest in Azure AD Graph format.
var properties = strings.Fields(`
acceptMappedClaims accessToken accessTokenAcceptedVersion addIns additionalProperties adminConsentDescription adminConsentDisplayName
allowPublicClient allowedMemberTypes api appId appRoles applicationTemplateId audiences authenticationBehaviors availableToOtherTenants
certification countriesBlockedForMinors createdByAppId createdDateTime createdOn customKeyIdentifier defaultRedirectUri delegatedPermissionIds
deletedDateTime description disabledByMicrosoftStatus displayName enableAccessTokenIssuance enableIdTokenIssuance endDate endDateTime errorUrl
essential federatedIdentityCredentials groupMembershipClaims hint homePageUrl homepage id idToken identifierUris implicitGrantSettings index info
informationalUrls isDeviceOnlyAuthSupported isDisabled isEnabled isFallbackPublicClient issuer key keyCredentials keyId knownClientApplications lang
legalAgeGroupRule logoUrl logoutUrl managerApplications marketing marketingUrl name nativeAuthenticationApisEnabled notes
oauth2AllowIdTokenImplicitFlow oauth2AllowImplicitFlow oauth2AllowUrlPathMatching oauth2PermissionScopes oauth2Permissions
oauth2RequirePostResponse objectId optionalClaims optionalUnlockedProperties orgRestrictions origin owners parentalControlSettings
passwordCredentials permissionIds preAuthorizedApplications privacy privacyStatementUrl properties publicClient publisherDomain redirectUriSettings
redirectUris replyUrls replyUrlsWithType requestSignatureVerification requestedAccessTokenVersion requiredResourceAccess resourceAccess
resourceAppId saml2Token samlMetadataUrl secretText serviceManagementReference servicePrincipalLockConfiguration signInAudience signInUrl source
spa startDate startDateTime subject support supportUrl tags termsOfService termsOfServiceUrl tokenEncryptionKeyId type uniqueName uri url usage
userConsentDescription userConsentDisplayName value verifiedPublisher web
`)

var canonical = func() map[string]string {
	of := make(map[string]string, len(properties))
	for _, p := range properties {
		of[strings.ToLower(p)] = p
	}
	return of
}()

// renamed gives properties their usual names, where they are written with other capitals,
// as by PowerShell's ConvertTo-Json, or with what a web page added.
func (p *peeler) renamed(v any) {
	switch v := v.(type) {
	case object:
		for i, f := range v {
			clean := cleaned(f.name)
			switch name := canonical[strings.ToLower(clean)]; {
			case name == "" || name == f.name:
			case clean != f.name:
				v[i].name = name
				p.fix(fixedIDs)
			default:
				v[i].name = name
				p.fix(fixedNames)
			}
			p.renamed(f.value)
		}
	case []any:
		for _, one := range v {
			p.renamed(one)
		}
	}
}
