package entratest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Counting takes an advanced query: learn.microsoft.com/graph/aad-advanced-queries.
func TestACountTakesAnAdvancedQuery(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	w.register("ada", "counted")
	for _, eventual := range []bool{false, true} {
		r := w.request(ada, "GET", "/applications?$count=true&$select=id", nil)
		if eventual {
			r.Header.Set("ConsistencyLevel", "eventual")
		}
		if answer := w.send(r); answer.status != 200 || strings.Contains(string(answer.raw), "@odata.count") != eventual {
			t.Errorf("eventual %v: %d %s", eventual, answer.status, answer.raw)
		}
	}
}

// An app has no /me, whatever it may: microsoftgraph/msgraph-sdk-php 1163.
func TestAnAppIsToldThatMeIsForPeople(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "daemon")
	secret := w.must(w.as("ada"), "POST", "/applications/"+a.id+"/addPassword", o{}).body["secretText"].(string)
	status, body := w.form("/"+w.t.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {a.appID},
		"client_secret": {secret}, "scope": {w.url + "/.default"}})
	if status != 200 {
		t.Fatal(body)
	}
	for _, path := range []string{"/me", "/me/memberOf"} {
		w.refused(w.call(body["access_token"].(string), "GET", path, nil), 400, "BadRequest",
			"/me request is only valid with delegated authentication flow.")
	}
}

func TestASecretComesByHTTPBasicToo(t *testing.T) {
	w := newWorld(t)
	a := w.register("ada", "daemon")
	secret := w.must(w.as("ada"), "POST", "/applications/"+a.id+"/addPassword", o{}).body["secretText"].(string)
	for what, c := range map[string]struct {
		id, secret string
		form       url.Values
		status     int
	}{
		"it is":           {a.appID, url.QueryEscape(secret), nil, 200},
		"of another":      {a.appID, "wrong", nil, 401},
		"in both places":  {a.appID, url.QueryEscape(secret), url.Values{"client_secret": {secret}}, 400},
		"with another ID": {a.appID, url.QueryEscape(secret), url.Values{"client_id": {w.t.ID}}, 400},
	} {
		f := url.Values{"grant_type": {"client_credentials"}, "scope": {w.url + "/.default"}}
		for k, v := range c.form {
			f[k] = v
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/"+w.t.ID+"/oauth2/v2.0/token",
			strings.NewReader(f.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(c.id, c.secret)
		resp, err := w.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if body := object(t, resp.Body); resp.StatusCode != c.status || (body["access_token"] != nil) != (c.status == 200) {
			t.Errorf("%s: %d %v", what, resp.StatusCode, body["error_description"])
		}
		resp.Body.Close()
	}
}

// learn.microsoft.com/graph/api/resources/user: otherMails is returned on $select only.
func TestTheOtherMailsOfAPersonAreShownOnSelect(t *testing.T) {
	w := newWorld(t)
	if me := w.must(w.as("ada"), "GET", "/me?$select=id,otherMails", nil); !strings.Contains(string(me.raw), `"otherMails":[]`) {
		t.Errorf("%s", me.raw)
	}
	if me := w.must(w.as("ada"), "GET", "/me", nil); strings.Contains(string(me.raw), "otherMails") {
		t.Errorf("%s", me.raw)
	}
}
