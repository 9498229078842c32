package manifest

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
)

func (r *reader) redirect(uris *[]string, path string, v any) {
	if s := r.text(path, v); s != "" && !slices.Contains(*uris, s) {
		*uris = append(*uris, s)
	}
}

// replyURL is a redirect URI in the format of Azure AD Graph.
func (r *reader) replyURL(path string, o object) {
	uris := map[string]*[]string{"web": &r.draft.RedirectURIs, "spa": &r.draft.SPARedirectURIs,
		"installedclient": &r.draft.PublicRedirectURIs}[strings.ToLower(o.text("type"))]
	r.object(path, o, map[string]take{
		"url": func(path string, v any) {
			if uris == nil {
				r.ignore(path, "its type is none of Web, Spa and InstalledClient")
				return
			}
			r.redirect(uris, path, v)
		},
		"type": func(string, any) {},
	})
}

// required is what the app asks of others. What of it can't be read is counted.
func (r *reader) required(path string, v any) {
	for _, one := range elements(v) {
		if _, ok := one.(object); !ok && !empty(one) {
			r.asked++
		}
	}
	r.each(r.resource)(path, v)
}

// resource is one that the app asks something of, by its application ID or its name.
func (r *reader) resource(path string, o object) {
	access := o.of("resourceAccess")
	if access == nil { // whatever it was
		r.asked++
	}
	for _, one := range elements(access) {
		if _, ok := one.(object); ok || !empty(one) {
			r.asked++
		}
	}
	id := strings.ToLower(o.text("resourceAppId"))
	if named, ok := resourceCalled(id); ok {
		id = named
	}
	self := id != "" && id == r.appID
	known := slices.ContainsFunc(catalog.All(), func(p catalog.Permission) bool { return p.ResourceAppID == id })
	switch {
	case self || known || id == azureADGraph:
	case placeholder(id) != "":
		r.ignore(path, "%s", placeholder(o.text("resourceAppId")))
		return
	case guid.MatchString(id):
		r.ignore(path, "the resource %s%s is not one that we know", id, calledByMany(id))
		return
	default:
		r.ignore(path, "it does not name its resource by a GUID or a name that we know")
		return
	}
	r.object(path, o, map[string]take{
		"resourceAppId": func(string, any) {},
		"resourceAccess": r.each(func(path string, o object) {
			if id == azureADGraph {
				r.retired(path, o)
				return
			}
			r.access(path, o, id, self)
		}),
	})
}

// types are how manifests call the types of permissions.
var types = map[string]catalog.Type{"role": catalog.Application, "scope": catalog.Delegated, "application": catalog.Application,
	"delegated": catalog.Delegated}

// access is one permission, by its ID or its name. Its ID alone names none: resources share some.
func (r *reader) access(path string, o object, resource string, self bool) {
	id := strings.ToLower(o.text("id"))
	t, ok := types[strings.ToLower(o.text("type"))]
	why := placeholder(o.text("id"))
	var p plan.Permission
	switch name := r.scopeNames[id]; {
	case ok && self && t == catalog.Delegated && name != "":
		p = r.own(name)
	case why != "":
		r.ignore(path, "%s", why)
		return
	case !ok || id == "":
		r.ignore(path, "it has no id, or its type is neither Role nor Scope")
		return
	default:
		c, found := catalog.ByID(resource, t, id)
		if !found {
			c, found = catalog.Find(resource, t, id)
		}
		if !found && guid.MatchString(id) {
			r.ignore(path, "its resource has no %s permission with the ID %s that we know", strings.ToLower(string(t)), id)
			return
		}
		if !found {
			r.ignore(path, "its resource has no %s permission of that name that we know", strings.ToLower(string(t)))
			return
		}
		p, _ = plan.Known(resource, t, c.Name)
	}
	r.object(path, o, map[string]take{"id": func(string, any) {}, "type": func(string, any) {}})
	if slices.Contains(r.draft.Permissions, p) {
		r.asked--
		r.ignore(path, "it is the same as one before it")
		return
	}
	r.draft.Permissions = append(r.draft.Permissions, p)
}

