package entratest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A call is one request to Graph, on its own or inside a batch.
type call struct {
	id, clientID string // request-id, client-request-id
	at           time.Time
	method       string
	path         string // below /v1.0
	query        url.Values
	header       http.Header
	body         []byte
	inBatch      bool
	azure        bool // it is for Azure Resource Manager
	r            *http.Request

	route *route
	keys  []objectKey // those in the path, in order
	who   *token
	t     *Tenant

	wrote   []place // what the body names: it is written, though the replica has it so already
	replica int     // who answered, counted from 1; 0 is the tenant itself
	counted bool    // among those that select keyCredentials: a refusal is carried out twice, see replicas.words
}

// An objectKey names an object in a path: {id}, (appId='…'), (uniqueName='…').
type objectKey struct{ by, value string }

// ownTenant is a path without /myorganization, which names the caller's own tenant
// as it did in Azure AD Graph: CLI for Microsoft 365 depends on it.
func ownTenant(path string) string {
	if rest, is := strings.CutPrefix(path, "/myorganization/"); is {
		return "/" + rest
	}
	return path
}

func (s *Server) serveGraph(w http.ResponseWriter, r *http.Request) {
	c := &call{id: newID(), at: s.now(), method: r.Method, path: ownTenant(strings.TrimPrefix(r.URL.Path, "/v1.0")), query: r.URL.Query(),
		header: r.Header, r: r}
	if c.clientID = r.Header.Get("client-request-id"); c.clientID == "" {
		c.clientID = c.id
	}
	s.mu.Lock()
	s.trips++
	s.mu.Unlock()
	s.answer(w, c, "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8", "request-id",
		"client-request-id")
}

