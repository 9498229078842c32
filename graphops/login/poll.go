package login

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow/seal"
)

const (
	pollInterval = 5 * time.Second // where the server names none, RFC 8628
	slowDown     = 5 * time.Second // more, each time the server says slow_down
)

// A polling is the state of the polls for one device code. MSAL polls with a
// context that holds it, one poll at a time.
type polling struct {
	interval time.Duration
	next     time.Time // no poll goes out before
	done     bool      // the code was redeemed
	asked    []string  // the scopes that were asked for
	granted  []string  // those that came with the token

	keep  bool        // whether the answer with the token is kept
	whole seal.Secret // that answer, as it came
}

type pollingKey struct{}

// newPolling returns the polling for a code whose server wants interval seconds
// between polls.
func newPolling(interval int, scopes []string) *polling {
	p := &polling{interval: time.Duration(interval) * time.Second, asked: scopes}
	if p.interval <= 0 {
		p.interval = pollInterval
	}
	return p
}

// do sends one poll, as often as it takes to get an answer to it. It ends with
// the request's context, whose deadline is the code's.
func (p *polling) do(c transport, req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	for {
		if err := sleep(ctx, time.Until(p.next)); err != nil {
			return nil, err
		}
		again, err := repeat(req)
		if err != nil {
			return nil, err
		}
		resp, err := c.send(again)
		p.next = time.Now().Add(p.interval)
		switch {
		case err != nil && ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			c.Log.DebugContext(ctx, "a poll got no answer and is repeated", "err", fault.Cause(err))
			continue
		case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
			p.next = time.Now().Add(max(p.interval, fault.RetryAfter(resp.Header, c.Now())))
			drop(resp)
			continue
		}
		body, err := bodyOf(resp)
		if err != nil {
			c.Log.DebugContext(ctx, "the answer to a poll was cut off, and the poll is repeated", "err", fault.Cause(err))
			continue
		}
		a := readLoginAnswer(body)
		if a.status = resp.StatusCode; a.status != http.StatusOK && a.busy() {
			c.Log.DebugContext(ctx, "the service is not well, and the poll is repeated", "code", a.code(), "error", a.Error)
			p.next = time.Now().Add(max(p.interval, fault.RetryAfter(resp.Header, c.Now())))
			continue
		}
		p.read(resp.StatusCode, body)
		if p.done {
			resp.Body = io.NopCloser(bytes.NewReader(spelled(body, p.granted, p.asked)))
		}
		return resp, nil
	}
}

// read notes what an answer means for the polls to come.
func (p *polling) read(status int, body []byte) {
	var said struct{ Error, Scope string }
	if json.Unmarshal(body, &said) != nil {
		return
	}
	switch {
	case status == http.StatusOK:
		p.done, p.granted = true, strings.Fields(said.Scope)
		if p.keep {
			p.whole = seal.New(string(body))
		}
	case said.Error == "slow_down":
		p.interval += slowDown
		p.next = time.Now().Add(p.interval)
	}
}

// lacks reports whether a token came, but without one of these scopes.
func (p *polling) lacks(scopes []string) bool {
	if !p.done {
		return false
	}
	return slices.ContainsFunc(scopes, func(scope string) bool { return !HasScope(p.granted, scope) })
}

// repeat returns req with a body that has not been read.
func repeat(req *http.Request) (*http.Request, error) {
	again := req.Clone(req.Context())
	if req.GetBody == nil {
		return nil, fmt.Errorf("graphops: a poll without GetBody cannot be repeated")
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again.Body = body
	return again, nil
}

func drop(resp *http.Response) {
	io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection can be used again
	resp.Body.Close()
}
