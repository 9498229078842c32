package graphops

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/plan"
)

// answering is an answer of Graph's.
func answering(status int, body string, header ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}, "Request-Id": {"req-1"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		Request: &http.Request{}}
}

func graphError(code string) string {
	return `{"error":{"code":"` + code + `","message":"Some text."}}`
}

func TestWhatAnAnswerMeans(t *testing.T) {
	now := time.Now()
	const over, gone = "over", "canceled"
	for _, c := range []struct {
		name  string
		resp  *http.Response
		err   error
		want  string // "temporary", "over", "trouble CODE", or part of the text
		after time.Duration
	}{
		{"throttled", answering(429, graphError("TooManyRequests"), "Retry-After", "17"), nil, "temporary", 17 * time.Second},
		{"throttled until a date", answering(429, "", "Retry-After", now.Add(90*time.Second).UTC().Format(http.TimeFormat)), nil,
			"temporary", 90 * time.Second},
		{"throttled, nobody knows how long", answering(429, "{}", "Retry-After", "soon"), nil, "temporary", 0},
		{"unavailable", answering(503, graphError("serviceNotAvailable"), "Retry-After", "5"), nil, "temporary", 5 * time.Second},
		{"unavailable, in HTML", answering(503, "<html>", "Content-Type", "text/html"), nil, "temporary", 0},
		{"unavailable, without a word", answering(503, ""), nil, "temporary", 0},
		{"a gateway that waited too long", answering(504, graphError("GatewayTimeout")), nil, "temporary", 0},
		{"a bad gateway", answering(502, "x"), nil, "temporary", 0},
		{"an error of the service", answering(500, graphError("InternalServerError")), nil, "temporary", 0},
		{"two at a time", answering(409, graphError("Directory_ConcurrencyViolation")), nil, "temporary", 0},
		{"too new to be known", answering(404, graphError("Directory_ObjectNotFound")), nil, "temporary", 0},
		{"too new to be known, without a word", answering(404, ""), nil, "temporary", 0},
		{"too new to be known, without a code", answering(404, `{"error":{}}`), nil, "temporary", 0},
		{"too new to be known, as a mistake", answering(400, graphError("Directory_ObjectNotFound")), nil, "temporary", 0},
		{"too new to be known, as another mistake", answering(400, graphError("Request_ResourceNotFound")), nil, "temporary", 0},
		{"the token is refused", answering(401, graphError("InvalidAuthenticationToken")), nil, over, 0},
		{"the token is refused until a challenge is met", answering(401, graphError("InvalidAuthenticationToken"), "WWW-Authenticate",
			`Bearer claims=eyJ, error="insufficient_claims"`), nil, over, 0},
		{"forbidden", answering(403, graphError("Authorization_RequestDenied")), nil, "trouble Authorization_RequestDenied", 0},
		{"forbidden, without a code", answering(403, "{}"), nil, "trouble HTTP 403", 0},
		{"an error that is not an object", answering(400, `{"error":"no"}`), nil, "trouble HTTP 400", 0},
		{"an error without an error", answering(400, `{}`), nil, "trouble HTTP 400", 0},
		{"an error that is not JSON", answering(400, `{`), nil, "trouble HTTP 400", 0},
		{"a mistake", answering(400, graphError("Request_BadRequest")), nil, "trouble Request_BadRequest", 0},
		{"a quota", answering(403, `{"error":{"code":"Request_BadRequest","details":[{"code":"Directory_QuotaExceeded"}]}}`), nil,
			"trouble Directory_QuotaExceeded", 0},
		{"a redirect", answering(307, "", "Location", "https://evil.test/"), nil, "redirects the bot to another address (req-1)", 0},
		{"a connection that breaks", nil, io.EOF, "temporary", 0},
		{"a connection that breaks in between", nil, io.ErrUnexpectedEOF, "temporary", 0},
		{"a host that is not there", nil, &url.Error{Op: "Get", URL: "https://x", Err: errors.New("connection refused")}, "temporary", 0},
		{"an answer that is cut off", answering(200, `{"passwordCre`), nil, "temporary", 0},
		{"an answer that is something else", answering(200, `<html>`, "Content-Type", "text/html"), nil, "temporary", 0},
		{"no answer at all", nil, context.DeadlineExceeded, "temporary", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			s := w.session("ada")
			n := 0
			w.wire = func(r *http.Request) (*http.Response, error) {
				if n++; r.URL.Host == "evil.test" {
					t.Error("the token went elsewhere")
				}
				return c.resp, c.err
			}
			_, err := s.Passwords(t.Context(), objectID)
			got := "nothing"
			var after time.Duration
			switch later, _ := errors.AsType[workflow.Temporary](w.saw(err)); {
			case later != nil:
				got, after = "temporary", later.RetryAfter()
			case errors.Is(err, workflow.ErrSessionOver):
				got = over
			case trouble(err) != nil:
				got = "trouble " + trouble(err).Code
				if trouble(err).Ref != "req-1" || trouble(err).Text == "" {
					t.Errorf("%+v", trouble(err))
				}
			case err != nil:
				got = err.Error()
			}
			if !strings.Contains(got, c.want) || (after-c.after).Abs() > 2*time.Second {
				t.Errorf("got %s after %v (%v), want %s after %v", got, after, err, c.want, c.after)
			}
			if n != 1 {
				t.Errorf("it was sent %d times", n)
			}
		})
	}
	t.Run(gone, func(t *testing.T) {
		w := newWorld(t)
		s := w.session("ada")
		ctx, cancel := context.WithCancel(t.Context())
		w.wire = func(r *http.Request) (*http.Response, error) { cancel(); return nil, r.Context().Err() }
		if _, err := s.Passwords(ctx, objectID); w.saw(err) != context.Canceled {
			t.Errorf("got %v", err)
		}
	})
}

