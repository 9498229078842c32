package entratest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// types is what may stand in a request body, from Microsoft's metadata. Each
// property has a type: string, bool, int, guid, time, bytes, any, the name of
// another line, or one of them in brackets for a collection. "?" means that it
// may be null, "-" that only the directory writes it.
var types = parseTypes(`
application id:guid- deletedDateTime:time?- addIns:[addIn] api:apiApplication? appId:guid- appRoles:[appRole] applicationTemplateId:string?- authenticationBehaviors:authenticationBehaviors? certification:any- createdByAppId:string?- createdDateTime:time- defaultRedirectUri:string? description:string? disabledByMicrosoftStatus:string?- displayName:string groupMembershipClaims:string? identifierUris:[string] info:informationalUrl? isDeviceOnlyAuthSupported:bool? isDisabled:bool? isFallbackPublicClient:bool? keyCredentials:[keyCredential] managerApplications:[guid]- nativeAuthenticationApisEnabled:string? notes:string? oauth2RequirePostResponse:bool optionalClaims:optionalClaims? parentalControlSettings:parentalControlSettings? passwordCredentials:[passwordCredential]- publicClient:publicClientApplication? publisherDomain:string?- requestSignatureVerification:requestSignatureVerification? requiredResourceAccess:[requiredResourceAccess] samlMetadataUrl:string? serviceManagementReference:string? servicePrincipalLockConfiguration:servicePrincipalLockConfiguration? signInAudience:string? spa:spaApplication? tags:[string] tokenEncryptionKeyId:guid? uniqueName:string? verifiedPublisher:any- web:webApplication?
servicePrincipal id:guid- deletedDateTime:time?- accountEnabled:bool? addIns:[addIn] alternativeNames:[string] appDescription:string?- appDisplayName:string?- appId:guid appOwnerOrganizationId:guid?- appRoleAssignmentRequired:bool appRoles:[appRole]- applicationTemplateId:string?- createdDateTime:time- description:string? disabledByMicrosoftStatus:string?- displayName:string- homepage:string? info:informationalUrl?- keyCredentials:[keyCredential] loginUrl:string? logoutUrl:string? notes:string? notificationEmailAddresses:[string] oauth2PermissionScopes:[permissionScope]- passwordCredentials:[passwordCredential]- preferredSingleSignOnMode:string? preferredTokenSigningKeyThumbprint:string? replyUrls:[string] resourceSpecificApplicationPermissions:[any]- samlSingleSignOnSettings:any servicePrincipalNames:[string] servicePrincipalType:string?- signInAudience:string?- tags:[string] tokenEncryptionKeyId:guid? verifiedPublisher:any-
apiApplication acceptMappedClaims:bool? knownClientApplications:[guid] oauth2PermissionScopes:[permissionScope] preAuthorizedApplications:[preAuthorizedApplication] requestedAccessTokenVersion:int?
permissionScope adminConsentDescription:string? adminConsentDisplayName:string? id:guid isEnabled:bool origin:string?- type:string? userConsentDescription:string? userConsentDisplayName:string? value:string?
preAuthorizedApplication appId:guid delegatedPermissionIds:[guid]
appRole allowedMemberTypes:[string] description:string? displayName:string? id:guid isEnabled:bool origin:string?- value:string?
webApplication homePageUrl:string? implicitGrantSettings:implicitGrantSettings? logoutUrl:string? redirectUriSettings:[redirectUriSettings] redirectUris:[string]
implicitGrantSettings enableAccessTokenIssuance:bool? enableIdTokenIssuance:bool?
redirectUriSettings index:int? uri:string?
spaApplication redirectUris:[string]
publicClientApplication redirectUris:[string]
requiredResourceAccess resourceAccess:[resourceAccess] resourceAppId:guid
resourceAccess id:guid type:string
keyCredential customKeyIdentifier:bytes? displayName:string? endDateTime:time? key:bytes? keyId:guid? startDateTime:time? type:string usage:string
passwordCredential customKeyIdentifier:bytes? displayName:string? endDateTime:time? hint:string?- keyId:guid? secretText:string?- startDateTime:time?
informationalUrl logoUrl:string?- marketingUrl:string? privacyStatementUrl:string? supportUrl:string? termsOfServiceUrl:string?
optionalClaims accessToken:[optionalClaim] idToken:[optionalClaim] saml2Token:[optionalClaim]
optionalClaim additionalProperties:[string] essential:bool name:string source:string?
parentalControlSettings countriesBlockedForMinors:[string] legalAgeGroupRule:string?
addIn id:guid? properties:[keyValue] type:string
keyValue key:string? value:string?
servicePrincipalLockConfiguration allProperties:bool? credentialsWithUsageSign:bool? credentialsWithUsageVerify:bool? isEnabled:bool tokenEncryptionKeyId:bool?
requestSignatureVerification allowedWeakAlgorithms:string? isSignedRequestRequired:bool
authenticationBehaviors blockAzureADGraphAccess:bool? removeUnverifiedEmailClaim:bool? requireClientServicePrincipal:bool?
appRoleAssignment id:string- deletedDateTime:time?- appRoleId:guid createdDateTime:time- principalDisplayName:string?- principalId:guid principalType:string?- resourceDisplayName:string? resourceId:guid
oAuth2PermissionGrant id:string- clientId:guid consentType:string principalId:guid? resourceId:guid scope:string? startTime:time? expiryTime:time?
unifiedRoleAssignment id:string- appScopeId:string? condition:string? directoryScopeId:string principalId:guid roleDefinitionId:guid
unifiedRoleEligibilitySchedule id:string- appScopeId:string? createdDateTime:time? createdUsing:string? directoryScopeId:string? memberType:string? modifiedDateTime:time? principalId:guid? roleDefinitionId:guid? scheduleInfo:any status:string
unifiedRoleDefinition id:string- displayName:string? description:string? isBuiltIn:bool? isEnabled:bool? templateId:string? resourceScopes:[string] version:string? rolePermissions:[any]
federatedIdentityCredential id:string- audiences:[string] description:string? issuer:string name:string subject:string
addPassword passwordCredential:passwordCredential?
removePassword keyId:guid
getByIds ids:[guid] types:[string]
nothing -
azureRoleAssignment roleDefinitionId:string principalId:guid principalType:string? description:string?
azureRoleDefinition roleName:string description:string? type:string? assignableScopes:[string] permissions:[azurePermission]
azurePermission actions:[string] notActions:[string] dataActions:[string] notDataActions:[string]
user id:guid deletedDateTime:time? accountEnabled:bool displayName:string givenName:string? surname:string? jobTitle:string? mail:string? mobilePhone:string? officeLocation:string? preferredLanguage:string? businessPhones:[string] otherMails:[string] proxyAddresses:[string]- userPrincipalName:string userType:string externalUserState:string?
group id:guid deletedDateTime:time? displayName:string isAssignableToRole:bool?
directoryRole id:guid deletedDateTime:time? description:string? displayName:string roleTemplateId:guid
organization id:guid deletedDateTime:time? displayName:string verifiedDomains:[any] tenantType:string countryLetterCode:string? createdDateTime:time? technicalNotificationMails:[string] businessPhones:[string]
tenantAppManagementPolicy id:string displayName:string description:string isEnabled:bool applicationRestrictions:any servicePrincipalRestrictions:any
appManagementPolicy id:string displayName:string description:string isEnabled:bool restrictions:any
`)

