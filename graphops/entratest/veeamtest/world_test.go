package veeamtest

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

type o = map[string]any

// A desk is a server with one account and a tenant, and who calls it.
type desk struct {
	*testing.T
	s     *Server
	token string
	now   time.Time
}

func newDesk(t *testing.T, c Config) *desk {
	t.Helper()
	d := &desk{T: t, now: time.Now()}
	c.Entra = entratest.New(entratest.Config{})
	c.Now = func() time.Time { return d.now }
	c.Entra.AddTenant(entratest.Tenant{Domain: "contoso.onmicrosoft.com"})
	c.Entra.AddTenant(entratest.Tenant{Domain: "fabrikam.onmicrosoft.com"})
	d.s = New(c)
	d.s.AddAccount(`HOST\admin`, "secret of admin")
	f := url.Values{"grant_type": {"password"}, "username": {`host\ADMIN`}, "password": {"secret of admin"}}
	if d.s.cfg.Version >= 7 {
		f.Set("disable_antiforgery_token", "true")
	}
	d.token, _ = d.form(fmt.Sprintf("/v%d/token", d.s.cfg.Version), f).body["access_token"].(string)
	if d.token == "" {
		t.Fatal("nobody can sign in")
	}
	return d
}

type reply struct {
	status int
	body   o
}

func (d *desk) call(method, path, kind, body, token string) reply {
	d.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	d.s.ServeHTTP(rec, r)
	out := reply{status: rec.Code}
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &out.body); err != nil {
			d.Fatalf("%s %s: %v in %s", method, path, err, rec.Body)
		}
	}
	return out
}

func (d *desk) form(path string, f url.Values) reply {
	d.Helper()
	return d.call("POST", path, "application/x-www-form-urlencoded", f.Encode(), "")
}

func (d *desk) json(method, path string, body any) reply {
	d.Helper()
	b, _ := json.Marshal(body)
	return d.call(method, path, "application/json", string(b), d.token)
}

func (d *desk) refused(what string, r reply, status int, code, says string) {
	d.Helper()
	if message, _ := r.body["message"].(string); r.status != status || r.body["errorCode"] != code || !strings.Contains(message, says) {
		d.Errorf("%s: %d %v, want %d %s %q", what, r.status, r.body, status, code, says)
	}
}

// list makes a call without a body whose answer may be an array.
func (d *desk) list(method, path string) (out struct {
	status int
	array  bool
}) {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Authorization", "Bearer "+d.token)
	rec := httptest.NewRecorder()
	d.s.ServeHTTP(rec, r)
	out.status, out.array = rec.Code, strings.HasPrefix(rec.Body.String(), "[")
	return out
}
