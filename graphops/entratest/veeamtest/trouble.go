package veeamtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// A problem is an answer that is not a success.
type problem struct {
	status        int
	code, message string
}

func (p *problem) Error() string { return p.message }

func bad(format string, args ...any) error {
	return &problem{http.StatusBadRequest, "ParameterValidationFailure", fmt.Sprintf(format, args...)}
}

func denied(status int, message string) error {
	return &problem{status, "ResourceAccessDenied", message}
}

// exception is RESTExceptionInfo on the wire.
type exception struct {
	Message    string  `json:"message"`
	ErrorCode  string  `json:"errorCode,omitempty"`
	StackTrace *string `json:"stackTrace,omitempty"`
}

// refused is the answer for an error.
func (c *call) refused(err error) answer {
	p, is := errors.AsType[*problem](err)
	if !is {
		p = &problem{http.StatusInternalServerError, "HttpError", err.Error()}
	}
	message := p.message
	if c.s.knobs.Echo {
		message += " The request was: " + string(c.body)
	}
	if c.gen != nil && c.gen.oauth && c.op == "token" && p.status < 500 {
		return answer{http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": message}}
	}
	x := exception{Message: message}
	if c.gen != nil && slices.Contains(c.gen.codes, p.code) {
		x.ErrorCode = p.code
	}
	return answer{p.status, x}
}

// A Failure is how a call fails. The zero Failure closes the connection.
type Failure struct {
	Status  int
	Code    string // "ProxyOffline"; empty means an answer that is not Veeam's, with Message as it is
	Message string
}

type fault struct {
	op   string
	when entratest.When
	how  Failure
	left int
}

// Fail makes the next calls of an operation fail, so many times. With
// entratest.After everything is executed; a call that would have failed by itself
// does not count. It panics on a name that is not one of Ops, as a fault that
// never happens would make a test prove nothing.
func (s *Server) Fail(op string, when entratest.When, how Failure, times int) {
	if !slices.Contains(Ops(), op) {
		panic("veeamtest: there is no operation " + op)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{op, when, how, times})
}

// fails takes one from the first fault that is due.
func (s *Server) fails(op string, when entratest.When) *fault {
	for _, f := range s.faults {
		if f.op == op && f.when == when && f.left > 0 {
			f.left--
			return f
		}
	}
	return nil
}

func (c *call) fault(f *fault) (a answer, cut bool) {
	switch h := f.how; {
	case h.Status == 0:
		return answer{}, true
	case h.Code == "":
		return answer{h.Status, h.Message}, false
	default:
		return c.refused(&problem{h.Status, h.Code, h.Message}), false
	}
}

// Journal returns every call so far, oldest first, without secrets. Code is
// errorCode; User is the account, or the UPN of a person.
func (s *Server) Journal() []entratest.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

// hushed are the names whose values are secret, in forms and in JSON.
var hushed = []string{"password", "assertion", "refresh_token", "access_token", "applicationcertificate",
	"applicationcertificatepassword", "applicationsecret", "usercode"}

const redacted = "[redacted]"

// record writes a call into the journal.
func (s *Server) record(c *call, a answer, cut bool) {
	e := entratest.Entry{Time: s.cfg.Now(), Op: c.op, Method: c.r.Method, Path: c.r.URL.Path, Status: a.status}
	if len(c.query) > 0 {
		e.Path += "?" + c.query.Encode()
	}
	if cut {
		e.Status = 0
	}
	if x, is := a.body.(exception); is {
		e.Code = x.ErrorCode
	}
	if c.who != nil {
		e.User = c.who.name
		if c.who.tenant != nil {
			e.Tenant = c.who.tenant.ID
		}
	}
	switch {
	case c.form != nil:
		f := url.Values{}
		for k := range c.form {
			f.Set(k, c.form.Get(k))
			if slices.Contains(hushed, strings.ToLower(k)) {
				f.Set(k, redacted)
			}
		}
		e.Body = f.Encode()
	case len(c.body) > 0:
		var v any
		e.Body = "[not JSON]"
		if json.Unmarshal(c.body, &v) == nil {
			b, _ := json.Marshal(hush(v))
			e.Body = string(b)
		}
	}
	s.journal = append(s.journal, e)
	s.cfg.Log.Info("call", slog.String("op", e.Op), slog.String("method", e.Method), slog.String("path", e.Path),
		slog.Int("status", e.Status), slog.String("code", e.Code), slog.String("user", e.User))
}

func hush(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			if v[k] = hush(v[k]); v[k] != nil && slices.Contains(hushed, strings.ToLower(k)) {
				v[k] = redacted
			}
		}
	case []any:
		for i := range v {
			v[i] = hush(v[i])
		}
	}
	return v
}
