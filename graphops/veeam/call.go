package veeam

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// maxAnswer is more than any answer of these servers is long.
const maxAnswer = 8 << 20

// A conversation is what is said to a server with one token.
type conversation struct {
	s      *Server
	gen    *generation
	token  seal.Secret
	hidden hidden // what may not be shown of an answer
}

// signIn gets a token: with what is known of the server, or whatever it takes. more
// are secrets of what will be sent with the token.
func (s *Server) signIn(ctx context.Context, who grant, more ...seal.Secret) (*conversation, error) {
	c := &conversation{s: s, hidden: hide(append(who.secrets(), more...))}
	for _, c.gen = range s.order() {
		got, by, err := c.introduce(ctx, who.attempts(s, c.gen))
		if err != nil {
			return nil, err
		}
		if got == nil {
			continue
		}
		s.learn(c.gen, who.client(), by)
		var t tokens
		if json.Unmarshal(got.body, &t) != nil || t.AccessToken == "" {
			return nil, got.later("the answer to a sign-in has no token")
		}
		c.token = seal.New(t.AccessToken)
		c.hidden = append(c.hidden, hide([]seal.Secret{c.token, seal.New(t.RefreshToken)})...)
		return c, nil
	}
	if s.found.Load() != nil { // it is being upgraded, or something answers for it
		return nil, &later{server: s.name, words: "sign in", status: http.StatusNotFound,
			why: "it answers, but no longer as Veeam Backup for Microsoft 365 does"}
	}
	return nil, &workflow.ServiceError{Code: "HTTP 404",
		Text: s.name + " answers, but not as Veeam Backup for Microsoft 365 does: it has none of /v8/token to /v4/token. " +
			"Ask the bot's operator to check its url under veeam, and on the server whether the REST API is on, then press Retry."}
}

// introduce makes attempts at one generation until one of them is taken, and returns
// the answer. It is nil where the server does not speak the generation.
func (c *conversation) introduce(ctx context.Context, all []attempt) (*answer, naming, error) {
	var no refusals
	for _, a := range all {
		if c.gen.browsers {
			a.form.Set("disable_antiforgery_token", "true") // it is for browsers, which have cookies
		}
		got, err := c.send(ctx, call{words: "sign in", method: http.MethodPost, path: "/token", form: a.form})
		switch {
		case err != nil:
			return nil, "", err
		case got.absent():
			return nil, "", nil
		}
		err = got.fault()
		if err == nil {
			return got, a.by, nil
		}
		no = append(no, refusal{a.by, got, err})
		if _, refused := errors.AsType[*workflow.ServiceError](err); (!refused && got.status != http.StatusInternalServerError) ||
			got.status/100 == 3 {
			return nil, "", err // another name would be answered no better
		}
	}
	return nil, "", no.worst()
}

// logOut ends the session. That it cannot is nobody's concern: tokens end anyway.
func (c *conversation) logOut(ctx context.Context) {
	if !c.gen.logout {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutLimit)
	defer cancel()
	if got, err := c.send(ctx, call{words: "log out", method: http.MethodPost, path: "/token/logout"}); err != nil || got.status >= 300 {
		c.s.log.DebugContext(ctx, "the session was not logged out")
	}
}

// A call is one request.
type call struct {
	words        string // what it does, for people: "add the organization"
	method, path string // below the version
	query        url.Values
	form         url.Values
	body         any // as JSON
}

// An answer is what the server said to a call.
type answer struct {
	c      *conversation
	call   call
	status int
	header http.Header
	body   []byte
}

// send makes a call. The error is that there was no answer.
func (c *conversation) send(ctx context.Context, k call) (*answer, error) {
	var content io.Reader
	kind := ""
	switch {
	case k.form != nil:
		content, kind = strings.NewReader(k.form.Encode()), "application/x-www-form-urlencoded"
	case k.body != nil:
		b, err := json.Marshal(k.body)
		if err != nil {
			return nil, err
		}
		content, kind = bytes.NewReader(b), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, k.method, c.s.base+"/"+c.gen.name+k.path, content)
	if err != nil {
		return nil, err
	}
	req.URL.RawQuery = k.query.Encode()
	req.Header.Set("Accept", "application/json")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if !c.token.IsZero() {
		req.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	}
	resp, err := c.s.http.Do(req)
	if k.method != http.MethodGet && !strings.HasPrefix(k.path, "/token") {
		told(ctx, c.s.name, req, resp)
	}
	if err != nil {
		return nil, c.unanswered(ctx, k, err)
	}
	defer resp.Body.Close()
	c.s.log.DebugContext(ctx, "call", "method", k.method, "path", "/"+c.gen.name+k.path, "status", resp.StatusCode)
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, c.unanswered(ctx, k, err)
	case len(b) > maxAnswer:
		return nil, &later{server: c.s.name, words: k.words, status: resp.StatusCode, why: "the answer is too long"}
	}
	return &answer{c: c, call: k, status: resp.StatusCode, header: resp.Header, body: b}, nil
}

// do makes a call that has to succeed, and reads its answer.
func (c *conversation) do(ctx context.Context, k call, into any) error {
	got, err := c.send(ctx, k)
	if err != nil {
		return err
	}
	if err := got.fault(); err != nil {
		return err
	}
	if into != nil && json.Unmarshal(got.body, into) != nil {
		return got.later("the answer can't be read")
	}
	return nil
}
