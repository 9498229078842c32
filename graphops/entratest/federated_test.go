package entratest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/entra-app/entra-app/graphops/entratest"
)

const exchange = "api://AzureADTokenExchange"

func federated(name, subject string) o {
	return o{"name": name, "issuer": "https://token.actions.githubusercontent.com", "subject": subject, "audiences": []any{exchange}}
}

func TestATrustInAnotherIssuerIsKeptUnderItsName(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	path := "/applications/" + a.id + "/federatedIdentityCredentials"
	made := w.must(w.as("mia"), "POST", path, federated("main", "repo:contoso/app:ref:refs/heads/main"))
	if made.status != 201 || made.id() == "" || made.body["description"] != nil {
		t.Errorf("%d %s", made.status, made.raw)
	}
	for _, at := range []string{path + "/" + made.id(), path + "(name='main')",
		"/applications(appId='" + a.appID + "')/federatedIdentityCredentials/" + made.id()} {
		if got := w.must(w.as("ada", "Directory.Read.All"), "GET", at, nil); got.id() != made.id() ||
			got.body["subject"] != "repo:contoso/app:ref:refs/heads/main" {
			t.Errorf("%s: %s", at, got.raw)
		}
	}
	w.must(w.as("mia"), "POST", path, federated("second", "repo:contoso/app:pull_request"))
	if l := w.must(w.as("mia"), "GET", path, nil).values(); len(l) != 2 {
		t.Errorf("list %v", l)
	}
	filter := url.QueryEscape("name eq 'second'")
	if l := w.must(w.as("mia"), "GET", path+"?$filter="+filter+"&$select=name", nil).values(); len(l) != 1 || l[0]["name"] != "second" ||
		l[0]["subject"] != nil {
		t.Errorf("filtered %v", l)
	}
	w.must(w.as("mia"), "PATCH", path+"/"+made.id(), o{"name": "main", "subject": "repo:contoso/app:environment:prod",
		"description": "from CI"})
	got, _ := w.t.Application(a.appID)
	if want := (entratest.FederatedCredential{ID: made.id(), Name: "main", Issuer: "https://token.actions.githubusercontent.com",
		Subject: "repo:contoso/app:environment:prod", Audience: exchange, Description: "from CI"}); len(got.Federated) != 2 ||
		got.Federated[0] != want {
		t.Errorf("kept %+v", got.Federated)
	}
	w.must(w.as("mia"), "DELETE", path+"(name='main')", nil)
	w.refused(w.call(w.as("mia"), "GET", path+"/"+made.id(), nil), 404, "Request_ResourceNotFound", made.id())
	w.must(w.as("mia"), "DELETE", "/applications/"+a.id, nil)
	w.refused(w.call(w.as("mia"), "GET", path, nil), 404, "Request_ResourceNotFound", a.id)
}

func TestANamedTrustIsUpserted(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	upsert := func(name string, body o) reply {
		r := w.request(w.as("mia"), "PATCH", "/applications/"+a.id+"/federatedIdentityCredentials(name='"+name+"')", body)
		r.Header.Set("Prefer", "create-if-missing")
		return w.send(r)
	}
	body := federated("main", "repo:contoso/app")
	if r := upsert("main", body); r.status != 201 || r.body["name"] != "main" {
		t.Errorf("%d %s", r.status, r.raw)
	}
	delete(body, "name")
	if r := upsert("main", body); r.status != 204 {
		t.Errorf("again: %d %s", r.status, r.raw)
	}
	w.refused(upsert("main", federated("other", "x")), 400, "InvalidFederatedIdentityCredentialValue", "name")
	w.refused(w.call(w.as("mia"), "PATCH", "/applications/"+a.id+"/federatedIdentityCredentials(name='new')", federated("new", "y")), 404,
		"Request_ResourceNotFound", "new")
	if c := w.s.Journal(); c[len(c)-2].Op != "upsertFederatedCredential" || c[len(c)-1].Op != "updateFederatedCredential" {
		t.Errorf("ops %s, %s", c[len(c)-2].Op, c[len(c)-1].Op)
	}
}

