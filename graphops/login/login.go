// Package login signs people and apps in at Microsoft, with MSAL.
//
// Each sign-in has an MSAL public client of its own, whose cache is memory and ends with it.
// What outlives it is one access token. MSAL would ask the public cloud whether it knows an
// authority. It is told not to: the operator has configured the authority, a sovereign cloud
// and an emulator must not depend on the public one, and it costs two round trips.
//
// MSAL ignores the interval and the slow_down of the server, and gives up when
// the answer to one poll is lost. Between MSAL and the network therefore stands
// a polling: it spaces the polls of one code as RFC 8628 wants, and repeats
// polls that the network, a 5xx or a 429 kept from an answer until the code
// expires. A poll whose answer was lost may have redeemed the code; the next one
// is then refused, and the person needs a new code.
//
// Why a sign-in failed is told by AADSTS number and OAuth error code,
// never by text, and becomes a *workflow.SignInError. What says that the service is
// not well is a *fault.Later, with whatever status, for the code, the polls, further
// tokens and the proof alike. MSAL's errors hold the request, so none of them is wrapped.
package login

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/entra-app/entra-app/graphops/fault"
)

var (
	opSignIn = fault.Operation{Name: "signIn", Words: "sign in"}
	opProof  = fault.Operation{Name: "proof", Words: "sign in as the app"}
)

// A Client signs in. Its fields are all set.
type Client struct {
	HTTP  *http.Client
	Log   *slog.Logger
	Now   func() time.Time
	Pause time.Duration // before the first repetition, see Patiently
}

// A Tenant is where somebody signs in, and to which client.
type Tenant struct {
	Name      string
	Authority string // https://login.microsoftonline.com/{tenant}
	ClientID  string
	GraphURL  string // https://graph.microsoft.com
}

// scopes spells Graph's scopes out: https://graph.microsoft.com/User.Read.
func (t Tenant) scopes(names []string) []string {
	full := make([]string, len(names))
	for i, n := range names {
		full[i] = t.GraphURL + "/" + n
	}
	return full
}

// patience is how often something is tried: a person has signed in and would have to do it
// again.
const patience = 6

// Patiently repeats what may go away by itself.
func (c *Client) Patiently(ctx context.Context, do func() error) error {
	for try := 0; ; try++ {
		err := do()
		wait, ok := errors.AsType[*fault.Later](err)
		if err == nil || !ok || try == patience-1 {
			return err
		}
		pause := wait.After
		if pause == 0 {
			pause = c.Pause << min(try, 3)
		}
		c.Log.DebugContext(ctx, "the sign-in is tried again", "err", err, "after", pause)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// A transport is the HTTP client that MSAL is given.
type transport struct{ *Client }

// Do sends a request, a poll for a device code at its proper time.
func (c transport) Do(req *http.Request) (*http.Response, error) {
	if req.Context().Value(bareKey{}) != nil {
		var err error
		if req, err = bare(req); err != nil {
			return nil, err
		}
	}
	if p, ok := req.Context().Value(pollingKey{}).(*polling); ok {
		return p.do(c, req)
	}
	resp, err := c.send(req)
	if s, ok := req.Context().Value(spellingKey{}).(*spelling); ok && err == nil {
		return respelled(resp, s)
	}
	return resp, err
}

// CloseIdleConnections is there because MSAL's interface has it.
func (c transport) CloseIdleConnections() { c.HTTP.CloseIdleConnections() }

func (c transport) send(req *http.Request) (*http.Response, error) {
	began := c.Now()
	resp, err := c.HTTP.Do(req)
	status := 0
	if err == nil {
		status = resp.StatusCode
	}
	c.Log.DebugContext(req.Context(), "login", "method", req.Method, "path", loginPath(req.URL.Path), "status", status,
		"took", c.Now().Sub(began), "client-request-id", req.Header.Get("client-request-id"))
	return resp, err
}

// loginPath is a path of the sign-in service without the tenant.
func loginPath(path string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/{tenant}/" + rest
}

// bodyOf reads an answer's body and puts it back.
func bodyOf(resp *http.Response) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	resp.Body.Close()
	resp.Body = io.NopCloser(strings.NewReader(string(b)))
	return b, err
}

// sleep waits, or returns why it could not.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
