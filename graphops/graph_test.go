package graphops

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestTheTokenIsForGraphOnly(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada").(*session)
	for address, want := range map[string]bool{
		s.base + "/me":                    true,
		"https://evil.test/v1.0/me":       false,
		"http://evil.test/v1.0/me":        false,
		s.base + ".evil.test/me":          false,
		s.base + "x/me":                   false,
		"https://127.0.0.1:1/v1.0/me":     false, // the host, but another port
		"https://127.0.0.1@evil.test/":    false,
		"//evil.test/v1.0/me":             false,
		strings.ToUpper(s.base) + "/me":   false,
		w.url + "/" + w.t.ID + "/v2.0/me": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		token, err := s.token.GetAuthorizationToken(t.Context(), u, nil)
		if (token != "") != want || (err == nil) != want {
			t.Errorf("%s got a token: %v, %v", address, token != "", err)
		}
	}
	w.wire = func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "evil.test" {
			t.Error("a next page elsewhere was asked for")
		}
		if r.Method == "POST" {
			return answering(200, `{"responses":[{"id":"0","status":400,"body":`+graphError("Request_BadRequest")+`}]}`), nil
		}
		return answering(200, `{"value":[],"@odata.nextLink":"https://evil.test/v1.0/owners"}`), nil
	}
	if err := owned(t.Context(), s, objectID, []string{objectID}, nil); w.saw(err) == nil || isTemporary(err) {
		t.Errorf("got %v", err)
	}
}

func TestARequestToGraphIsWhatItShouldBe(t *testing.T) {
	w := newWorld(t)
	s := w.session("ada")
	var h http.Header
	w.wire = func(r *http.Request) (*http.Response, error) {
		h = r.Header
		return nil, nil
	}
	if _, _, err := s.EnsureApplication(t.Context(), app("payroll")); err != nil {
		t.Fatal(err)
	}
	id := h["Client-Request-Id"]
	if len(id) != 1 || !strings.Contains(w.log.String(), id[0]) {
		t.Errorf("client-request-id is %q, and should be in the log", id)
	}
	if h.Get("Content-Encoding") != "" || !strings.HasPrefix(h.Get("SdkVersion"), "graph-go/"+sdkVersion) ||
		h.Get("Prefer") != "create-if-missing" {
		t.Errorf("headers %v", h)
	}
	for _, word := range []string{w.t.ID, "payroll", "bea@contoso.com", "ada@contoso.com"} {
		if strings.Contains(w.log.String(), word) {
			t.Errorf("the log has %s in it", word)
		}
	}
}
