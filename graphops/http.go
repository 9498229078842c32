package graphops

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	khttp "github.com/microsoft/kiota-http-go"
	graphcore "github.com/microsoftgraph/msgraph-sdk-go-core"
)

// callLimit ends a call that nobody answers.
const callLimit = 30 * time.Second

// httpClient returns a client that follows no redirect: one would carry a
// secret or a token to where nobody meant it to go.
func httpClient(given *http.Client) *http.Client {
	hc := &http.Client{}
	if given != nil {
		*hc = *given
	}
	if hc.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout = callLimit
		t.MaxIdleConnsPerHost = 8
		hc.Transport = t
	}
	if hc.Timeout == 0 {
		hc.Timeout = callLimit
	}
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return hc
}

// sdkVersion is the version of msgraph-sdk-go in go.mod, for Microsoft's
// telemetry. A test compares the two.
const sdkVersion = "1.89.0"

// pipeline returns the client that kiota uses. The order of its handlers and
// those that are left out are explained in the package comment.
func pipeline(hc *http.Client) *http.Client {
	p := *hc
	p.Transport = khttp.NewCustomTransportWithParentTransport(&recorder{hc.Transport},
		graphcore.NewGraphTelemetryHandler(&graphcore.GraphClientOptions{GraphServiceLibraryVersion: sdkVersion}),
		khttp.NewParametersNameDecodingHandler(),
		khttp.NewUserAgentHandler(),
	)
	return &p
}

// A call is what the recorder notes of one request to Graph, because kiota's
// errors do not always say it.
type call struct {
	id     string // client-request-id
	status int    // 0 if there was no answer
	header http.Header
	body   []byte // of an error
}

type callKey struct{}

// A recorder is the last part of the pipeline.
type recorder struct{ next http.RoundTripper }

// errRedirect says that Graph wanted to send us elsewhere.
var errRedirect = errors.New("graphops: a redirect is not followed")

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	c, _ := req.Context().Value(callKey{}).(*call)
	if c == nil {
		return nil, errors.New("graphops: a request that did not come through graph.send")
	}
	req.Header.Set("client-request-id", c.id) // the telemetry handler has added one of its own
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	c.status, c.header = resp.StatusCode, resp.Header
	if resp.StatusCode/100 == 3 {
		resp.Body.Close()
		return nil, errRedirect
	}
	if resp.StatusCode >= 400 {
		if c.body, err = bodyOf(resp); err != nil {
			return nil, err
		}
	}
	// With a claims challenge in it kiota would send the same token once more,
	// and panic over one without quotes.
	resp.Header.Del("WWW-Authenticate")
	return resp, nil
}

// A loginClient is the HTTP client that MSAL is given.
type loginClient struct {
	http *http.Client
	log  *slog.Logger
	now  func() time.Time
}

// Do sends a request, a poll for a device code at its proper time.
func (c *loginClient) Do(req *http.Request) (*http.Response, error) {
	if p, ok := req.Context().Value(pollingKey{}).(*polling); ok {
		return p.do(c, req)
	}
	resp, err := c.send(req)
	if s, ok := req.Context().Value(spellingKey{}).(*spelling); ok && err == nil {
		return respelled(resp, s)
	}
	return resp, err
}

// CloseIdleConnections is there because MSAL's interface has it.
func (c *loginClient) CloseIdleConnections() { c.http.CloseIdleConnections() }

func (c *loginClient) send(req *http.Request) (*http.Response, error) {
	began := c.now()
	resp, err := c.http.Do(req)
	status := 0
	if err == nil {
		status = resp.StatusCode
	}
	c.log.DebugContext(req.Context(), "login", "method", req.Method, "path", loginPath(req.URL.Path), "status", status,
		"took", c.now().Sub(began), "client-request-id", req.Header.Get("client-request-id"))
	return resp, err
}

// loginPath is a path of the sign-in service without the tenant.
func loginPath(path string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/{tenant}/" + rest
}

// bodyOf reads an answer's body and puts it back.
func bodyOf(resp *http.Response) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	resp.Body.Close()
	resp.Body = io.NopCloser(strings.NewReader(string(b)))
	return b, err
}

// sleep waits, or returns why it could not.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
