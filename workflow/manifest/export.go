package manifest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
)

// Export returns the application that p describes as JSON in Graph's format: the
// body of POST /applications, v1.0.
//
// The portal's manifest (Microsoft Graph format) has the same properties.
//
// What is not part of that body is not in it: admin consent, owners, directory
// roles, roles in Azure, federated credentials and client secrets. Nor is what
// has to name the app or its scopes after they exist: identifier URIs with its ID, its
// permissions on itself, and the clients that are authorised beforehand.
//
// Its IDs are the catalogue's. A permission that has none there is an error.
func Export(p plan.Plan) ([]byte, error) {
	if strings.TrimSpace(p.AppName) == "" {
		return nil, errNoName
	}
	required, err := requiredAccess(p, func(q plan.Permission) (any, error) {
		c, ok := catalog.Find(q.ResourceAppID, q.Type, q.Name)
		if !ok || c.ID == "" {
			return nil, fmt.Errorf("the ID of the %s permission %q of %q is not known", q.Type, q.Name, q.Resource)
		}
		return c.ID, nil
	})
	if err != nil {
		return nil, err
	}
	app := application(p, required)
	if len(p.Scopes) > 0 {
		app = append(app, field{"api", api(p)})
	}
	var uris []string
	for _, uri := range p.IdentifierURIs {
		if !strings.Contains(uri, "{appId}") {
			uris = append(uris, uri)
		}
	}
	if uris != nil {
		app = append(app, field{"identifierUris", texts(uris)})
	}
	if c := p.Credential.Certificate; !c.IsZero() {
		app = append(app, field{"keyCredentials", []any{keyCredential(c)}})
	}
	return append([]byte(encode(app, false)[0].literal), '\n'), nil
}

// lock is the app instance lock, as the bot sets it and as new applications have it.
// Source: Graph, servicePrincipalLockConfiguration.
var lock = object{{"isEnabled", true}, {"allProperties", true}, {"credentialsWithUsageVerify", true}, {"credentialsWithUsageSign", true},
	{"tokenEncryptionKeyId", true}}

// application is what can be said of an app before it exists, without its scopes,
// identifier URIs and credentials.
func application(p plan.Plan, required []any) object {
	o := object{{"displayName", p.AppName}, {"notes", notes(p)}}
	if p.Audience != "" {
		o = append(o, field{"signInAudience", p.Audience})
	}
	o = append(o, field{"servicePrincipalLockConfiguration", lock})
	if p.PublicClientFlows {
		o = append(o, field{"isFallbackPublicClient", true})
	}
	for _, on := range plan.Platforms {
		if uris := p.On(on); on == plan.Web || len(uris) > 0 {
			o = append(o, field{string(on), object{{"redirectUris", texts(uris)}}})
		}
	}
	if len(p.AppRoles) > 0 {
		o = append(o, field{"appRoles", appRoles(p)})
	}
	if len(p.OptionalClaims) > 0 {
		o = append(o, field{"optionalClaims", optionalClaims(p)})
	}
	return append(o, field{"requiredResourceAccess", required})
}

var errNoName = errors.New("the app has no name")

const ourNotes = "From a plan of entra-app, SHA-256 "

func notes(p plan.Plan) string { return ourNotes + p.Digest() }

// requiredAccess is what the app asks of others, by the IDs that id knows.
func requiredAccess(p plan.Plan, id func(plan.Permission) (any, error)) ([]any, error) {
	required := []any{}
	for _, resource := range p.Resources() {
		var access []any
		for _, q := range p.Permissions {
			if q.ResourceAppID != resource {
				continue
			}
			v, err := id(q)
			if err != nil {
				return nil, err
			}
			kind := "Role"
			if q.Type == catalog.Delegated {
				kind = "Scope"
			}
			access = append(access, object{{"id", v}, {"type", kind}})
		}
		required = append(required, object{{"resourceAppId", resource}, {"resourceAccess", access}})
	}
	return required, nil
}

// tokenVersion is what the bot sets for an app that offers scopes.
const tokenVersion = "2"

func api(p plan.Plan) object {
	return object{{"requestedAccessTokenVersion", number(tokenVersion)},
		{"oauth2PermissionScopes", list(p.Scopes, func(s plan.Scope) any {
			kind := "User"
			if s.AdminsOnly {
				kind = "Admin"
			}
			title, words := s.ForUsers()
			return object{
				{"id", scopeID(p.AppName, s.Name)}, {"value", s.Name}, {"type", kind}, {"isEnabled", true},
				{"adminConsentDisplayName", s.Title}, {"adminConsentDescription", s.Words},
				{"userConsentDisplayName", title}, {"userConsentDescription", words},
			}
		})}}
}

func keyCredential(c certificate.Certificate) object {
	return object{
		{"type", "AsymmetricX509Cert"}, {"usage", "Verify"}, {"displayName", c.Subject},
		{"startDateTime", c.NotBefore.UTC().Format(time.RFC3339)}, {"endDateTime", c.NotAfter.UTC().Format(time.RFC3339)},
		{"key", base64.StdEncoding.EncodeToString(c.DER)},
	}
}
