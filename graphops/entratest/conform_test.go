package entratest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

var schema = sync.OnceValues(func() (routers.Router, error) {
	raw, err := os.ReadFile("testdata/graph-openapi.json")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	doc.Security = nil
	return gorillamux.NewRouter(doc)
})

// conforms holds an exchange against Microsoft's description of Graph. Paths
// that are not in it are left out: /users, roleDefinitions, passwords of service principals.
func conforms(t *testing.T, r *http.Request, resp *http.Response, body []byte) {
	t.Helper()
	router, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	in := r.Clone(context.Background())
	u, _ := url.Parse("https://graph.microsoft.com" + r.URL.RequestURI())
	in.URL, in.Host = u, u.Host
	in.Body = http.NoBody
	if r.GetBody != nil {
		in.Body, _ = r.GetBody()
	}
	route, params, err := router.FindRoute(in)
	if err != nil {
		if resp.StatusCode < 300 && !strings.HasPrefix(r.URL.Path, "/v1.0/users") && !strings.Contains(r.URL.Path, "/roleDefinitions") &&
			!strings.Contains(r.URL.Path, "/roleEligibilitySchedules") && !strings.HasPrefix(r.URL.Path, "/v1.0/groups") &&
			!(strings.Contains(r.URL.Path, "/servicePrincipals/") && strings.Contains(strings.ToLower(r.URL.Path), "memberof")) &&
			!(strings.Contains(r.URL.Path, "/servicePrincipals/") && strings.HasSuffix(r.URL.Path, "Password")) {
			t.Errorf("%s %s is not in the description: %v", r.Method, r.URL, err)
		}
		return
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
		MultiError: true}
	request := &openapi3filter.RequestValidationInput{Request: in, PathParams: params, Route: route, Options: options}
	if resp.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(context.Background(), request); err != nil {
			t.Errorf("%s %s was accepted, but: %v", r.Method, r.URL, err)
		}
	}
	answer := &openapi3filter.ResponseValidationInput{RequestValidationInput: request, Status: resp.StatusCode, Header: resp.Header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: options}
	if err := openapi3filter.ValidateResponse(context.Background(), answer); err != nil {
		t.Errorf("%s %s answered %d with %.300s, but: %v", r.Method, r.URL, resp.StatusCode, body, err)
	}
}
