// Package serve puts the parts together and runs them: the store, the desk, the
// engine, Slack and the tenants. entra-app serve runs it with an operator's
// configuration, the demo with two emulators; there is no other difference.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/entra-app/entra-app/bot"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/graphops"
	"github.com/entra-app/entra-app/graphops/veeam"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/cloud"
	"github.com/entra-app/entra-app/workflow/pack/packfile"
)

// Options are what the process gives, and the configuration does not.
type Options struct {
	Log  *slog.Logger     // nil means slog.Default()
	HTTP *http.Client     // for Slack and Microsoft; nil means one with timeouts and the system's trust
	Now  func() time.Time // nil means time.Now

	Backoff func(tries int) time.Duration // see workflow.EngineConfig
	Version string                        // of the program
}

// A Server is a running entra-app.
type Server struct {
	socket bool
	log    *slog.Logger
	store  *store.Bolt
	engine *workflow.Engine
	bot    *bot.Bot
	doors  []*door
	health *health

	starts func(ctx context.Context) error // writes into the log that it did
}

// drain is how long a stop may take: an orchestrator kills after ten seconds.
const drain = 9 * time.Second

// New opens the store and listens. Slack and Entra need not be there yet.
func New(c config.Config, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if c.Slack.Socket && !c.Slack.SigningSecret.IsZero() {
		o.Log.Info("slack.app_token and slack.signing_secret are both given: the bot opens a WebSocket, and takes signed deliveries " +
			"over HTTP too")
	}
	products, err := packfile.Load(c.Packs)
	if err != nil {
		return nil, err
	}
	if err := checkPolicy(c, products, o.Log); err != nil {
		return nil, err
	}
	entra := Directories(c)
	directory, err := graphops.New(graphops.Config{Tenants: entra, HTTP: o.HTTP, Log: o.Log, Now: o.Now})
	if err != nil {
		return nil, err
	}
	backups, looks, err := backupServers(c, o.Log)
	if err != nil {
		return nil, err
	}
	if err := private(c); err != nil {
		return nil, err
	}
	if err := unrotated(c); err != nil {
		return nil, err
	}
	key, err := openKey(c, o.Log)
	if err != nil {
		return nil, err
	}
	kept, err := openStore(c.Store, key, o.Log)
	if err != nil {
		return nil, err
	}
	ring, err := kept.Ring()
	if err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	key = key.On(ring)
	s := &Server{socket: c.Slack.Socket, log: o.Log, store: kept, health: &health{metrics: newMetrics()},
		starts: func(ctx context.Context) error { return tellStart(ctx, kept, key, c, o) }}
	requests := counted{kept, s.health.metrics}
	desk := workflow.NewDesk(workflow.DeskConfig{Store: requests, Tenants: tenants(c), Products: products, Policy: c.Policy, Key: key,
		Log: o.Log, Now: o.Now, PublicURL: c.PublicURL, Backups: backups, Looks: looks})
	s.bot, err = bot.New(bot.Config{
		Desk: desk, BotToken: c.Slack.BotToken, AppToken: c.Slack.AppToken, SigningSecret: c.Slack.SigningSecret,
		APIURL: c.Slack.APIURL, HTTP: o.HTTP, Log: o.Log, Now: o.Now, Observe: s.health.metrics.acked,
	})
	if err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	s.engine = workflow.NewEngine(workflow.EngineConfig{
		Desk: desk, Store: requests, Directory: directory, Messenger: s.bot, People: s.bot, Key: key,
		Log: o.Log, Now: o.Now, Backoff: o.Backoff,
	})
	if err := s.open(c); err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	s.health.add(part{name: "store", needed: true, every: 15 * time.Second, check: func(ctx context.Context) error {
		_, _, err := workflow.Readable(kept.List(ctx, workflow.Query{State: workflow.StatePending, Limit: 1}))
		return err
	}})
	s.health.add(part{name: "stored requests", every: time.Minute, check: kept.Readable})
	s.health.add(part{name: "Slack", needed: true, every: 30 * time.Second, check: s.bot.Check})
	if c.Slack.Socket {
		s.health.add(part{name: "Socket Mode", needed: true, every: 5 * time.Second, check: s.bot.Connected})
	}
	asks := o.HTTP
	if asks == nil {
		asks = &http.Client{Timeout: checkLimit}
	}
	for _, t := range entra {
		s.health.add(part{name: "Entra for " + t.Name, every: 2 * time.Minute, check: signInService(asks, t)})
	}
	return s, nil
}

