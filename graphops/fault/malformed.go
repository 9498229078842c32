package fault

import (
	"regexp"
	"slices"
)

// What a 400 says of a request that no replica would take, however much it has heard of.
// Such answers share their codes with those about something young, so their words are all
// that there is to go by. They are few, and none of them names anything that could be
// young. Whatever is not among them is waited for.

// unreadable are what Graph says of a body that it cannot read, or that has a property
// which the type does not have.
// Sources: microsoft-graph-docs-contrib 6337; Microsoft365DSC 7182.
var unreadable = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^unable to read json request payload`),
	regexp.MustCompile(`(?i)^invalid property '`),
}

// invalidValue is what it says of a value. It has been seen to go away for "web", which
// holds others (reliable-web-app-pattern-dotnet 357), so it counts for plain values only.
var invalidValue = regexp.MustCompile(`(?i)^invalid value specified for property '([^']*)'`)

// plainValues are properties whose values are texts and dates, and refer to nothing.
var plainValues = []string{"displayName", "description", "notes", "startDateTime", "endDateTime", "adminConsentDisplayName",
	"adminConsentDescription", "userConsentDisplayName", "userConsentDescription", "consentType"}

// malformed reports whether an answer says that the request is wrong by itself.
func (a *Answer) malformed() bool {
	if slices.ContainsFunc(unreadable, func(says *regexp.Regexp) bool { return says.MatchString(a.message) }) {
		return true
	}
	of := invalidValue.FindStringSubmatch(a.message)
	return of != nil && slices.Contains(plainValues, of[1])
}
