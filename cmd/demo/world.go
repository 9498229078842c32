package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/entra-app/entra-app/bot"
	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/bot/slacktest/page"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/cmd/entra-app/serve"
	"github.com/entra-app/entra-app/graphops/entratest/veeamtest"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// The channels of the workspace.
const (
	backupTeam = "C0BACKUPTEAM"
	approvals  = "C0APPROVALS"
	general    = "C0GENERAL"
)

// A world is a workspace, a directory, and the bot between them.
type world struct {
	slack   *slacktest.Workspace
	dir     *directory
	bot     *serve.Server
	veeam   *veeamtest.Server
	samples []sample      // to paste into forms
	url     string        // of the workspace's page
	took    time.Duration // to start it all
	clock   clock         // everybody's

	startBot func(context.Context) error
	stopBot  func() error
	closers  closers
}

// newWorld starts everything, and returns when the bot is ready.
func newWorld(ctx context.Context, listen string, log *slog.Logger) (_ *world, err error) {
	began := time.Now()
	w := &world{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	home, err := os.MkdirTemp("", "entra-app-demo-")
	if err != nil {
		return nil, err
	}
	w.closers.add(func() error { return os.RemoveAll(home) })
	if w.samples, err = makeSamples(); err != nil {
		return nil, err
	}
	if w.dir, err = startDirectory(&w.closers, w.clock.now); err != nil {
		return nil, err
	}
	if err := w.startSlack(listen); err != nil {
		return nil, err
	}
	var backup config.Veeam
	if w.veeam, backup, err = startBackup(&w.closers, w.dir.entra, w.clock.now); err != nil {
		return nil, err
	}
	w.closers.add(func() error { return w.stopBot() })
	w.stopBot = func() error { return nil }
	w.startBot = func(ctx context.Context) error { return w.runBot(ctx, home, backup, log) }
	if err := w.startBot(ctx); err != nil {
		return nil, err
	}
	w.took = time.Since(began)
	return w, nil
}

// close ends everything, the bot first.
func (w *world) close() error { return w.closers.close() }

// startSlack serves the workspace with its people and channels.
func (w *world) startSlack(listen string) error {
	w.slack = slacktest.New(slacktest.Config{
		TeamID: "T0CONTOSO", TeamName: "Contoso", TeamDomain: "contoso", Page: page.FS, Now: w.clock.now, Aside: w.dir.pages + "/portal",
		Scopes: bot.Scopes,
	})
	for _, p := range people {
		u := slacktest.User{ID: p.id, Name: p.handle, RealName: p.name, Title: p.title, Email: p.email}
		if p.outside {
			u.TeamID, u.IsStranger = "T0FABRIKAM", true
		}
		w.slack.AddUser(u)
	}
	robot := w.slack.BotUserID()
	everybody := []string{robot}
	for _, p := range people {
		everybody = append(everybody, p.id)
	}
	w.slack.AddChannel(slacktest.Channel{ID: backupTeam, Name: "backup-team", Members: everybody})
	w.slack.AddChannel(slacktest.Channel{ID: approvals, Name: "entra-approvals", Members: everybody})
	w.slack.AddChannel(slacktest.Channel{ID: general, Name: "general", Members: everybody})
	for _, p := range people {
		w.slack.AddChannel(slacktest.Channel{ID: "D" + p.id[1:], With: p.id, Members: []string{p.id, robot}})
	}
	w.chat()

	mux := http.NewServeMux()
	mux.Handle("/", w.slack)
	mux.HandleFunc("GET /client/config", w.clientConfig)
	mux.HandleFunc("GET /samples/{name}", w.sampleFile)
	mux.Handle(workflow.PagePath, w.publicPages())
	addr, err := serveOn(&w.closers, listen, mux, nil)
	if err != nil {
		return fmt.Errorf("%w\nhint: -listen 127.0.0.1:0 takes a free port", err)
	}
	w.closers.add(func() error { w.slack.Close(); return nil })
	w.url = "http://" + addr
	w.slack.SetURL(w.url)
	return nil
}

// chat is what was said before the curtain rises.
func (w *world) chat() {
	for _, m := range []struct {
		who     *person
		channel string
		text    string
	}{
		{tom, backupTeam, "The new backup server is racked. It still needs an app registration to read the tenant."},
		{bea, backupTeam, "I'll ask for one: `/entra-app request`"},
		{ada, approvals, "Requests for app registrations come here. Whoever approves signs in; the bot has no rights of its own."},
		{ada, general, "Welcome, <@" + otto.id + ">, who helps us from Fabrikam."},
	} {
		if err := w.slack.Person(m.who.id).Say(m.channel, "", m.text); err != nil {
			panic(err) // they are all members
		}
	}
}

// publicPages are the bot's, as they would be behind a proxy.
func (w *world) publicPages() http.Handler {
	return &httputil.ReverseProxy{ErrorLog: quiet, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: w.bot.Addr()})
	}}
}

