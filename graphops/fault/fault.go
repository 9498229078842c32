// Package fault decides what an answer other than yes means: of Microsoft Graph, of Azure
// Resource Manager, and of a connection that broke. It is the only place that does.
//
//   - What may go away by itself is a *[Later]: throttling, 5xx, lost connections.
//   - What may go away because something is young is a *[Spreading]: Entra and Azure are many
//     replicas, and one of them has not heard of it. It says what it was if it lasts.
//   - A refused token is workflow.ErrSessionOver.
//   - A no is a *workflow.ServiceError, with the reason for people.
//   - What says nothing about what was asked is an error of its own, which nobody may take for
//     a no: a call that would have sent the token elsewhere, and a list without an end, which
//     is a *[Partial].
//
// An [Operation] says what was asked, and [Operation.Read] reads the [Answer] to it. Only
// [Meaning] tells a no from a replica that is behind, and has to be told whether what was
// asked about is young: neither code nor text tells them apart.
//
// What the sign-in service says is in package login, as all of it comes through MSAL.
package fault

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// An Operation is what a request does.
type Operation struct {
	Name  string // for logs
	Words string // for people: the end of "Entra did not let this account …"
	Roles string // the directory roles that it takes, in words; empty where they are not known

	// Refers says that its requests name something other than what they change, which the
	// replica that answers need not have heard of. It calls that a mistake, in words that say
	// nothing of the kind.
	// Sources: azure-cli; hashicorp/terraform-provider-azuread, service_principal_resource.go
	// and app_role_assignment_resource.go; terraform-provider-azurerm 10479 and 19916.
	Refers bool
	// Settled says that it is about Microsoft's own applications, which are not young.
	Settled bool
	// Certificates says that what a policy has against its credentials is about certificates.
	Certificates bool
}

// Meaning says what an error is to whoever asked. young says that what was asked about may
// only be too new for the replica that answered.
func Meaning(err error, young bool) error {
	a, ok := errors.AsType[*Answer](err)
	if !ok {
		return err
	}
	switch {
	case a.Status/100 == 3:
		return Graph.Redirected(a.Ref)
	case a.Status == http.StatusUnauthorized:
		return workflow.ErrSessionOver
	case a.Status == http.StatusTooManyRequests:
		return a.later("throttled")
	case a.Status >= 500, a.Status == http.StatusRequestTimeout, a.Status == http.StatusFailedDependency, a.Status == http.StatusLocked:
		return a.later("the service is not well")
	case a.HasCode("Directory_ConcurrencyViolation"):
		return a.later("somebody changed it at the same time")
	case young && a.IsBehind():
		return a.Lag()
	}
	return a.no()
}

// Worst returns the error that decides for all: the end of the session before a
// "no", and a "no" before what may go away, of which the longest wait counts.
func Worst(errs []error) error {
	rank := func(err error) int {
		switch _, temporary := err.(workflow.Temporary); {
		case err == workflow.ErrSessionOver:
			return 4
		case err != nil && !temporary:
			return 3
		case temporary:
			return 2
		}
		return 1
	}
	var most error
	for _, err := range errs {
		a, _ := err.(workflow.Temporary)
		b, _ := most.(workflow.Temporary)
		if most == nil || rank(err) > rank(most) || a != nil && b != nil && a.RetryAfter() > b.RetryAfter() {
			most = err
		}
	}
	return most
}

// Status is the status of an answer, or 0.
func Status(err error) int {
	if a, ok := errors.AsType[*Answer](err); ok {
		return a.Status
	}
	return 0
}

// IsLost reports whether what an error is about may be done all the same: it was sent,
// and nothing was answered, or that the service failed.
func IsLost(err error) bool {
	failed := func(status int) bool { return status < 300 || status >= 500 } // 0 is no answer, and a success cannot be read
	switch e := err.(type) {
	case *Answer:
		return failed(e.Status)
	case *Later:
		return failed(e.Status) && !e.NotDone()
	}
	return errors.Is(err, context.Canceled)
}

// isNetwork reports whether err is a connection that did not come about or broke.
func isNetwork(err error) bool {
	_, isURL := errors.AsType[*url.Error](err)
	_, isNet := errors.AsType[net.Error](err)
	return isURL || isNet || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// Cause is the text of a network error, without the address of the request.
func Cause(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err.Error()
	}
	return err.Error()
}

// RetryAfter reads a Retry-After header: seconds or a date.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.Atoi(v); err == nil {
		return min(max(0, time.Duration(min(n, 1<<20))*time.Second), time.Hour)
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(0, at.Sub(now)), time.Hour)
	}
	return 0
}
