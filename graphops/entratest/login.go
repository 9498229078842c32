package entratest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// serveLogin is login.microsoftonline.com.
func (s *Server) serveLogin(w http.ResponseWriter, r *http.Request) {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	op := map[string]string{
		"discovery/instance":                    "discovery",
		"v2.0/.well-known/openid-configuration": "openid",
		"discovery/v2.0/keys":                   "openid",
		"oauth2/v2.0/devicecode":                "devicecode",
		"oauth2/v2.0/token":                     "token",
	}[rest]
	if op == "" {
		http.NotFound(w, r)
		return
	}
	correlation := r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = newID()
	}
	var form url.Values
	var err error
	if op == "devicecode" || op == "token" {
		form, err = loginForm(w, r, op)
	} else if r.Method != http.MethodGet {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	s.before(op, r)

	s.mu.Lock()
	e := Entry{Time: s.now(), Op: op, Method: r.Method, Path: r.URL.Path, Body: redactForm(form).Encode()}
	if t := s.tenant(tenant); t != nil {
		e.Tenant = t.ID
	}
	f := s.fails(op, Before)
	var body object
	if f == nil && err == nil {
		body, err = s.answerLogin(tenant, rest, r.URL.Query(), form, &e)
		if f = s.fails(op, After); err != nil && f != nil {
			f.left++ // it failed by itself
			f = nil
		}
	}
	status := http.StatusOK
	if err != nil {
		o, is := errors.AsType[*oops](err)
		if !is {
			o = &oops{status: 500, kind: "server_error", message: err.Error()}
		}
		status, body, e.Code = o.status, s.oopsBody(o, correlation), o.kind
	}
	if f != nil {
		status = f.status
		body = object{"error": "temporarily_unavailable",
			"error_description": "AADSTS90033: A transient error has occurred. Please try again.", "error_codes": []int{90033},
			"correlation_id": correlation}
		e.Code = "temporarily_unavailable"
	}
	e.Status = status
	s.write(e)
	if op == "token" || op == "devicecode" {
		s.changed()
	}
	s.mu.Unlock()

	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("x-ms-request-id", newID())
	h.Set("client-request-id", correlation)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// answerLogin is what one of the paths of a tenant answers.
func (s *Server) answerLogin(tenant, path string, query, form url.Values, e *Entry) (object, error) {
	switch path {
	case "discovery/instance":
		return s.instance(query)
	case "discovery/v2.0/keys":
		return signingKeys(), nil
	case "v2.0/.well-known/openid-configuration":
		return s.openid(tenant)
	case "oauth2/v2.0/devicecode":
		return s.deviceCode(tenant, form)
	}
	return s.token(tenant, form, e)
}

// loginForm reads the form of a POST, and a client's secret with it where that is sent in
// a header.
func loginForm(w http.ResponseWriter, r *http.Request, op string) (form url.Values, err error) {
	if r.Method != http.MethodPost {
		return nil, sts(900561, r.Method)
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if r.ParseForm() != nil {
		return r.PostForm, sts(9002313)
	}
	if op == "token" {
		err = basic(r, r.PostForm)
	}
	return r.PostForm, err
}

// instance says that our own login host is a good authority, and no other is.
func (s *Server) instance(q url.Values) (object, error) {
	asked, err := url.Parse(q.Get("authorization_endpoint"))
	ours, _ := url.Parse(s.loginURL)
	tenant, _, _ := strings.Cut(strings.TrimPrefix(asked.EscapedPath(), "/"), "/")
	if err != nil || !strings.EqualFold(asked.Host, ours.Host) || tenant == "" {
		return nil, &oops{status: 400, kind: "invalid_instance", code: 50049, message: "Unknown or invalid instance."}
	}
	return object{"tenant_discovery_endpoint": s.loginURL + "/" + tenant + "/v2.0/.well-known/openid-configuration", "api-version": "1.1",
		"metadata": []any{object{"preferred_network": ours.Host, "preferred_cache": ours.Host, "aliases": []string{ours.Host}}}}, nil
}

func shared(tenant string) bool {
	return slices.Contains([]string{"common", "organizations", "consumers"}, strings.ToLower(tenant))
}

func (s *Server) openid(tenant string) (object, error) {
	issuer := "{tenantid}"
	if t := s.tenant(tenant); t != nil {
		issuer = t.ID
	} else if !shared(tenant) {
		return nil, sts(90002, tenant)
	}
	at := s.loginURL + "/" + tenant
	graph, _ := url.Parse(s.graphURL)
	return object{
		"token_endpoint":                        at + "/oauth2/v2.0/token",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"jwks_uri":                              at + "/discovery/v2.0/keys",
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"subject_types_supported":               []string{"pairwise"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		"response_types_supported": []string{}, // the authorization endpoint is named, as the document must, and answers nothing
		"scopes_supported":         []string{"openid", "profile", "email", "offline_access"},
		"issuer":                   s.loginURL + "/" + issuer + "/v2.0", "authorization_endpoint": at + "/oauth2/v2.0/authorize",
		"device_authorization_endpoint": at + "/oauth2/v2.0/devicecode", "tenant_region_scope": "EU",
		"cloud_instance_name": "microsoftonline.com", "msgraph_host": graph.Host,
	}, nil
}

// client finds the application that a request to a tenant names. For the
// shared endpoints it must be one that is meant for several tenants.
func (s *Server) client(tenant, clientID string) (*Tenant, *app, error) {
	if clientID == "" {
		return nil, nil, sts(900144, "client_id")
	}
	if shared(tenant) {
		for _, t := range s.tenants {
			if a := t.appByAppID(strings.ToLower(clientID)); a != nil && !a.veil.hides(s.now()) {
				if v := text(a.body["signInAudience"]); v == "" || v == "AzureADMyOrg" {
					return nil, nil, sts(50194, clientID)
				}
				return nil, a, nil
			}
		}
		return nil, nil, sts(700016, clientID, tenant)
	}
	t := s.tenant(tenant)
	if t == nil {
		return nil, nil, sts(90002, tenant)
	}
	a, err := t.client(clientID)
	if err != nil {
		return nil, nil, err
	}
	return t, a, nil
}

// client finds an application of the tenant.
func (t *Tenant) client(clientID string) (*app, error) {
	a := t.appByAppID(strings.ToLower(clientID))
	if a == nil || a.veil.hides(t.s.now()) {
		return nil, sts(700016, clientID, t.Name)
	}
	return a, nil
}

// asked is what a scope parameter asks for.
type asked struct {
	on    *sp      // the resource; Microsoft Graph if none is named
	perms []string // delegated permissions; ".default" stands for all that are consented
	oidc  []string // openid, profile, email, offline_access
	words []string // the scopes on the resource, as they were spelled
}

// scopes reads a scope parameter.
func (t *Tenant) scopes(parameter string) (asked, error) {
	var a asked
	for _, w := range strings.Fields(parameter) {
		switch w {
		case "openid", "profile", "email", "offline_access":
			a.oidc = append(a.oidc, w)
			continue
		}
		name, perm := t.s.graphURL, w
		if i := strings.LastIndex(w, "/"); i >= 0 {
			name, perm = strings.TrimRight(w[:i], "/"), w[i+1:]
		}
		if perm == "user_impersonation" && strings.EqualFold(name, t.s.armURL) {
			name = armAppID // even where Graph has the same address
		}
		on := t.resource(name)
		var known object
		if on != nil {
			scopes, _ := on.seen()
			known = permission(scopes, "value", perm)
		}
		switch {
		case on == nil:
			return a, sts(500011, name, t.Name)
		case a.on != nil && a.on != on:
			return a, sts(28000, parameter)
		case perm != ".default" && (known == nil || known["isEnabled"] == false):
			return a, sts(70011, w)
		}
		a.on = on
		a.perms = append(a.perms, perm)
		a.words = append(a.words, w)
	}
	if slices.Contains(a.perms, ".default") && len(a.perms) > 1 {
		return a, sts(70011, parameter)
	}
	if a.on == nil {
		if a.on = t.spByAppID(graphAppID); a.on == nil {
			return a, sts(500011, t.s.graphURL, t.Name)
		}
	}
	return a, nil
}

// resource finds the service principal that a scope's prefix names.
func (t *Tenant) resource(name string) *sp {
	if strings.EqualFold(name, t.s.graphURL) {
		name = graphAppID
	} else if strings.EqualFold(name, t.s.armURL) {
		name = armAppID
	}
	if t.s.cloud.isSite(name) {
		name = "00000003-0000-0ff1-ce00-000000000000"
	}
	return find(t.sps, func(p *sp) bool {
		names := []any{p.appID}
		if p.resource != nil {
			for _, n := range t.s.cloud.names(p.resource) {
				names = append(names, n)
			}
		} else {
			names = append(names, list(p.app.body["identifierUris"])...)
		}
		return slices.ContainsFunc(names, func(n any) bool { return strings.EqualFold(text(n), name) }) && !p.hides(t.s.now())
	})
}
