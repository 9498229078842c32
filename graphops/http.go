package graphops

import (
	"errors"
	"io"
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

// bodyOf reads an answer's body and puts it back.
func bodyOf(resp *http.Response) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	resp.Body.Close()
	resp.Body = io.NopCloser(strings.NewReader(string(b)))
	return b, err
}