// answer carries a call out and writes what comes of it. The call's ID, and the
// one that the client gave it, go into the headers called id and given.
func (s *Server) answer(w http.ResponseWriter, c *call, contentType, id, given string) {
	var a answer
	body, err := uncompressed(c.r)
	if err != nil {
		a = refusal(err, c)
	} else {
		c.body = body
		a = s.do(c)
	}
	if a.cut {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set(id, c.id)
	h.Set(given, c.clientID)
	h.Set("Cache-Control", "no-cache")
	for k, v := range a.header {
		h.Set(k, v)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	h.Set("Content-Type", contentType)
	w.WriteHeader(a.status)
	json.NewEncoder(w).Encode(a.body)
}

// uncompressed returns a body, which must be what its headers say it is: a
// well-known bug of a client library is to send plain JSON labelled gzip.
func uncompressed(r *http.Request) ([]byte, error) {
	body, err := readBody(r.Body)
	if err != nil {
		return nil, err
	}
	switch e := r.Header.Get("Content-Encoding"); e {
	case "":
		return body, nil
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, &problem{status: 400, code: "BadRequest",
				message: "The request says Content-Encoding: gzip, but its body is not compressed."}
		}
		return readBody(z)
	default:
		return nil, &problem{status: 415, code: "UnsupportedMediaType", message: "Unsupported Content-Encoding: " + e}
	}
}

// do executes one call and writes it into the journal.
func (s *Server) do(c *call) answer {
	if c.azure {
		c.findAzure()
	} else {
		c.find()
	}
	s.before(c.op(), c.r)
	if c.op() == "batch" {
		return s.batch(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.decide(c, c.run)
	s.record(c, a)
	return a
}

// decide finds out whether the caller may make the call, runs it, and lets the
// faults that were asked for have their way with it.
func (s *Server) decide(c *call, run func() (answer, error)) answer {
	identify, noRoute, allowed, check := s.identify, c.noRoute, c.allowed, c.checkBody
	if c.azure {
		identify, noRoute, allowed, check = s.identifyAzure, c.noAzureRoute, c.azureAllowed, c.checkAzureBody
	}
	if err := identify(c); err != nil {
		return refusal(err, c)
	}
	if c.route == nil {
		return refusal(noRoute(), c)
	}
	if p, cut := s.faultBefore(c); cut {
		return answer{cut: true, status: 503}
	} else if p != nil {
		return refusal(p, c)
	}
	if err := allowed(); err != nil {
		return refusal(err, c)
	}
	if err := check(); err != nil {
		return refusal(err, c)
	}
	a, err := run()
	if err != nil {
		return refusal(err, c)
	}
	if c.method != http.MethodGet && c.op() != "batch" {
		s.changed()
	}
	if p, cut := s.faultAfter(c); cut {
		return answer{cut: true, status: 503}
	} else if p != nil {
		return refusal(p, c)
	}
	return a
}

// identify checks the access token.
func (s *Server) identify(c *call) error {
	bearer, ok := strings.CutPrefix(c.header.Get("Authorization"), "Bearer ")
	if !ok || bearer == "" {
		return unauthorized("Access token is empty.")
	}
	k := s.tokens[bearer]
	switch {
	case k == nil:
		return unauthorized("IDX14100: JWT is not well formed, or it was not issued here.")
	case k.audience != graphAppID:
		return unauthorized("Access token validation failure. Invalid audience.")
	case !s.now().Before(k.expires):
		return unauthorized("Lifetime validation failed, the token is expired.")
	case k.user != nil && k.user.deleted:
		return unauthorized("Continuous access evaluation resulted in challenge with result: InteractionRequired and code: AccountDeleted")
	case k.user != nil && k.user.Disabled:
		return unauthorized("Continuous access evaluation resulted in challenge with result: InteractionRequired and code: AccountDisabled")
	}
	c.who, c.t = k, k.tenant
	return nil
}

// checkBody holds a call to the rules that are the same for all.
func (c *call) checkBody() error {
	for name := range c.query {
		if strings.HasPrefix(name, "$") && !strings.Contains(" $select $filter $top $count $skiptoken $expand $orderby ", " "+name+" ") {
			return &problem{status: 400, code: "Request_UnsupportedQuery",
				message: fmt.Sprintf("The query option '%s' is not supported here.", name)}
		}
	}
	if c.method == http.MethodGet || c.method == http.MethodDelete {
		if c.inBatch && string(c.body) == "null" {
			c.body = nil
		}
		if len(bytes.TrimSpace(c.body)) > 0 {
			return bad("A %s request must not have a body.", c.method)
		}
		return nil
	}
	if len(bytes.TrimSpace(c.body)) == 0 {
		if c.route.body == "nothing" {
			return nil
		}
		return &problem{status: 400, code: "BadRequest", message: "Empty Payload. JSON content expected."}
	}
	if kind, _, _ := mime.ParseMediaType(c.header.Get("Content-Type")); kind != "application/json" {
		return &problem{status: 400, code: "BadRequest",
			message: "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."}
	}
	return nil
}

// decode reads the body as the type that the route takes.
func (c *call) decode() (object, error) { return decode(c.body, c.route.body, c.t.novel) }

func (c *call) op() string {
	if c.route == nil {
		return "unknown"
	}
	if of, is := strings.CutPrefix(c.route.op, "update"); is && c.upsert() {
		return "upsert" + of
	}
	return c.route.op
}

// upsert reports whether a PATCH may create what is not there, which it may if
// the last key of its path is an alternate key that the client chooses.
func (c *call) upsert() bool {
	if len(c.keys) == 0 || c.keys[len(c.keys)-1].by != "uniqueName" && c.keys[len(c.keys)-1].by != "name" {
		return false
	}
	for _, p := range strings.Split(c.header.Get("Prefer"), ",") {
		if strings.EqualFold(strings.TrimSpace(p), "create-if-missing") {
			return true
		}
	}
	return false
}

func (c *call) noRoute() error {
	if strings.Contains(c.path, "me-token-to-replace") {
		return bad("Invalid object identifier 'me-token-to-replace'.")
	}
	return &problem{status: 400, code: "BadRequest",
		message: fmt.Sprintf("Resource not found for the segment '%s', or %s is not allowed on it.", strings.Trim(c.path, "/"), c.method)}
}

// context returns an object as the answer to a call, with its annotations.
func (c *call) context(of string, o object) object {
	o = maps.Clone(o)
	o["@odata.context"] = c.t.s.graphURL + "/v1.0/$metadata#" + of
	return o
}

// guidFor reads the object ID at the nth key of the path.
func (c *call) guidFor(n int) (string, error) {
	k := c.keys[n]
	if k.by != "id" {
		return "", bad("The key '%s' is not an alternate key here.", k.by)
	}
	if !guid.MatchString(k.value) {
		return "", bad("Invalid object identifier '%s'.", k.value)
	}
	return strings.ToLower(k.value), nil
}