func TestOneNoOnServicePrincipalsIsALater(t *testing.T) {
	const twin = `{"error":{"code":"Authorization_RequestDenied","message":"When using this permission, the backing application of the service principal being created must in the local tenant"}}`
	const noApp = `{"error":{"code":"Request_BadRequest","message":"…","details":[{"code":"NoBackingApplicationObject"}]}}`
	w := newWorld(t)
	s := w.session("ada")
	for _, c := range []struct {
		resp  *http.Response
		do    func() error
		later bool
	}{
		{answering(403, twin), func() error { return last(s.EnsureServicePrincipal(t.Context(), principalFor(clientID))) }, true},
		{answering(400, noApp), func() error { return last(s.EnsureServicePrincipal(t.Context(), principalFor(clientID))) }, true},
		{answering(403, twin), func() error { return last(s.Passwords(t.Context(), objectID)) }, false},
	} {
		w.wire = func(*http.Request) (*http.Response, error) { return c.resp, nil }
		if err := w.saw(c.do()); isTemporary(err) != c.later {
			t.Errorf("got %v", err)
		}
	}
}

// What is said to exist and cannot be read is waited for: replicas differ.
func TestWhatExistsButCannotBeReadYetIsWaitedFor(t *testing.T) {
	const exists = `{"error":{"code":"Request_BadRequest","message":"One or more added object references already exist for the following modified properties: 'owners'."}}`
	const taken = `{"error":{"code":"Request_MultipleObjectsWithSameKeyValue","message":"Taken."}}`
	const mistake = `{"error":{"code":"Request_BadRequest","message":"Not a valid reference update."}}`
	inBatch := func(parts ...string) string { return `{"responses":[` + strings.Join(parts, ",") + `]}` }
	none := inBatch(`{"id":"0","status":200,"body":{"value":[]}}`, `{"id":"1","status":200,"body":{"value":[]}}`)
	w := newWorld(t)
	s := w.session("ada", all...)
	w.later(2 * memory.Replication) // then nothing is young, and a mistake is one
	owner := func() error { return owned(t.Context(), s, objectID, []string{clientID}, nil) }
	principal := func() error { return last(s.EnsureServicePrincipal(t.Context(), principalFor(clientID))) }
	role := func() error { return s.EnsureConsent(t.Context(), objectID, []plan.Permission{readDirectory}) }
	scope := func() error { return s.EnsureConsent(t.Context(), objectID, []plan.Permission{readUser}) }
	for _, c := range []struct {
		name  string
		do    func() error
		says  []*http.Response
		later bool
	}{
		{"an owner", owner, []*http.Response{answering(200, inBatch(`{"id":"0","status":400,"body":`+exists+`}`)),
			answering(200, `{"value":[]}`)}, true},
		{"an owner that is a mistake", owner, []*http.Response{answering(200, inBatch(`{"id":"0","status":400,"body":`+mistake+`}`)),
			answering(200, `{"value":[]}`)}, false},
		{"a service principal", principal, []*http.Response{answering(409, taken),
			answering(404, graphError("Request_ResourceNotFound"))}, true},
		{"a service principal that is a mistake", principal,
			[]*http.Response{answering(400, mistake), answering(404, graphError("Request_ResourceNotFound"))}, false},
		{"an app role", role, []*http.Response{answering(200, inBatch(`{"id":"0","status":400,"body":`+exists+`}`)),
			answering(200, none)}, true},
		{"an app role that is a mistake", role, []*http.Response{answering(200, inBatch(`{"id":"0","status":400,"body":`+mistake+`}`)),
			answering(200, none)}, false},
		{"a grant", scope, []*http.Response{answering(200, inBatch(`{"id":"0","status":409,"body":`+taken+`}`)), answering(200, none)},
			true},
		{"a grant that is a mistake", scope, []*http.Response{answering(200, inBatch(`{"id":"0","status":400,"body":`+mistake+`}`)),
			answering(200, none)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.wire = func(*http.Request) (*http.Response, error) {
				if len(c.says) == 0 {
					t.Error("one request too many")
					return nil, io.EOF
				}
				next := c.says[0]
				c.says = c.says[1:]
				return next, nil
			}
			if err := w.saw(c.do()); err == nil || isTemporary(err) != c.later || len(c.says) != 0 {
				t.Errorf("got %v", err)
			}
		})
	}
}
