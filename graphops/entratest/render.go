package entratest

import (
	"encoding/base64"
	"maps"
	"strings"
)

// Everything that Graph shows of an object is made here.

func (t *Tenant) showApp(a *app, withKeys bool) object {
	o := object{
		"id": a.id, "deletedDateTime": stamp(a.deleted), "appId": a.appID, "applicationTemplateId": nil, "disabledByMicrosoftStatus": nil,
		"createdDateTime": stamp(a.created), "displayName": nil, "description": nil, "groupMembershipClaims": nil,
		"identifierUris":            []any{},
		"isDeviceOnlyAuthSupported": nil, "isFallbackPublicClient": nil, "notes": nil, "publisherDomain": t.Domain,
		"serviceManagementReference": nil,
		"signInAudience":             "AzureADMyOrg", "tags": []any{}, "tokenEncryptionKeyId": nil, "uniqueName": nil,
		"samlMetadataUrl":    nil,
		"defaultRedirectUri": nil, "certification": nil, "optionalClaims": nil, "servicePrincipalLockConfiguration": nil,
		"requestSignatureVerification": nil, "addIns": []any{}, "appRoles": []any{}, "requiredResourceAccess": []any{},
		"api": object{"acceptMappedClaims": nil, "knownClientApplications": []any{}, "requestedAccessTokenVersion": nil,
			"oauth2PermissionScopes": []any{}, "preAuthorizedApplications": []any{}},
		"info": object{"logoUrl": nil, "marketingUrl": nil, "privacyStatementUrl": nil, "supportUrl": nil,
			"termsOfServiceUrl": nil},
		"parentalControlSettings": object{"countriesBlockedForMinors": []any{}, "legalAgeGroupRule": "Allow"},
		"publicClient":            object{"redirectUris": []any{}},
		"spa":                     object{"redirectUris": []any{}},
		"verifiedPublisher":       object{"displayName": nil, "verifiedPublisherId": nil, "addedDateTime": nil},
		"web": object{"homePageUrl": nil, "logoutUrl": nil, "redirectUris": []any{}, "redirectUriSettings": []any{},
			"implicitGrantSettings": object{"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false}},
	}
	o = merge(o, a.body)
	delete(o, "keyCredentials")
	if claims, is := o["optionalClaims"].(object); is {
		o["optionalClaims"] = merge(object{"accessToken": []any{}, "idToken": []any{}, "saml2Token": []any{}}, claims)
	}
	if a.uniqueName != "" {
		o["uniqueName"] = a.uniqueName
	}
	passwords := []any{}
	for _, p := range a.passwords {
		passwords = append(passwords, p.show(""))
	}
	o["passwordCredentials"] = passwords
	o["keyCredentials"] = showKeys(a.keys, withKeys)
	return o
}

func (p *password) show(secret string) object {
	o := object{"customKeyIdentifier": nil, "displayName": nil, "endDateTime": stamp(p.end), "hint": p.hint, "keyId": p.keyID,
		"secretText": nil, "startDateTime": stamp(p.start)}
	if p.name != "" {
		o["displayName"] = p.name
	}
	if secret != "" {
		o["secretText"] = secret
	}
	return o
}

func (k *key) show(withKey bool) object {
	o := maps.Clone(k.entry)
	o["key"] = nil
	if withKey && len(k.der) > 0 {
		o["key"] = base64.StdEncoding.EncodeToString(k.der)
	}
	return o
}

func (t *Tenant) showSP(p *sp) object {
	names := []any{p.appID}
	scopes, roles := p.seen()
	o := object{
		"id": p.id, "deletedDateTime": nil, "accountEnabled": true, "alternativeNames": []any{}, "appDescription": nil,
		"appDisplayName": p.name(), "appId": p.appID, "applicationTemplateId": nil, "appRoleAssignmentRequired": false,
		"createdDateTime": stamp(p.created), "description": nil, "disabledByMicrosoftStatus": nil, "displayName": p.name(), "homepage": nil,
		"loginUrl": nil, "logoutUrl": nil, "notes": nil, "notificationEmailAddresses": []any{}, "preferredSingleSignOnMode": nil,
		"preferredTokenSigningKeyThumbprint": nil, "replyUrls": []any{}, "servicePrincipalType": "Application", "tags": []any{},
		"tokenEncryptionKeyId": nil, "addIns": []any{}, "keyCredentials": []any{}, "passwordCredentials": []any{},
		"resourceSpecificApplicationPermissions": []any{},
		"appRoles":                               nonNil(roles), "oauth2PermissionScopes": nonNil(scopes),
		"info": object{"logoUrl": nil, "marketingUrl": nil, "privacyStatementUrl": nil, "supportUrl": nil,
			"termsOfServiceUrl": nil},
		"verifiedPublisher": object{"displayName": nil, "verifiedPublisherId": nil, "addedDateTime": nil},
	}
	if p.resource != nil {
		o["appOwnerOrganizationId"], o["signInAudience"] = microsoft, "AzureADMultipleOrgs"
		names = nil
		for _, n := range t.s.cloud.names(p.resource) {
			names = append(names, n)
		}
	} else {
		o["appOwnerOrganizationId"] = t.home(p).ID
		o["signInAudience"] = "AzureADMyOrg"
		if v, ok := p.app.body["signInAudience"]; ok {
			o["signInAudience"] = v
		}
		o["appDescription"] = p.app.body["description"]
		names = append(names, list(p.app.body["identifierUris"])...)
	}
	o["servicePrincipalNames"] = names
	o = merge(o, p.body)
	o["appId"], o["keyCredentials"] = p.appID, showKeys(p.keys(), false)
	return o
}

func nonNil(l []any) []any {
	if l == nil {
		return []any{}
	}
	return l
}

func (t *Tenant) showAssignment(a *assignment) object {
	o := object{"id": a.id, "deletedDateTime": nil, "appRoleId": a.roleID, "createdDateTime": stamp(a.created),
		"principalId":   a.principalID,
		"principalType": nil, "resourceId": a.resourceID, "principalDisplayName": nil, "resourceDisplayName": nil}
	if name, kind := t.holder(a.principalID); kind != "" {
		o["principalDisplayName"], o["principalType"] = name, kind
	}
	if p := t.spByID(a.resourceID); p != nil {
		o["resourceDisplayName"] = p.name()
	}
	return o
}

func (g *grant) show() object {
	o := object{"id": g.id, "clientId": g.clientID, "consentType": g.consentType, "principalId": nil, "resourceId": g.resourceID,
		"scope": g.scope}
	if g.principalID != "" {
		o["principalId"] = g.principalID
	}
	return o
}

func (t *Tenant) showUser(u *User) object {
	o := object{"id": u.ID, "deletedDateTime": nil, "accountEnabled": !u.Disabled, "displayName": u.Name, "givenName": nil, "surname": nil,
		"jobTitle": nil, "mail": nil, "mobilePhone": nil, "officeLocation": nil, "preferredLanguage": nil, "businessPhones": []any{},
		"otherMails":        listed(u.OtherMails),
		"proxyAddresses":    listed(u.proxies()),
		"userPrincipalName": t.upnOf(u), "userType": "Member", "externalUserState": nil}
	if u.Mail != "" {
		o["mail"] = u.Mail
	}
	if u.Guest {
		o["userType"], o["externalUserState"] = "Guest", "Accepted"
	}
	if u.Untyped {
		o["userType"] = nil
	}
	if given, sur, ok := strings.Cut(u.Name, " "); ok {
		o["givenName"], o["surname"] = given, sur
	}
	return o
}

// proxies are all addresses at which u gets mail, as Exchange writes them: the first one with
// SMTP: in capitals. Source: learn.microsoft.com/graph/api/resources/user, proxyAddresses.
func (u *User) proxies() (all []string) {
	if u.Mail != "" && !u.Guest {
		all = append(all, "SMTP:"+u.Mail)
	}
	for _, a := range u.Aliases {
		if !strings.Contains(a, ":") {
			a = "smtp:" + a
		}
		all = append(all, a)
	}
	return all
}

// listed is a list of strings, which is never null.
func listed(of []string) []any {
	out := []any{}
	for _, s := range of {
		out = append(out, s)
	}
	return out
}

// byDefault are the properties of a user that Graph shows without $select.
var byDefault = strings.Fields("id displayName givenName surname jobTitle mail mobilePhone officeLocation preferredLanguage " +
	"businessPhones userPrincipalName")

func (c *call) userAnswer(u *User) (answer, error) {
	o := c.t.showUser(u)
	if c.query.Get("$select") == "" {
		o = only(o, byDefault)
	}
	o, err := c.selected("user", o)
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("users/$entity", o))
}

func only(o object, names []string) object {
	out := object{}
	for _, n := range names {
		out[n] = o[n]
	}
	return out
}

func (t *Tenant) showRole(template string) object {
	return object{"@odata.type": "#microsoft.graph.directoryRole", "id": t.roleObjectID(template), "deletedDateTime": nil,
		"description": nil, "displayName": roleName(template), "roleTemplateId": template}
}

func roleName(template string) string {
	if n := roleNames[template]; n != "" {
		return n
	}
	return "Role " + template
}

func (m *membership) show() object {
	return object{"id": m.id, "principalId": m.principalID, "roleDefinitionId": m.roleID, "directoryScopeId": "/" + m.scope}
}