func TestATrustThatIsNotRightIsRefused(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	path := "/applications/" + a.id + "/federatedIdentityCredentials"
	made := w.must(w.as("mia"), "POST", path, federated("main", "repo:contoso/app"))
	with := func(property string, v any) o {
		f := federated("other", "repo:contoso/other")
		f[property] = v
		return f
	}
	const invalid = "InvalidFederatedIdentityCredentialValue"
	for what, c := range map[string]struct {
		body       o
		code, says string
	}{
		"no name":                  {with("name", ""), invalid, "Name"},
		"a name with a slash":      {with("name", "a/b/c"), invalid, "Name"},
		"a long name":              {with("name", strings.Repeat("x", 121)), invalid, "Name"},
		"an issuer without TLS":    {with("issuer", "http://issuer"), invalid, "Issuer"},
		"an issuer that is no URL": {with("issuer", "github"), invalid, "Issuer"},
		"a space at the end":       {with("subject", "repo "), invalid, "Subject"},
		"no subject":               {with("subject", ""), invalid, "Subject"},
		"no audience":              {with("audiences", []any{}), invalid, "audience"},
		"two audiences":            {with("audiences", []any{"a", "b"}), invalid, "audience"},
		"a long audience":          {with("audiences", []any{strings.Repeat("x", 601)}), invalid, "Audiences"},
		"the same trust":           {with("subject", "repo:contoso/app"), invalid, "combination of issuer and subject must be unique"},
		"an id":                    {with("id", made.id()), "Request_BadRequest", "read-only"},
		"an unknown property":      {with("audience", exchange), "Request_BadRequest", "Invalid property 'audience'"},
		"Entra, for nobody": {o{"name": "other", "issuer": w.url + "/" + w.t.ID + "/v2.0", "subject": a.id,
			"audiences": []any{exchange}}, invalid, "service principal"},
	} {
		if r := w.call(w.as("mia"), "POST", path, c.body); r.status != 400 || r.code() != c.code || !strings.Contains(r.message(), c.says) {
			t.Errorf("%s: %d %s, want 400 %s %q", what, r.status, r.raw, c.code, c.says)
		}
	}
	w.refused(w.call(w.as("mia"), "POST", path, federated("main", "repo:contoso/other")), 409, "Request_MultipleObjectsWithSameKeyValue",
		"FederatedIdentityCredential with name main already exists.")
	w.refused(w.call(w.as("mia"), "PATCH", path+"/"+made.id(), o{"name": "renamed"}), 400, invalid, "name")
	w.refused(w.call(w.as("mia"), "PATCH", path+"/"+made.id(), o{"audiences": []any{}}), 400, invalid, "audience")
	for i := 1; i < 20; i++ {
		w.must(w.as("mia"), "POST", path, federated(fmt.Sprintf("number-%d", i), fmt.Sprintf("repo:contoso/%d", i)))
	}
	w.refused(w.call(w.as("mia"), "POST", path, federated("number-20", "repo:contoso/20")), 400, "Request_BadRequest", "limit of 20")
	if b := w.register("mia", "b"); true { // unique on the app, not in the tenant
		w.must(w.as("mia"), "POST", "/applications/"+b.id+"/federatedIdentityCredentials", federated("main", "repo:contoso/app"))
	}
}

func TestTrustTakesTheRightsOfAnOwner(t *testing.T) {
	w := newWorld(t)
	a := w.register("mia", "x")
	path := "/applications/" + a.id + "/federatedIdentityCredentials"
	w.refused(w.call(w.as("pia"), "POST", path, federated("main", "x")), 403, "Authorization_RequestDenied", "")
	w.refused(w.call(w.as("mia", "Directory.Read.All"), "POST", path, federated("main", "x")), 403, "Authorization_RequestDenied", "")
	w.refused(w.call(w.as("mia", "User.Read"), "GET", path, nil), 403, "Authorization_RequestDenied", "")
	id := w.must(w.as("cloe"), "POST", path, federated("main", "x")).id()
	w.refused(w.call(w.as("pia"), "PATCH", path+"/"+id, o{"subject": "y"}), 403, "Authorization_RequestDenied", "")
	w.refused(w.call(w.as("pia"), "DELETE", path+"/"+id, nil), 403, "Authorization_RequestDenied", "")
}