// clientConfig tells the page what stands beside the workspace, and how the
// app's command is used: the manifest knows that, and the emulator does not ask.
func (w *world) clientConfig(rw http.ResponseWriter, _ *http.Request) {
	var manifest struct {
		Features struct {
			SlashCommands []struct {
				Command     string `json:"command"`
				Description string `json:"description"`
				UsageHint   string `json:"usage_hint"`
			} `json:"slash_commands"`
		} `json:"features"`
	}
	if err := json.Unmarshal(bot.Manifest(""), &manifest); err != nil {
		http.Error(rw, err.Error(), http.StatusInternalServerError)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	json.NewEncoder(rw).Encode(map[string]any{"aside": w.dir.pages + "/portal", "aside_title": "Tenant", "samples": w.samples,
		"commands": manifest.Features.SlashCommands})
}

// runBot runs the bot as production does, and waits until it is ready.
func (w *world) runBot(ctx context.Context, home string, backup config.Veeam, log *slog.Logger) (err error) {
	c := config.Config{
		Slack: config.Slack{
			BotToken: seal.New(w.slack.BotToken()), AppToken: seal.New(w.slack.AppToken()),
			Socket: true, APIURL: w.url + "/api/",
		},
		Listen:    "127.0.0.1:0",
		PublicURL: w.url,
		Store:     filepath.Join(home, "entra-app.db"),
		KeyFile:   filepath.Join(home, "entra-app.key"),
		Tenants: []config.Tenant{{
			Name: w.dir.contoso.Name, ID: w.dir.contoso.ID, ClientID: w.dir.client.AppID, AuthorityURL: w.dir.url, GraphURL: w.dir.url,
			ARMURL:  w.dir.url,
			Channel: approvals, Approvers: []workflow.Approver{{Slack: ada.id, Entra: ada.upn}},
		}},
		Veeam:  []config.Veeam{backup},
		Policy: workflow.DefaultPolicy,
	}
	if w.bot, err = serve.New(c, serve.Options{Log: log, HTTP: w.dir.http, Now: w.clock.now}); err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- w.bot.Run(running) }()
	w.stopBot = func() error {
		stop()
		w.stopBot = func() error { return nil }
		return <-ended
	}
	return w.ready(ctx)
}

// ready waits until the bot says so itself, and the workspace has its socket.
func (w *world) ready(ctx context.Context) error {
	const patience = 15 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	last := "it does not answer"
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.bot.Addr()+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			var status struct {
				Ready   bool
				Missing []string
			}
			err = json.NewDecoder(resp.Body).Decode(&status)
			resp.Body.Close()
			if err == nil && status.Ready && w.slack.Connected() > 0 {
				return nil
			}
			last = fmt.Sprint(status.Missing)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("the bot is not ready after %s: %s", patience, last)
		}
	}
}
