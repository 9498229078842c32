package entratest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

type batchRequest struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
	DependsOn []string          `json:"dependsOn"`
}

// batch executes up to 20 requests. Those that depend on others wait for them;
// the rest run, and all answers come, in no particular order.
func (s *Server) batch(c *call) answer {
	s.mu.Lock()
	var in []batchRequest
	a := s.decide(c, func() (answer, error) {
		var err error
		in, err = c.batched()
		return answer{}, err
	})
	if in == nil || a.status != 0 {
		s.record(c, a)
		s.mu.Unlock()
		if in != nil { // the answer is lost, not the effect
			s.runBatch(c, in)
		}
		return a
	}
	s.mu.Unlock()
	responses := s.runBatch(c, in)
	a = answer{status: 200, body: object{"responses": responses}}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chance().Shuffle(len(responses), func(i, j int) { responses[i], responses[j] = responses[j], responses[i] })
	s.record(c, a)
	return a
}

// batched reads the requests of a batch and checks that they make sense.
func (c *call) batched() ([]batchRequest, error) {
	o, err := parse(c.body)
	if err != nil {
		return nil, err
	}
	for k := range o {
		if k != "requests" {
			return nil, &problem{status: 400, code: "BadRequest",
				message: fmt.Sprintf("Invalid batch payload format: unknown property '%s'.", k)}
		}
	}
	var b struct{ Requests []batchRequest }
	if err := json.Unmarshal(c.body, &b); err != nil || len(b.Requests) == 0 {
		return nil, &problem{status: 400, code: "BadRequest", message: "Invalid batch payload format."}
	}
	if len(b.Requests) > 20 {
		return nil, &problem{status: 400, code: "BadRequest", message: "Number of batch request steps exceeds the maximum value of 20."}
	}
	before := make(map[string]bool)
	all := make(map[string]bool)
	for _, r := range b.Requests {
		if r.ID == "" || r.Method == "" || r.URL == "" || all[strings.ToLower(r.ID)] {
			return nil, &problem{status: 400, code: "BadRequest",
				message: fmt.Sprintf("Invalid batch payload format: request '%s' lacks an id, method or url, or its id is not unique.",
					r.ID)}
		}
		all[strings.ToLower(r.ID)] = true
	}
	for left := b.Requests; len(left) > 0; {
		var waiting []batchRequest
		for _, r := range left {
			if ready(r, before) {
				before[strings.ToLower(r.ID)] = true
			} else {
				waiting = append(waiting, r)
			}
		}
		if len(waiting) == len(left) {
			return nil, &problem{status: 400, code: "BadRequest",
				message: fmt.Sprintf("Invalid batch payload format: request '%s' depends on one that is not there, or on itself.",
					left[0].ID)}
		}
		left = waiting
	}
	return b.Requests, nil
}

func ready(r batchRequest, done map[string]bool) bool {
	for _, d := range r.DependsOn {
		if !done[strings.ToLower(d)] {
			return false
		}
	}
	return true
}

func (s *Server) runBatch(c *call, in []batchRequest) []object {
	var out []object
	done, good := make(map[string]bool), make(map[string]bool)
	s.mu.Lock()
	s.chance().Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
	s.mu.Unlock()
	for len(in) > 0 {
		var waiting []batchRequest
		for _, r := range in {
			if !ready(r, done) {
				waiting = append(waiting, r)
				continue
			}
			id := strings.ToLower(r.ID)
			a := s.inner(c, r, ready(r, good))
			done[id], good[id] = true, a.status < 300
			o := object{"id": r.ID, "status": a.status, "headers": headersOf(a)}
			if a.body != nil {
				o["body"] = a.body
			}
			out = append(out, o)
		}
		in = waiting
	}
	return out
}

func headersOf(a answer) map[string]string {
	h := map[string]string{"Cache-Control": "no-cache"}
	if a.body != nil {
		h["Content-Type"] = "application/json"
	}
	for k, v := range a.header {
		h[k] = v
	}
	return h
}

// inner executes one request of a batch with the token of the whole.
func (s *Server) inner(outer *call, r batchRequest, dependenciesGood bool) answer {
	c := &call{id: outer.id, clientID: outer.clientID, at: s.now(), method: strings.ToUpper(r.Method), body: r.Body, inBatch: true,
		header: http.Header{}}
	if !dependenciesGood {
		return refusal(&problem{status: 424, code: "FailedDependency", message: "The request depends on another one that failed."}, c)
	}
	for k, v := range r.Headers {
		c.header.Set(k, v)
	}
	c.header.Set("Authorization", outer.header.Get("Authorization"))
	var err error
	if c.path, c.query, err = relative(r.URL); err != nil {
		return refusal(err, c)
	}
	if c.path = ownTenant(c.path); c.path == "/$batch" {
		return refusal(&problem{status: 400, code: "BadRequest", message: "A batch cannot contain a batch."}, c)
	}
	c.r = outer.r.Clone(outer.r.Context())
	c.r.Method, c.r.Header = c.method, c.header
	c.r.URL.Path, c.r.URL.RawPath, c.r.URL.RawQuery = "/v1.0"+c.path, "", c.query.Encode()
	c.r.Body, c.r.ContentLength = http.NoBody, 0
	return s.do(c)
}
