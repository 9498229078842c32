package manifest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A Draft is what a manifest says of what a plan can have. Nothing of it is
// checked but that it is text: the rules for what people type are for this, too.
type Draft struct {
	AppName            string
	Audience           string // empty where the manifest does not say
	RedirectURIs       []string
	SPARedirectURIs    []string
	PublicRedirectURIs []string
	PublicClientFlows  bool
	Permissions        []plan.Permission
	Scopes             []plan.Scope
	Certificates       []certificate.Certificate

	AppRoles       []plan.AppRole
	OptionalClaims []plan.OptionalClaim
	IdentifierURIs []string // {appId} stands for the app's ID

	// Fixed is what had to be put right before it could be read; Guessed is what was
	// missing, each with its line. Both are for people.
	Fixed, Guessed []string
	// Retired are permissions of Azure AD Graph.
	Retired []Retired
	// Unread is how many permissions it asks for that could not be read.
	Unread int
}

// Ignored is what of a manifest is not in the draft.
type Ignored struct {
	Path string // "requiredResourceAccess[2].resourceAccess[0]"
	Why  string // a plain reason, with no end mark; it quotes no value but IDs
}

// Import reads a manifest that a person pasted: as the portal shows it, in the
// format of Azure AD Graph or in that of Microsoft Graph, or an application as
// Graph answers. What it cannot read at all is a *Problem.
//
// Every property that is set and not carried over is named in the second result,
// in the order of the manifest. One that is null, empty, false or as Entra sets
// it for every app is not.
func Import(b []byte) (Draft, []Ignored, error) {
	o, fixed, guessed, err := read(b)
	if err != nil {
		return Draft{}, nil, err
	}
	if !slices.ContainsFunc(o, func(f field) bool { return known[f.name] }) {
		return Draft{}, nil, errStrange
	}
	r := &reader{scopeNames: map[string]string{}, fixes: fixes{fixed}}
	r.draft.Guessed = guessed
	r.first(o)
	r.object("", o, map[string]take{
		"displayName":                r.name,
		"name":                       r.name,
		"signInAudience":             r.audience,
		"isFallbackPublicClient":     r.flows,
		"allowPublicClient":          r.flows,
		"web":                        r.platform(&r.draft.RedirectURIs),
		"spa":                        r.platform(&r.draft.SPARedirectURIs),
		"publicClient":               r.publicClient,
		"replyUrls":                  r.replyURLs(o),
		"availableToOtherTenants":    r.availableToOthers(o),
		"replyUrlsWithType":          r.each(r.replyURL),
		"requiredResourceAccess":     r.required,
		"api":                        r.api,
		"oauth2Permissions":          r.each(r.scope),
		"accessTokenAcceptedVersion": r.tokenVersion,
		"preAuthorizedApplications":  r.each(r.client),
		"keyCredentials":             r.each(r.key),
		"appRoles":                   r.each(r.role),
		"optionalClaims":             r.claims,
		"identifierUris":             r.eachText(r.identifier),
		"passwordCredentials":        r.passwords,
		"notes":                      r.notes,
		"parentalControlSettings":    r.parental,

		"servicePrincipalLockConfiguration": r.instanceLock,
	})
	r.authorize()
	r.draft.Unread = max(r.asked-len(r.draft.Permissions)-len(r.draft.Retired), 0)
	r.draft.Fixed = r.fixed
	return r.draft, r.ignored, nil
}

// known are the properties of which a manifest has at least one.
var known = map[string]bool{
	"displayName": true, "name": true, "signInAudience": true, "requiredResourceAccess": true, "web": true, "spa": true,
	"publicClient":      true,
	"replyUrlsWithType": true, "api": true, "oauth2Permissions": true, "keyCredentials": true, "replyUrls": true, "identifierUris": true,
	"appRoles": true,
}

// A take carries a value over that is not empty, and names what it does not.
type take func(path string, v any)

type reader struct {
	draft      Draft
	ignored    []Ignored
	appID      string            // of the app whose manifest it is
	appName    string            // the same as in draft, before that has it
	scopes     []plan.Scope      // all that it offers, as they were found first
	scopeNames map[string]string // by ID, lower case
	clients    []client
	asked      int  // permissions that the manifest asks for
	offers     bool // app roles or identifier URIs
	fixes
}

