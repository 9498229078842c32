package login

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// bareKey marks the context of a sign-in that only shows who somebody is.
type bareKey struct{}

// unasked are scopes that MSAL adds to every sign-in. offline_access brings a refresh token,
// with which the client could act for that person for months; profile brings names.
// Source: Scopes and permissions in the Microsoft identity platform, OpenID Connect scopes.
var unasked = []string{"offline_access", "profile"}

// bare is a request of MSAL's without those scopes.
func bare(req *http.Request) (*http.Request, error) {
	if req.Method != http.MethodPost || req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, err
	}
	if form.Has("scope") {
		left := slices.DeleteFunc(strings.Fields(form.Get("scope")), func(s string) bool { return slices.Contains(unasked, s) })
		form.Set("scope", strings.Join(left, " "))
	}
	text := form.Encode()
	again := req.Clone(req.Context())
	again.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	again.Body, again.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	return again, nil
}
