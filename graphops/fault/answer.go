package fault

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// An Answer is a service saying something else than yes. Nobody but who asked sees it:
// Meaning says what it means.
type Answer struct {
	Status int
	Ref    string // request-id

	op      Operation
	code    string
	details []string // their codes
	message string
	after   time.Duration
}

func (a *Answer) Error() string {
	return fmt.Sprintf("%s: %d %s (request-id %s)", a.op.Name, a.Status, a.code, a.Ref)
}

// Read reads an error as Graph and Azure write it. A body that is none is no answer
// less: then the status is all there is.
func (op Operation) Read(status int, h http.Header, body []byte, now time.Time) *Answer {
	a := &Answer{op: op, Status: status, Ref: h.Get("request-id"), after: RetryAfter(h, now)}
	var said struct {
		Error struct {
			Code, Message string
			Details       []struct{ Code string }
			InnerError    struct { // also spelled innererror, which encoding/json takes as well
				RequestID string `json:"request-id"`
			}
		}
	}
	if json.Unmarshal(body, &said) != nil {
		return a
	}
	a.code, a.message = said.Error.Code, said.Error.Message
	for _, d := range said.Error.Details {
		a.details = append(a.details, d.Code)
	}
	if a.Ref == "" {
		a.Ref = said.Error.InnerError.RequestID
	}
	return a
}

// codes are all that it has: its own, and those of its details.
func (a *Answer) codes() []string { return append([]string{a.code}, a.details...) }

// HasCode reports whether the answer has this code, or a detail has.
func (a *Answer) HasCode(code string) bool { return slices.Contains(a.codes(), code) }

// says is for telling apart what has one code, where the state is read back
// after it. It never decides alone, with one exception that is named there.
func (a *Answer) says(fragment string) bool {
	return strings.Contains(strings.ToLower(a.message), fragment)
}

// NotFound reports whether something that the request was about is not there, or not
// known to the replica that answered. That one may have no words for it, and calls
// it a mistake where the object is in the body.
func (a *Answer) NotFound() bool {
	return a.Status == http.StatusNotFound || a.HasCode("Request_ResourceNotFound") || a.HasCode("Directory_ObjectNotFound") ||
		a.HasCode("ResourceNotFound")
}

// Exists reports whether Graph seems to mean that a thing is there already.
func (a *Answer) Exists() bool {
	return a.Status == http.StatusConflict && a.code != "Directory_ConcurrencyViolation" || a.HasCode("ObjectConflict") ||
		a.HasCode("Request_MultipleObjectsWithSameKeyValue") || a.says("already exist")
}

// input are the codes of a "no" to what was sent, by itself. Waiting changes nothing about it.
func (a *Answer) input() bool {
	return slices.ContainsFunc(a.codes(), func(code string) bool {
		_, ok := advice[code]
		return ok || strings.HasPrefix(code, "KeyCredentialsInvalid") || strings.Contains(code, "AsPerAppPolicy") ||
			code == "InvalidFederatedIdentityCredentialValue" || code == "HostNameNotOnVerifiedDomain"
	})
}

// WrongByItself reports whether an answer says that the request is wrong, whatever a replica
// has heard of.
func (a *Answer) WrongByItself() bool { return a.input() || a.malformed() }

// behindCodes are those of a replica that is behind, and of nothing else.
var behindCodes = []string{"NoBackingApplicationObject", "Error_MsaAppDoesNotExist", "RoleDefinitionDoesNotExist", "PrincipalNotFound"}

// IsBehind reports whether a "no" about something young may be of a replica that has not
// heard of it. It is the one place that decides that.
func (a *Answer) IsBehind() bool {
	switch {
	case a.WrongByItself(), a.op.Settled:
		return false
	case a.NotFound(), slices.ContainsFunc(behindCodes, a.HasCode):
		return true
	case a.Status == http.StatusForbidden: // it is about the person, but for one said of a new service principal
		return a.op.Refers && a.says("backing application")
	}
	return a.op.Refers && (a.Status == http.StatusBadRequest || a.Status == http.StatusConflict)
}