func (r *reader) ignore(path, why string, args ...any) {
	r.ignored = append(r.ignored, Ignored{path, fmt.Sprintf(why, args...)})
}

// object gives each field to what takes it, and names the others.
func (r *reader) object(path string, o object, by map[string]take) {
	for _, f := range o {
		at := dot(path, f.name)
		switch t := by[f.name]; {
		case empty(f.value) && !r.speaks(f.name, f.value):
		case t != nil:
			t(at, f.value)
		case placeholder(f.value) != "":
			r.ignore(at, "%s", placeholder(f.value))
		default:
			r.ignore(at, "%s", whyNot(f.name, f.value))
		}
	}
}

// each gives each object of a list to what takes it. One object in the place of a list is
// read as a list of one, as PowerShell writes it.
func (r *reader) each(t func(path string, o object)) take {
	isObject := func(v any) bool { _, ok := v.(object); return ok }
	return r.eachOf(isObject, func(path string, v any) {
		if o, ok := v.(object); ok {
			t(path, o)
		} else if !empty(v) {
			r.ignore(path, "%s", notObject(v))
		}
	})
}

// eachText is each for a list of text: it gives each element to what takes it, text or not.
func (r *reader) eachText(t take) take {
	isText := func(v any) bool { _, ok := v.(string); return ok && notList(v) == noList }
	return r.eachOf(isText, t)
}

// eachOf gives each element of a list to what takes it, or what is in its place, where that
// may be an element.
func (r *reader) eachOf(isElement func(v any) bool, t take) take {
	return func(path string, v any) {
		if isElement(v) {
			r.fix(fixedOne)
			t(path, v)
			return
		}
		all, ok := v.([]any)
		if !ok {
			r.ignore(path, "%s", notList(v))
			return
		}
		for i, one := range all {
			t(index(path, i), one)
		}
	}
}

// elements are those of a list, or what is in its place.
func elements(v any) []any {
	if all, ok := v.([]any); ok || v == nil {
		return all
	}
	return []any{v}
}

// only takes nothing: it names a value that is not what is expected anyway.
func (r *reader) only(want any, why string) take {
	return func(path string, v any) {
		if s, ok := v.(string); v != want && !(ok && strings.EqualFold(s, fmt.Sprint(want))) {
			r.ignore(path, "%s", why)
		}
	}
}

// text is a value that has to be text, or "".
func (r *reader) text(path string, v any) string {
	s, ok := v.(string)
	if why := placeholder(v); why != "" {
		r.ignore(path, "%s", why)
		return ""
	}
	if !ok {
		r.ignore(path, "is not text, and should be")
	}
	return s
}

// of finds a field.
func (o object) of(name string) any {
	for _, f := range o {
		if f.name == name {
			return f.value
		}
	}
	return nil
}

func (o object) text(name string) string {
	s, _ := o.of(name).(string)
	return s
}

func (r *reader) name(path string, v any) {
	s := r.text(path, v)
	switch {
	case s == "" || s == r.draft.AppName:
	case r.draft.AppName != "":
		r.ignore(path, "the app has another name before this one")
	default:
		r.draft.AppName = s
	}
}

func (r *reader) audience(path string, v any) {
	s := r.text(path, v)
	i := slices.IndexFunc(plan.Audiences, func(a string) bool { return strings.EqualFold(a, s) })
	switch {
	case i >= 0:
		r.draft.Audience = plan.Audiences[i]
	case s != "":
		r.ignore(path, "is not one of Entra's audiences")
	}
}

func (r *reader) flows(path string, v any) {
	if v != true {
		r.ignore(path, "%s", noBool)
		return
	}
	r.draft.PublicClientFlows = true
}

func (r *reader) platform(uris *[]string) take {
	return func(path string, v any) {
		o, ok := v.(object)
		if !ok {
			r.ignore(path, "%s", notObject(v))
			return
		}
		r.object(path, o, map[string]take{
			"redirectUris": r.eachText(func(path string, v any) { r.redirect(uris, path, v) }),
			// It says each URI again, with its place in the portal's list.
			"redirectUriSettings": r.each(func(path string, s object) {
				r.object(path, s, map[string]take{"uri": func(path string, v any) {
					if s, ok := v.(string); !ok || !slices.Contains(elements(o.of("redirectUris")), any(s)) {
						r.ignore(path, "is not among the redirect URIs")
					}
				}})
			}),
		})
	}
}