// own is the permission on a scope that the app itself offers.
func (r *reader) own(name string) plan.Permission {
	p := plan.Permission{Resource: "The app itself", ResourceAppID: plan.Self, Name: name, Type: catalog.Delegated,
		Risk: catalog.Medium}
	for _, s := range r.scopes {
		if s.Name == name {
			p.Words = s.Words
		}
	}
	return p
}

// first reads what other parts refer to, wherever it stands: the app's name and
// ID, and the IDs of its scopes.
func (r *reader) first(o object) {
	r.appID = strings.ToLower(o.text("appId"))
	if r.appName = o.text("displayName"); r.appName == "" {
		r.appName = o.text("name")
	}
	r.offers = !empty(o.of("appRoles")) || !empty(o.of("identifierUris"))
	api, _ := o.of("api").(object)
	for _, v := range []any{o.of("oauth2Permissions"), api.of("oauth2PermissionScopes")} {
		for _, one := range elements(v) {
			s, _ := one.(object)
			if id, name := strings.ToLower(s.text("id")), s.text("value"); name != "" && s.of("isEnabled") != false {
				r.scopes = append(r.scopes, plan.Scope{Name: name,
					Words: cmp.Or(s.text("adminConsentDescription"), s.text("userConsentDescription"))})
				if id != "" {
					r.scopeNames[id] = name
				}
			}
		}
	}
}

func (r *reader) api(path string, v any) {
	o, ok := v.(object)
	if !ok {
		r.ignore(path, "%s", notObject(v))
		return
	}
	r.object(path, o, map[string]take{
		"oauth2PermissionScopes":      r.each(r.scope),
		"preAuthorizedApplications":   r.each(r.client),
		"requestedAccessTokenVersion": r.tokenVersion,
	})
}

// scope is one that the app offers.
func (r *reader) scope(path string, o object) {
	filled := func(name string) string {
		if v := o.text(name); placeholder(v) == "" {
			return v
		}
		return ""
	}
	s := plan.Scope{Name: o.text("value"), Title: filled("adminConsentDisplayName"), Words: filled("adminConsentDescription")}
	if t := filled("userConsentDisplayName"); t != s.Title {
		s.UserTitle = t
	}
	if w := filled("userConsentDescription"); w != s.Words {
		s.UserWords = w
	}
	switch {
	case placeholder(s.Name) != "":
		r.ignore(path, "%s", placeholder(s.Name))
		return
	case s.Name == "":
		r.ignore(path, "the scope has no name")
		return
	case o.of("isEnabled") == false:
		r.ignore(path, "the scope is disabled")
		return
	case slices.ContainsFunc(r.draft.Scopes, func(t plan.Scope) bool { return t.Name == s.Name }):
		r.ignore(path, "there is a scope of this name before it")
		return
	}
	s.AdminsOnly = !strings.EqualFold(o.text("type"), "User") // who does not say it, means the stricter
	nothing := func(string, any) {}
	r.object(path, o, map[string]take{
		"value": nothing, "isEnabled": r.enabled,
		"adminConsentDisplayName": func(path string, v any) { r.text(path, v) },
		"adminConsentDescription": func(path string, v any) { r.text(path, v) },
		"id":                      r.only(scopeID(r.appName, s.Name), ownScope),
		"type": func(path string, v any) {
			if t, _ := v.(string); !strings.EqualFold(t, "User") && !strings.EqualFold(t, "Admin") {
				r.ignore(path, "is neither User nor Admin, so that only admins may consent")
			}
		},
		"userConsentDisplayName": func(path string, v any) { r.text(path, v) },
		"userConsentDescription": func(path string, v any) { r.text(path, v) },
		"lang":                   nothing,
		"origin":                 r.only("Application", notSet),
	})
	r.draft.Scopes = append(r.draft.Scopes, s)
}

// A client needs no consent for scopes.
type client struct {
	path, id, scope string
}

func (r *reader) client(path string, o object) {
	id := strings.ToLower(o.text("appId"))
	if why := placeholder(o.text("appId")); why != "" {
		r.ignore(path, "%s", why)
		return
	}
	if !guid.MatchString(id) {
		r.ignore(path, "it does not say by a GUID which client it is")
		return
	}
	scopes := r.eachText(func(path string, v any) {
		s, _ := v.(string)
		if name := r.scopeNames[strings.ToLower(s)]; name != "" {
			r.clients = append(r.clients, client{path, id, name})
		} else {
			r.ignore(path, "it is not the ID of an enabled scope of the app")
		}
	})
	r.object(path, o, map[string]take{"appId": func(string, any) {}, "delegatedPermissionIds": scopes, "permissionIds": scopes})
}

