package manifest

import (
	"slices"
	"strings"
)

// Why something of a manifest is not in the draft, and whether that is anybody's loss.

const (
	notSet    = "this bot does not set it"
	newIDs    = "Entra gives every app a new one"
	uniqueOwn = "the bot gives every app a unique name of its own"
	entras    = "Entra writes it"
	ofAnswer  = "it belongs to Graph's answer, not to the app"
	ownScope  = "the new scope gets an ID of its own"
	ownRole   = "the new app role gets an ID of its own"
	nobodys   = "this bot leaves it to Entra for an app that offers nothing"
	unlocked  = "this bot sets the app instance lock for every app, as Entra does for new ones"
	versionIs = "a new API gets access tokens of version 2, with another issuer and audience than those of version 1: " +
		"what checks them has to expect that, or one of the app's owners sets 1 in Entra (Manifest)"
	versionNot = "the bot leaves it to Entra for an app without scopes, which issues access tokens of version 1: " +
		"one of the app's owners sets 2 in Entra (Manifest), if what checks them expects that"
	versionBad = "is neither 1 nor 2"
	implicit   = "this bot does not enable the implicit flow"
	inForm     = "choose it in the form"
)

// minor are the reasons for which it is nobody's loss.
var minor = []string{newIDs, uniqueOwn, entras, ofAnswer, ownScope, ownRole, nobodys}

// Minor reports whether it is nobody's loss: every new app has such a value anyway.
func (i Ignored) Minor() bool { return slices.Contains(minor, i.Why) }

// reasons are those that are not notSet.
var reasons = map[string]string{
	"id": newIDs, "appId": newIDs, "objectId": newIDs, "keyId": newIDs, "uniqueName": uniqueOwn,
	"createdDateTime": entras, "deletedDateTime": entras, "publisherDomain": entras, "certification": entras,
	"disabledByMicrosoftStatus": entras, "createdByAppId": entras,
	"verifiedPublisher":              "it is verified for each app: one of the app's owners does that in Entra (Branding & properties)",
	"applicationTemplateId":          "the bot makes no app from a template of Entra's gallery, and what the template sets is not set",
	"logoUrl":                        "the logo is not copied: one of the app's owners adds it in Entra (Branding & properties)",
	"implicitGrantSettings":          implicit,
	"oauth2AllowImplicitFlow":        implicit,
	"oauth2AllowIdTokenImplicitFlow": implicit,
	"federatedIdentityCredentials":   inForm,
	"owners":                         inForm,
}

// whyNot is why a property is not taken over that nothing takes.
func whyNot(name string, v any) string {
	bound, binds := strings.CutSuffix(name, "@odata.bind") // a reference, as in "owners@odata.bind"
	switch {
	case strings.Contains(name, "@") && !binds, name == "additionalProperties" && annotations(v):
		return ofAnswer
	case reasons[bound] != "":
		return reasons[bound]
	}
	return notSet
}

// annotations reports whether PowerShell's AdditionalProperties hold nothing of the app.
func annotations(v any) bool {
	o, ok := v.(object)
	return ok && !slices.ContainsFunc(o, func(f field) bool { return !strings.Contains(f.name, "@") && !empty(f.value) })
}

// onAnyway are properties that a new app has switched on unless it is told otherwise, by
// what they are in: false says something there.
// Sources: Graph, servicePrincipalLockConfiguration and authenticationBehaviors resource types.
var onAnyway = map[string]string{
	"servicePrincipalLockConfiguration": "isEnabled",
	"authenticationBehaviors":           "removeUnverifiedEmailClaim",
}

// switchesOff reports whether a property that looks empty switches something off.
func switchesOff(name string, v any) bool {
	o, _ := v.(object)
	return onAnyway[name] != "" && o.of(onAnyway[name]) == false
}

// instanceLock is set for every app, to all that can be locked.
func (r *reader) instanceLock(path string, v any) {
	if o, _ := v.(object); o.of("isEnabled") != true || o.of("allProperties") != true {
		r.ignore(path, "%s", unlocked)
	}
}

// tokenVersion is the version of access tokens that the manifest asks for; null is 1. It
// decides their issuer and audience. Source: Graph, apiApplication resource type.
func (r *reader) tokenVersion(path string, v any) {
	asked, made := number("1"), number("1")
	if v != nil {
		asked, _ = v.(number)
	}
	if len(r.scopes) > 0 {
		made = tokenVersion
	}
	switch {
	case asked != "1" && asked != "2":
		r.ignore(path, "%s", versionBad)
	case asked == made:
	case made == tokenVersion:
		r.ignore(path, "%s", versionIs)
	case r.offers:
		r.ignore(path, "%s", versionNot)
	default:
		r.ignore(path, "%s", nobodys)
	}
}

// speaks reports whether an empty value says something all the same: that something which
// new apps have is off, or that an API's tokens are of the version that null stands for.
func (r *reader) speaks(name string, v any) bool {
	isVersion := name == "requestedAccessTokenVersion" || name == "accessTokenAcceptedVersion"
	return switchesOff(name, v) || isVersion && v == nil && len(r.scopes) > 0
}
