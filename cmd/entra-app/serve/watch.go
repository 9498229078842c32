package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/entra-app/entra-app/graphops"
	"github.com/entra-app/entra-app/workflow"
)

// A part is something that the bot depends on.
type part struct {
	name   string
	needed bool // without it the bot is not ready
	every  time.Duration
	check  func(ctx context.Context) error

	missing string // why it is not there; empty if it is
}

const (
	// checkLimit is how long a part may take to answer.
	checkLimit = 10 * time.Second
	// A part that is missing is asked for after so long, and then after longer
	// and longer.
	firstAgain, lastAgain = time.Second, 30 * time.Second
)

// ask checks a part. A check that panics has failed, and ends nothing else.
func (p *part) ask(ctx context.Context, log *slog.Logger) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			log.Error("panic", "part", p.name, "panic", fault, "stack", string(debug.Stack()))
			err = fmt.Errorf("its check failed: %v", fault)
		}
	}()
	return p.check(ctx)
}

// watch asks for a part until ctx ends. What changes is logged, once.
func (h *health) watch(ctx context.Context, p *part, log *slog.Logger) {
	again := firstAgain
	for ctx.Err() == nil {
		asking, cancel := context.WithTimeout(ctx, checkLimit)
		err := p.ask(asking, log)
		cancel()
		if ctx.Err() != nil {
			return
		}
		wait, missing := p.every, ""
		if err != nil {
			missing = inWords(err)
			wait, again = again, min(2*again, lastAgain)
		} else {
			again = firstAgain
		}
		switch news, ready := h.found(p, missing); {
		case news && missing != "":
			log.Log(ctx, severity(err), "missing", "part", p.name, "why", missing, "needed", p.needed)
		case news:
			log.Info("found", "part", p.name)
			fallthrough
		default:
			if ready {
				log.Info("ready")
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

// inWords says what an error means, for people.
func inWords(err error) string {
	if no, ok := errors.AsType[*workflow.ServiceError](err); ok {
		return no.Text
	}
	return err.Error()
}

// severity is an error's where somebody has to fix it, because waiting won't.
func severity(err error) slog.Level {
	_, trouble := errors.AsType[*workflow.ServiceError](err)
	_, unreadable := errors.AsType[*workflow.UnreadableError](err)
	if trouble || unreadable {
		return slog.LevelError
	}
	return slog.LevelWarn
}

// signInService asks whether a tenant's sign-in service is there and knows the
// tenant, by its OpenID configuration, which needs no token.
func signInService(c *http.Client, t graphops.Tenant) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet,
			t.AuthorityURL+"/"+t.TenantID+"/v2.0/.well-known/openid-configuration", nil)
		if err != nil {
			return err
		}
		req.Header.Set("User-Agent", "entra-app (readyz)")
		resp, err := c.Do(req)
		if u, ok := errors.AsType[*url.Error](err); ok {
			return fmt.Errorf("%s can't be reached: %w", t.AuthorityURL, u.Err)
		}
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		switch resp.StatusCode {
		case http.StatusOK:
			return nil
		case http.StatusBadRequest, http.StatusNotFound:
			return &workflow.ServiceError{Code: resp.Status,
				Text: fmt.Sprintf("%s does not know the tenant %s. Check tenant_id and cloud in the configuration.", t.AuthorityURL,
					t.TenantID)}
		}
		return fmt.Errorf("%s answers with status %d", t.AuthorityURL, resp.StatusCode)
	}
}
