package graphops

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/whole"
)

// What the reader of an app's whole power reads of the application, and of the service
// principal itself.

type applicationParts struct{ settings, owners, federated *part }

func (a applicationParts) all() []*part { return []*part{a.settings, a.owners, a.federated} }

// ofApplication are the kinds that stand in the application itself.
var ofApplication = []whole.Kind{whole.KindCredential, whole.KindRedirect, whole.KindClient, whole.KindScope, whole.KindAppRole,
	whole.KindIdentifier, whole.KindConsent, whole.KindClaim, whole.KindSetting}

func (r *wholeReader) applicationParts() applicationParts {
	selected := strings.Join(append(slices.Clone(mergeable), "appId", "displayName", "passwordCredentials", "keyCredentials", "appRoles",
		"optionalClaims", "servicePrincipalLockConfiguration"), ",")
	return applicationParts{
		r.part(opReadApp, "the application itself", scopesApps, ofApplication, "/applications/{id}?$select="+selected, "id", r.m.ObjectID),
		r.part(opOwners, "the application's owners", scopesApps, []whole.Kind{whole.KindOwner},
			"/applications/{id}/owners", "id", r.m.ObjectID),
		r.part(opListFederate, "the issuers that it trusts", scopesApps, []whole.Kind{whole.KindCredential},
			"/applications/{id}/federatedIdentityCredentials", "id", r.m.ObjectID),
	}
}

func (r *wholeReader) principalPart() *part {
	return r.part(opKeysOf, "its service principal", scopesApps, []whole.Kind{whole.KindCredential, whole.KindOwner, whole.KindRole,
		whole.KindGrant, whole.KindDirectory, whole.KindGroup, whole.KindSetting},
		"/servicePrincipals(appId='{app}')?$select=id,accountEnabled,appRoleAssignmentRequired,passwordCredentials,keyCredentials",
		"app", r.m.AppID)
}

// readApplication reads the application. One that is not there has nothing.
func (r *wholeReader) readApplication(ctx context.Context, parts applicationParts) error {
	i := parts.settings
	if fault.Status(i.err) == http.StatusNotFound && !r.s.IsFresh(r.m.ObjectID) {
		return nil
	}
	if i.err != nil {
		if err := r.unread(i, i.err); err != nil {
			return err
		}
	} else if err := r.readSettings(i); err != nil {
		return err
	}
	r.app.Application.ObjectID = r.m.ObjectID
	if err := r.readOwners(ctx, parts.owners, &r.app.Application); err != nil {
		return err
	}
	return r.each(ctx, parts.federated, func(o object) {
		c := whole.Credential{Kind: whole.Federated, KeyID: o.text("id"), Name: o.text("name"),
			Trust: plan.FederatedIssuer{Issuer: o.text("issuer"), Subject: o.text("subject"),
				Audience: strings.Join(o.texts("audiences"), " ")}}
		if e := o.part("claimsMatchingExpression"); len(e) > 0 {
			c.Expression = e.text("value")
		}
		r.app.Application.Credentials = append(r.app.Application.Credentials, c)
	})
}

func (r *wholeReader) readSettings(p *part) error {
	o, _ := p.got.(object)
	a, err := readSettings(o)
	if err != nil || o.text("id") == "" {
		return p.op.Unreadable(0)
	}
	r.app.Name, r.app.AppID = o.text("displayName"), cmp.Or(r.app.AppID, o.text("appId"))
	r.readKeys(p, o, &r.app.Application)
	if !r.s.certificates.see(r.m.ObjectID, o.list("keyCredentials")) {
		return opCerts.Stale("the app's certificates are not the same everywhere yet")
	}
	has := planOf(a)
	offeredBy(&has, a, "")
	r.app.Audience, r.app.PublicClientFlows, r.app.Claims = has.Audience, has.PublicClientFlows, has.OptionalClaims
	r.app.IdentifierURIs = a.GetIdentifierUris()
	for _, on := range plan.Platforms {
		for _, uri := range has.On(on) {
			r.app.Redirects = append(r.app.Redirects, whole.Redirect{Platform: on, URI: uri})
		}
	}
	implicit := o.part("web").part("implicitGrantSettings")
	r.app.IDTokens = decode[bool](implicit["enableIdTokenIssuance"])
	r.app.AccessTokens = decode[bool](implicit["enableAccessTokenIssuance"])
	lock := o.part("servicePrincipalLockConfiguration")
	r.app.Lock = whole.Lock{Enabled: decode[bool](lock["isEnabled"]), All: decode[bool](lock["allProperties"]),
		Verify: decode[bool](lock["credentialsWithUsageVerify"]), Sign: decode[bool](lock["credentialsWithUsageSign"]),
		TokenEncryption: decode[bool](lock["tokenEncryptionKeyId"])}
	r.readOffered(o)
	return nil
}

