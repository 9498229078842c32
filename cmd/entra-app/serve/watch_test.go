package serve

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/entra-app/entra-app/graphops"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

func TestAPartThatIsMissingIsAskedForLessAndLessOftenUntilItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&logged, nil))
		h := &health{metrics: newMetrics()}
		var mu sync.Mutex // over the next two
		down, asked := errors.New("the network is down"), []time.Duration(nil)
		began := time.Now()
		h.add(part{name: "Slack", needed: true, every: time.Minute, check: func(context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, time.Since(began))
			return down
		}})
		if ready, missing := h.state(); ready || len(missing) != 1 || missing[0] != "Slack: not asked yet" {
			t.Errorf("before anything was asked: ready %v, missing %q", ready, missing)
		}
		// after lets time go by, of which the bubble has its own, and returns how
		// often the part was asked for until then.
		after := func(d time.Duration) []time.Duration {
			<-time.After(d)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(asked)
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go h.watch(ctx, h.parts[0], log)

		got := after(62 * time.Second)
		want := []time.Duration{0, 1, 3, 7, 15, 31, 61}
		for i := range want {
			if i >= len(got) || got[i] != want[i]*time.Second {
				t.Fatalf("asked after %v, want after %v seconds", got, want)
			}
		}
		if ready, missing := h.state(); ready || missing[0] != "Slack: the network is down" {
			t.Errorf("ready %v, missing %q", ready, missing)
		}
		if n := strings.Count(logged.String(), `"missing"`); n != 1 {
			t.Errorf("it was logged %d times:\n%s", n, &logged)
		}

		mu.Lock()
		down = nil
		mu.Unlock()
		n := len(after(30 * time.Second))
		if ready, missing := h.state(); !ready || len(missing) != 0 {
			t.Errorf("ready %v, missing %q", ready, missing)
		}
		if !strings.Contains(logged.String(), `"found"`) || !strings.Contains(logged.String(), `"ready"`) {
			t.Errorf("it was not logged:\n%s", &logged)
		}
		if more := len(after(2*time.Minute)) - n; more != 2 {
			t.Errorf("asked %d times in two minutes, want once a minute", more)
		}

		h.stopping()
		if ready, missing := h.state(); ready || missing[0] != "the process is stopping" {
			t.Errorf("while stopping: ready %v, missing %q", ready, missing)
		}
	})
}

func TestACheckThatPanicsIsAPartThatIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		h := &health{metrics: newMetrics()}
		asked := 0
		h.add(part{name: "stored requests", every: time.Minute, check: func(context.Context) error {
			if asked++; asked == 1 {
				panic("out of range")
			}
			return nil
		}})
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go h.watch(ctx, h.parts[0], slog.New(slog.NewJSONHandler(&logged, nil)))
		synctest.Wait()
		if _, missing := h.state(); len(missing) != 1 || missing[0] != "stored requests: its check failed: out of range" {
			t.Errorf("missing %q", missing)
		}
		<-time.After(firstAgain)
		synctest.Wait()
		if _, missing := h.state(); len(missing) != 0 {
			t.Errorf("it is asked again and answers, and is missing: %q", missing)
		}
		if !strings.Contains(logged.String(), `"stack"`) {
			t.Errorf("it does not say where:\n%s", &logged)
		}
	})
}

func TestWithoutEntraRequestsAreStillTaken(t *testing.T) {
	h := &health{metrics: newMetrics()}
	h.add(part{name: "Slack", needed: true})
	h.add(part{name: "Entra for contoso"})
	h.found(h.parts[0], "")
	h.found(h.parts[1], "it can't be reached")
	mux := http.NewServeMux()
	h.routes(mux)
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, httptest.NewRequest("GET", "/readyz", nil))
	if got := strings.TrimSpace(answer.Body.String()); answer.Code != http.StatusOK ||
		got != `{"missing":["Entra for contoso: it can't be reached"],"ready":true}` {
		t.Errorf("%d %s", answer.Code, got)
	}
}

func TestATokenThatSlackRefusesIsAnErrorInTheLog(t *testing.T) {
	for err, want := range map[error]slog.Level{
		&workflow.ServiceError{Code: "invalid_auth", Text: "Check slack.bot_token."}: slog.LevelError,
		errors.New("connection refused"):                                             slog.LevelWarn,
	} {
		if got := severity(err); got != want {
			t.Errorf("%v is logged as %s, want %s", err, got, want)
		}
	}
	if got := inWords(&workflow.ServiceError{Code: "invalid_auth", Text: "Check slack.bot_token."}); got != "Check slack.bot_token." {
		t.Errorf("it says %q", got)
	}
}

func TestTheSignInServiceIsAskedWhetherItKnowsTheTenant(t *testing.T) {
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/the-tenant/v2.0/.well-known/openid-configuration" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	check := signInService(srv.Client(), graphops.Tenant{AuthorityURL: srv.URL, TenantID: "the-tenant"})
	if err := check(context.Background()); err != nil {
		t.Error(err)
	}
	status = http.StatusBadRequest
	if no, ok := errors.AsType[*workflow.ServiceError](check(context.Background())); !ok || !strings.Contains(no.Text, "Check tenant_id") {
		t.Errorf("an unknown tenant: %v", no)
	}
	status = http.StatusServiceUnavailable
	if err := check(context.Background()); err == nil || severity(err) != slog.LevelWarn {
		t.Errorf("a sick service: %v", err)
	}
	srv.Close()
	if err := check(context.Background()); err == nil || !strings.Contains(err.Error(), "can't be reached") {
		t.Errorf("no service: %v", err)
	}
}

func TestAnAppTokenThatSlackRefusesKeepsTheBotFromBeingReady(t *testing.T) {
	w := newWorld(t)
	w.cfg.Slack.AppToken = seal.New("xapp-1-A0WRONG-1-wrong")
	s, err := New(w.cfg, Options{Log: slog.New(slog.NewJSONHandler(w.log, nil)), HTTP: w.client})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	if err := s.bot.Connected(ctx); err == nil || !strings.Contains(inWords(err), "slack.app_token") {
		t.Errorf("it does not say which token is wrong: %v", err)
	}
	if ready, missing := s.health.state(); ready {
		t.Errorf("it is ready, and Slack can't deliver anything: %v", missing)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
