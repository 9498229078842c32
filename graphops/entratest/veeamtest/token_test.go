package veeamtest

import (
	"net/url"
	"testing"
	"time"
)

func TestTheTokenEndpointIsStrict(t *testing.T) {
	d := newDesk(t, Config{})
	for what, c := range map[string]struct {
		form   url.Values
		status int
		code   string
		says   string
	}{
		"no grant":         {url.Values{}, 400, "ParameterValidationFailure", "The grant type '' is not supported."},
		"an unknown grant": {url.Values{"grant_type": {"client_credentials"}}, 400, "ParameterValidationFailure", "client_credentials"},
		"an unknown field": {url.Values{"grant_type": {"password"}, "scope": {"x"}}, 400, "ParameterValidationFailure",
			"'scope' is not known"},
		"a field twice": {url.Values{"grant_type": {"password", "password"}}, 400, "ParameterValidationFailure", "more than one"},
		"a wrong password": {url.Values{"grant_type": {"password"}, "username": {`host\admin`}, "password": {"x"}}, 401,
			"ResourceAccessDenied", "Incorrect user name or password."},
		"no account": {url.Values{"grant_type": {"password"}}, 401, "ResourceAccessDenied", "Incorrect user name or password."},
		"no client": {url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {"{}"}}, 400,
			"ParameterValidationFailure", "client_id and assertion are required"},
		"a bare JWT": {url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "client_id": {"c"},
			"assertion": {"a.b.c"}}, 400, "ParameterValidationFailure", "not a token response"},
		"a made-up one": {url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "client_id": {"c"},
			"assertion": {`{"token_type":"Bearer","access_token":"a.b.c","refresh_token":"r"}`}}, 401, "ResourceAccessDenied",
			"not valid for Microsoft Graph"},
		"a made-up refresh": {url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r"}}, 401, "ResourceAccessDenied",
			"The refresh token is not valid."},
		"an odd flag": {url.Values{"grant_type": {"password"}, "disable_antiforgery_token": {"1"}}, 400, "ParameterValidationFailure",
			"disable_antiforgery_token"},
	} {
		d.refused(what, d.form("/v8/token", c.form), c.status, c.code, c.says)
	}
	d.refused("JSON", d.call("POST", "/v8/token", "application/json", "{}", ""), 415, "HttpError", "")
	d.refused("GET", d.call("GET", "/v8/token", "", "", ""), 405, "HttpError", "GET")
}

func TestASessionEnds(t *testing.T) {
	d := newDesk(t, Config{Oldest: 7})
	list := func(token string) int { return d.call("GET", "/v8/Organizations", "", "", token).status }
	sign := url.Values{"grant_type": {"password"}, "username": {`HOST\admin`}, "password": {"secret of admin"}}
	if got := d.form("/v8/token", sign).body["access_token"].(string); list(got) != 401 {
		t.Error("a token without its antiforgery token is good")
	}
	sign.Set("disable_antiforgery_token", "true")
	first := d.form("/v8/token", sign).body
	again := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first["refresh_token"].(string)},
		"disable_antiforgery_token": {"true"}}
	second := d.form("/v8/token", again).body
	if list(first["access_token"].(string)) != 401 || list(second["access_token"].(string)) != 200 {
		t.Error("a refreshed token is good, or the new one is not")
	}
	d.refused("a refresh token twice", d.form("/v8/token", again), 401, "ResourceAccessDenied", "")
	if r := d.call("POST", "/v8/token/logout", "", "", second["access_token"].(string)); r.status != 204 {
		t.Errorf("logout: %+v", r)
	}
	if list(second["access_token"].(string)) != 401 || list("") != 401 || list(d.token) != 200 {
		t.Error("logout did not end the session, or ended another")
	}
	if r := d.call("POST", "/v7/token/logout", "", "", d.token); r.status != 200 {
		t.Errorf("logout of /v7: %+v", r)
	}
	third := d.form("/v8/token", sign).body["access_token"].(string)
	d.now = d.now.Add(2 * time.Hour)
	if list(third) != 401 || d.s.Sessions() != 0 {
		t.Error("a token lives for ever")
	}
}