// readOffered reads what an application offers, with the IDs that a plan does not have.
func (r *wholeReader) readOffered(o object) {
	api := o.part("api")
	for _, raw := range api.list("oauth2PermissionScopes") {
		s := decode[object](raw)
		scope := whole.Scope{ID: s.text("id"), Value: s.text("value"), AdminsOnly: s.text("type") == "Admin",
			Disabled: !decode[bool](s["isEnabled"]), Title: s.text("adminConsentDisplayName"), Words: s.text("adminConsentDescription")}
		if t := s.text("userConsentDisplayName"); t != scope.Title {
			scope.UserTitle = t
		}
		if w := s.text("userConsentDescription"); w != scope.Words {
			scope.UserWords = w
		}
		r.app.Scopes = append(r.app.Scopes, scope)
	}
	for _, raw := range api.list("preAuthorizedApplications") {
		c := decode[object](raw)
		for _, id := range c.texts("delegatedPermissionIds") {
			r.app.Clients = append(r.app.Clients, whole.Client{AppID: c.text("appId"), ScopeID: id})
		}
	}
	for _, raw := range o.list("appRoles") {
		a := decode[object](raw)
		members := a.texts("allowedMemberTypes")
		r.app.AppRoles = append(r.app.AppRoles, whole.AppRole{ID: a.text("id"), Value: a.text("value"),
			Users: slices.Contains(members, "User"), Apps: slices.Contains(members, "Application"),
			Disabled: !decode[bool](a["isEnabled"])})
	}
}

// readPrincipal reads the service principal. Its ID is empty where there is none, or where
// Entra does not show it.
func (r *wholeReader) readPrincipal(p *part) (id string, err error) {
	known := []string{r.m.ServicePrincipal, principalOf(r.m.AppID)}
	if fault.Status(p.err) == http.StatusNotFound {
		if r.s.Knows(known...) || r.m.ServicePrincipal != "" && r.s.IsFresh(known...) {
			return "", opKeysOf.Stale("the app's service principal is not seen yet")
		}
		return "", nil
	}
	if p.err != nil {
		return "", r.unread(p, p.err)
	}
	o, _ := p.got.(object)
	if id = o.text("id"); id == "" {
		return "", p.op.Empty()
	}
	r.app.Principal.ObjectID = id
	r.readKeys(p, o, &r.app.Principal)
	r.app.AssignmentRequired = decode[bool](o["appRoleAssignmentRequired"])
	var enabled *bool
	if json.Unmarshal(o["accountEnabled"], &enabled) == nil && enabled != nil {
		r.app.Disabled = !*enabled
	}
	return id, nil
}

// readKeys reads the passwords and certificates of an application or a service principal.
func (r *wholeReader) readKeys(p *part, o object, side *whole.Side) {
	for _, name := range []string{"passwordCredentials", "keyCredentials"} {
		if !o.lists(name) {
			hidden := *p
			hidden.of, hidden.what = []whole.Kind{whole.KindCredential}, "the credentials of "+p.what
			r.gap(&hidden, "Entra left them out of its answer")
		}
	}
	at := func(o object, name string) time.Time { t, _ := time.Parse(time.RFC3339Nano, o.text(name)); return t }
	for _, raw := range o.list("passwordCredentials") {
		k := decode[object](raw)
		side.Credentials = append(side.Credentials, whole.Credential{Kind: whole.Password, KeyID: k.text("keyId"),
			Name: k.text("displayName"), Hint: k.text("hint"), Begins: at(k, "startDateTime"), Ends: at(k, "endDateTime")})
	}
	for _, raw := range o.list("keyCredentials") {
		k := decode[object](raw)
		side.Credentials = append(side.Credentials, whole.Credential{Kind: whole.Certificate, KeyID: k.text("keyId"),
			Name: k.text("displayName"), Thumbprint: thumbprintOf(raw), Usage: k.text("usage"), Type: k.text("type"),
			Begins: at(k, "startDateTime"), Ends: at(k, "endDateTime")})
	}
}

// readOwners reads who owns one of the two, but for whom this session has removed.
func (r *wholeReader) readOwners(ctx context.Context, p *part, side *whole.Side) error {
	return r.each(ctx, p, func(o object) {
		id := strings.ToLower(o.text("id"))
		if !r.s.HasRemoved(ownerOf(id, side.ObjectID)) {
			side.Owners = append(side.Owners, whole.Owner{ObjectID: id, Kind: kindOf(o),
				Name: cmp.Or(o.text("userPrincipalName"), o.text("displayName"))})
		}
	})
}