type property struct {
	kind                 string
	many, null, readOnly bool
}

func parseTypes(text string) map[string]map[string]property {
	all := make(map[string]map[string]property)
	for line := range strings.Lines(strings.TrimSpace(text)) {
		words := strings.Fields(line)
		t := make(map[string]property)
		for _, w := range words[1:] {
			name, kind, ok := strings.Cut(w, ":")
			if !ok {
				continue
			}
			var p property
			kind, p.readOnly = strings.CutSuffix(kind, "-")
			kind, p.null = strings.CutSuffix(kind, "?")
			if p.many = kind[0] == '['; p.many {
				kind = kind[1 : len(kind)-1]
			}
			p.kind = kind
			t[name] = p
		}
		all[words[0]] = t
	}
	return all
}

// novelties are properties that Graph got after its description was written, as
// "type.property". [Tenant.Seed] finds them.
type novelties map[string]bool

// decode reads a JSON object of one of the types.
func decode(body []byte, typ string, novel novelties) (object, error) {
	o, err := parse(body)
	if err != nil {
		return nil, err
	}
	return o, novel.conforms(o, typ, "")
}

// parse reads a JSON object.
func parse(body []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, &problem{status: 400, code: "BadRequest",
			message: "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."}
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, &problem{status: 400, code: "BadRequest",
			message: "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."}
	}
	o, ok := v.(object)
	if !ok {
		return nil, bad("The request body must be a JSON object.")
	}
	return o, nil
}

