package entratest

import (
	"errors"
	"fmt"
	"net/http"
)

// A problem is an answer of Graph that is not a success.
type problem struct {
	status        int
	code, message string
	details       []detail
	header        map[string]string
}

type detail struct {
	Code    string `json:"code"`
	Target  string `json:"target,omitempty"`
	Message string `json:"message"`
}

func (p *problem) Error() string { return p.code + ": " + p.message }

func bad(format string, args ...any) error {
	return &problem{status: 400, code: "Request_BadRequest", message: fmt.Sprintf(format, args...)}
}

// notFound is also what a replica answers that has not heard of id yet.
func notFound(id string) error {
	return &problem{status: 404, code: "Request_ResourceNotFound",
		message: fmt.Sprintf("Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)}
}

// unknownYet is what a write gets whose replica does not know the new object.
func unknownYet() error {
	return &problem{status: 404, code: "Directory_ObjectNotFound", message: "Unable to read the company information from the directory."}
}

func denied() error {
	return &problem{status: 403, code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation."}
}

func conflict() error {
	return &problem{status: 400, code: "Request_BadRequest",
		message: "Another object with the same value for property already exists. A conflicting object with one or more of the " +
			"specified property values is present in the directory.",
		details: []detail{{Code: "ObjectConflict",
			Message: "A conflicting object with one or more of the specified property values is present in the directory."}}}
}

func unauthorized(message string) error {
	return &problem{status: 401, code: "InvalidAuthenticationToken", message: message,
		header: map[string]string{"WWW-Authenticate": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`}}
}

// byStatus is the problem that a fault answers with.
func byStatus(status int) *problem {
	p := &problem{status: status, code: "UnknownError", message: http.StatusText(status)}
	switch status {
	case 400:
		p.code, p.message = "Request_BadRequest", "The request was made to fail."
	case 401:
		p = unauthorized("Access token has expired or is not yet valid.").(*problem)
	case 403:
		p = denied().(*problem)
	case 404:
		p = unknownYet().(*problem)
	case 409:
		p.code, p.message = "Directory_ConcurrencyViolation", "Request failed due to concurrency violation. Please try again."
	case 429:
		p.code, p.message, p.header = "TooManyRequests", "Too many requests.", map[string]string{"Retry-After": "1"}
	case 500:
		p.code, p.message = "InternalServerError", "Internal server error."
	case 502:
		p.code, p.message = "BadGateway", "Bad gateway."
	case 503:
		p.code, p.message, p.header = "serviceNotAvailable",
			"The service is temporarily unavailable. Please retry after the specified time period.", map[string]string{"Retry-After": "1"}
	case 504:
		p.code, p.message = "GatewayTimeout", "The gateway did not get an answer in time."
	}
	return p
}

// An answer is what Graph says to one call.
type answer struct {
	status int
	header map[string]string
	body   any  // nil means none
	cut    bool // the connection is closed without an answer
}

func ok(body any) (answer, error) { return answer{status: 200, body: body}, nil }

func created(body any) (answer, error) { return answer{status: 201, body: body}, nil }

func noContent() (answer, error) { return answer{status: 204}, nil }

// refusal turns an error into the answer for a call.
func refusal(err error, c *call) answer {
	p, is := errors.AsType[*problem](err)
	if !is {
		p = &problem{status: 500, code: "InternalServerError", message: err.Error()}
	}
	if c.azure {
		return answer{status: p.status, header: p.header, body: object{"error": object{"code": p.code, "message": p.message}}}
	}
	e := object{"code": p.code, "message": p.message,
		"innerError": object{"date": c.at.Format("2006-01-02T15:04:05"), "request-id": c.id, "client-request-id": c.clientID}}
	if p.details != nil {
		e["details"] = p.details
	}
	return answer{status: p.status, header: p.header, body: object{"error": e}}
}