// Run serves until ctx ends. Then it takes no new work, lets what is under way
// be saved, closes everything and returns, within ten seconds.
func (s *Server) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	asked := ctx
	ctx, stop := context.WithCancelCause(asked)
	defer stop(nil)
	if err := s.starts(ctx); err != nil {
		for _, d := range s.doors {
			err = errors.Join(err, d.Close())
		}
		return errors.Join(fmt.Errorf("the start can't be written into the log: %w", err), s.store.Close())
	}
	s.log.Info("listening", "addr", s.Addr(), "admin_addr", s.AdminAddr(), "socket_mode", s.socket)
	for _, d := range s.doors {
		parts.Go(func() {
			if err := d.serve(); err != nil {
				stop(err)
			}
		})
	}
	for _, p := range s.health.parts {
		parts.Go(func() { s.health.watch(ctx, p, s.log) })
	}
	parts.Go(func() {
		if err := s.engine.Run(ctx); err != nil {
			stop(fmt.Errorf("the engine: %w", err))
		}
	})
	if s.socket {
		parts.Go(func() {
			if err := s.bot.RunSocket(ctx); err != nil {
				stop(fmt.Errorf("receiving from Slack: %w", err))
			}
		})
	}
	<-ctx.Done()
	var failed error
	if asked.Err() == nil { // a part has failed
		failed = context.Cause(ctx)
	}
	s.log.Info("stopping")
	s.health.stopping()
	ended, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	for _, d := range s.doors {
		parts.Go(func() { d.shut(ended) })
	}
	done := make(chan struct{})
	go func() {
		parts.Wait()
		s.bot.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ended.Done():
		s.log.Warn("some work was not finished; the next start continues it")
	}
	err := errors.Join(s.store.Record(ended, audit.Entry{What: audit.WhatStop, Detail: "entra-app was stopped."}), s.store.Close())
	s.log.Info("stopped")
	return errors.Join(failed, err)
}

// tenants are the configured ones as workflow knows them.
func tenants(c config.Config) []workflow.Tenant {
	out := make([]workflow.Tenant, len(c.Tenants))
	for i, t := range c.Tenants {
		out[i] = workflow.Tenant{Name: t.Name, ID: t.ID, Channel: t.Channel, Approvers: t.Approvers, Sufficient: t.Sufficient,
			Cloud: t.Cloud, ClientID: t.ClientID}
	}
	return out
}

// backupServers are the configured ones: those that apps can be connected to, which have
// an account, and those that people can only sign in to.
func backupServers(c config.Config, log *slog.Logger) (connect, look []workflow.BackupServer, err error) {
	for _, v := range c.Veeam {
		s, err := veeam.New(veeam.Config{Name: v.Name, URL: v.URL, TLS: v.TLS, Username: v.Username, Password: v.Password, Log: log})
		if err != nil {
			return nil, nil, err
		}
		if v.Username == "" {
			log.Warn("nothing is connected to a backup server without an account, which is only queried with people's own sign-ins: give "+
				"it username and password under veeam", "veeam", v.Name)
			look = append(look, s)
			continue
		}
		connect = append(connect, s)
	}
	return connect, look, nil
}

// Directories are the configured tenants as graphops knows them.
func Directories(c config.Config) []graphops.Tenant {
	out := make([]graphops.Tenant, len(c.Tenants))
	for i, t := range c.Tenants {
		in, _ := cloud.Named(t.Cloud)
		authority, graph, arm := in.Authority, in.Graph, in.ARM
		if t.AuthorityURL != "" {
			authority = t.AuthorityURL
		}
		if t.GraphURL != "" {
			graph = t.GraphURL
		}
		if t.ARMURL != "" {
			arm = t.ARMURL
		}
		out[i] = graphops.Tenant{Name: t.Name, TenantID: t.ID, ClientID: t.ClientID, AuthorityURL: authority, GraphURL: graph, ARMURL: arm}
	}
	return out
}