// conforms checks an object against a type and removes its annotations.
func conforms(o object, typ, at string) error { return novelties(nil).conforms(o, typ, at) }

func (novel novelties) conforms(o object, typ, at string) error {
	t, ok := types[typ]
	if !ok {
		panic("entratest: no type " + typ)
	}
	for name, v := range o {
		path := at + name
		p, known := t[name]
		switch {
		case name == "@odata.type":
			if v != "#microsoft.graph."+typ {
				return bad("The type '%v' given for '%s' is not '#microsoft.graph.%s'.", v, strings.TrimSuffix(at, "."), typ)
			}
			delete(o, name)
			continue
		case !known && strings.HasPrefix(name, "@"):
			delete(o, name)
			continue
		case !known && novel[typ+"."+name]:
			continue
		case !known:
			return bad("Invalid property '%s'.", path)
		case p.readOnly && v != nil && (name != "id" || typ != "appRoleAssignment"):
			return bad("Property '%s' is read-only and cannot be set.", path)
		}
		if v == nil {
			if !p.null && !p.readOnly {
				return bad("Property '%s' does not allow null.", path)
			}
			continue
		}
		if p.many {
			if err := novel.allFit(v, p.kind, path); err != nil {
				return err
			}
			continue
		}
		var err error
		if o[name], err = novel.fitted(v, p.kind, path); err != nil {
			return err
		}
	}
	return nil
}

// allFit checks a collection of values against a type.
func (novel novelties) allFit(v any, kind, path string) error {
	items, ok := v.([]any)
	if !ok {
		return bad("An unexpected value was found for '%s': a collection was expected.", path)
	}
	for i, item := range items {
		var err error
		if items[i], err = novel.fitted(item, kind, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

// fitted is a value that fits a type, as it is kept: a GUID in lower case.
func (novel novelties) fitted(v any, kind, path string) (any, error) {
	err := novel.fits(v, kind, path)
	if err == nil && kind == "guid" {
		v = strings.ToLower(v.(string))
	}
	return v, err
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// fits checks one value against a type.
func (novel novelties) fits(v any, kind, path string) error {
	edm := map[string]string{"string": "Edm.String", "bool": "Edm.Boolean", "int": "Edm.Int32", "guid": "Edm.Guid",
		"time": "Edm.DateTimeOffset", "bytes": "Edm.Binary"}[kind]
	s, isText := v.(string)
	ok := false
	switch kind {
	case "any":
		ok = true
	case "string":
		ok = isText
	case "bool":
		_, ok = v.(bool)
	case "int":
		n, isNumber := v.(json.Number)
		_, err := n.Int64()
		ok = isNumber && err == nil
	case "guid":
		ok = isText && guid.MatchString(s)
	case "time":
		_, err := time.Parse(time.RFC3339, s)
		ok = isText && err == nil
	case "bytes":
		_, err := unbase64(s)
		ok = isText && err == nil
	default:
		o, isObject := v.(object)
		if !isObject {
			return bad("An unexpected value was found for '%s': an object of type 'microsoft.graph.%s' was expected.", path, kind)
		}
		return novel.conforms(o, kind, path+".")
	}
	if !ok {
		return bad("Cannot convert the literal '%v' of property '%s' to the expected type '%s'.", v, path, edm)
	}
	return nil
}

// unbase64 reads Edm.Binary, which may use either alphabet.
func unbase64(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	return base64.RawStdEncoding.DecodeString(s)
}

// merge lays a PATCH over what is there: collections and plain values are
// replaced, complex values merged, as Graph does.
func merge(old, patch object) object {
	merged := make(object, len(old)+len(patch))
	for k, v := range old {
		merged[k] = v
	}
	for k, v := range patch {
		was, isObject := merged[k].(object)
		if is, both := v.(object); both && isObject {
			v = merge(was, is)
		}
		merged[k] = v
	}
	return merged
}