// authorize writes the clients into the scopes, once all of these are known.
func (r *reader) authorize() {
	for _, c := range r.clients {
		i := slices.IndexFunc(r.draft.Scopes, func(s plan.Scope) bool { return s.Name == c.scope })
		if i < 0 {
			r.ignore(c.path, "its scope is not carried over")
		} else if s := &r.draft.Scopes[i]; !slices.Contains(s.PreAuthorized, c.id) {
			s.PreAuthorized = append(s.PreAuthorized, c.id)
		}
	}
}

// key is a certificate. Entra shows what is in it only when it is asked to.
func (r *reader) key(path string, o object) {
	if strings.EqualFold(o.text("usage"), "Sign") {
		r.ignore(path, "it holds a private key: treat it as compromised, and make a new one")
		return
	}
	if strings.EqualFold(o.text("type"), "Symmetric") {
		r.ignore(path, "it holds a secret: treat it as compromised, and make a new one")
		return
	}
	if k := o.text("type"); k != "" && !strings.EqualFold(k, "AsymmetricX509Cert") {
		r.ignore(path, "it is not a public certificate")
		return
	}
	data := o.text("key")
	if data == "" {
		data = o.text("value")
	}
	if data == "" {
		r.ignore(path, "the certificate itself is not in the manifest: add it again")
		return
	}
	c, err := certificate.Parse([]byte(data))
	if err != nil {
		r.ignore(path, "%s", whyNoCertificate(err))
		return
	}
	same := slices.ContainsFunc(r.draft.Certificates, func(d certificate.Certificate) bool { return d.Fingerprint == c.Fingerprint })
	if same {
		r.ignore(path, "it is the same certificate as one before it")
		return
	}
	nothing := func(string, any) {}
	r.object(path, o, map[string]take{
		"type": nothing, "key": nothing, "value": nothing,
		"usage":               r.only("Verify", "the bot takes a certificate only to verify who the app is"),
		"displayName":         r.only(c.Subject, "the bot gives it a name of its own"),
		"startDateTime":       r.date(c.NotBefore),
		"startDate":           r.date(c.NotBefore),
		"endDateTime":         r.date(c.NotAfter),
		"endDate":             r.date(c.NotAfter),
		"customKeyIdentifier": r.only(c.Thumbprint, "Entra writes the thumbprint of the certificate there"),
	})
	r.draft.Certificates = append(r.draft.Certificates, c)
}

// whyNoCertificate is short: what a Problem says is for somebody with one file.
func whyNoCertificate(err error) string {
	if p, ok := errors.AsType[*certificate.Problem](err); ok && (p.Code == "private-key" || p.Code == "pfx") {
		return "it contains a private key: treat it as compromised, and make a new one"
	}
	return "it cannot be read as a certificate"
}

// date is a date that the certificate says itself.
func (r *reader) date(want time.Time) take {
	return func(path string, v any) {
		s, _ := v.(string)
		if t, err := time.Parse(time.RFC3339, s); err != nil || !t.Equal(want) {
			r.ignore(path, "the certificate itself says until when it is valid")
		}
	}
}

func (r *reader) passwords(path string, v any) {
	for _, one := range elements(v) {
		if o, _ := one.(object); !empty(o.of("secretText")) || !empty(o.of("value")) {
			r.ignore(path, "a secret cannot be copied, and this text contains one: remove that secret in Entra, as others may have seen it")
			return
		}
	}
	r.ignore(path, "a secret cannot be copied")
}

// notes that we wrote are written again.
func (r *reader) notes(path string, v any) {
	if s, _ := v.(string); !strings.HasPrefix(s, ourNotes) {
		r.ignore(path, "the bot writes notes of its own")
	}
}

// parental is set for every app, to what changes nothing.
func (r *reader) parental(path string, v any) {
	o, _ := v.(object)
	if len(o) == 0 {
		r.ignore(path, "%s", notSet)
		return
	}
	r.object(path, o, map[string]take{"legalAgeGroupRule": r.only("Allow", notSet)})
}
