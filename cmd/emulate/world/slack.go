package world

import (
	"cmp"
	_ "embed"
	"fmt"
	"log/slog"
	"slices"

	"github.com/entra-app/entra-app/bot/slacktest"
	"github.com/entra-app/entra-app/bot/slacktest/page"
)

// DefaultSlack is the file that is read where none is given.
//
//go:embed slack.yaml
var DefaultSlack []byte

// A SlackFile is what the file of a workspace holds; slack.yaml shows one.
type SlackFile struct {
	Team struct{ ID, Name, Domain string }
	App  struct {
		ID, Name      string
		BotUser       string `yaml:"bot_user"`
		Bot           string
		BotToken      string `yaml:"bot_token"`
		AppToken      string `yaml:"app_token"`
		SigningSecret string `yaml:"signing_secret"`
		Scopes        []string
		Events        []string
		RequestURL    string `yaml:"request_url"` // for commands, interactions, options and events
		CommandsURL   string `yaml:"commands_url"`
		ActionsURL    string `yaml:"interactions_url"`
		OptionsURL    string `yaml:"options_url"`
		EventsURL     string `yaml:"events_url"`
		Commands      []struct {
			Name         string
			ShouldEscape bool `yaml:"should_escape"`
		}
	}
	People []struct {
		ID, Name, Email, Title, Color string
		RealName                      string `yaml:"real_name"`
		Deleted                       bool
		IsRestricted                  bool `yaml:"is_restricted"`
		IsUltraRestricted             bool `yaml:"is_ultra_restricted"`
	}
	Channels []struct {
		ID, Name string
		Private  bool
		Members  []string
		App      bool // the app is a member too
	}
	Usergroups []struct {
		ID, Name, Handle string
		Users            []string
	}
}

// SlackOptions are how a Slack is reached.
type SlackOptions struct {
	Listen     string // host:port; plain HTTP
	World      []byte // the file of a workspace; nil means DefaultSlack
	RequestURL string // in the place of the file's
	RateLimits bool
	Log        *slog.Logger
}

// A Slack is a running emulator of a workspace.
type Slack struct {
	Workspace *slacktest.Workspace
	URL       string // of the page; the Web API is below it at /api/
	File      SlackFile

	listener *listener
}

// StartSlack starts one. It is ready when StartSlack returns.
func StartSlack(o SlackOptions) (*Slack, error) {
	s := &Slack{}
	if o.World == nil {
		o.World = DefaultSlack
	}
	if err := read(o.World, &s.File); err != nil {
		return nil, fmt.Errorf("the file of the workspace: %w", err)
	}
	app := &s.File.App
	app.RequestURL = cmp.Or(o.RequestURL, app.RequestURL)
	s.Workspace = slacktest.New(slacktest.Config{TeamID: s.File.Team.ID, TeamName: s.File.Team.Name, TeamDomain: s.File.Team.Domain,
		AppID: app.ID, AppName: app.Name, BotUserID: app.BotUser, BotID: app.Bot, BotToken: app.BotToken, AppToken: app.AppToken,
		SigningSecret: app.SigningSecret,
		Scopes:        app.Scopes, Events: app.Events, Page: page.FS, RateLimits: o.RateLimits, Log: o.Log,
		CommandsURL: cmp.Or(app.CommandsURL, app.RequestURL), InteractionsURL: cmp.Or(app.ActionsURL, app.RequestURL),
		OptionsURL: cmp.Or(app.OptionsURL, app.RequestURL), EventsURL: cmp.Or(app.EventsURL, app.RequestURL)})
	s.fill()
	var err error
	if s.listener, err = listen(o.Listen, s.Workspace, nil); err != nil {
		s.Workspace.Close()
		return nil, err
	}
	s.URL = "http://" + s.listener.Addr().String()
	s.Workspace.SetURL(s.URL)
	return s, nil
}

// Close ends it.
func (s *Slack) Close() error {
	s.Workspace.Close()
	return s.listener.close()
}

// fill adds what the file names.
func (s *Slack) fill() {
	for _, u := range s.File.People {
		s.Workspace.AddUser(slacktest.User{ID: u.ID, Name: u.Name, RealName: cmp.Or(u.RealName, u.Name), Email: u.Email, Title: u.Title,
			Color:   u.Color,
			Deleted: u.Deleted, IsRestricted: u.IsRestricted, IsUltraRestricted: u.IsUltraRestricted})
	}
	for _, c := range s.File.Channels {
		members := slices.Clone(c.Members)
		if c.App {
			members = append(members, s.Workspace.BotUserID())
		}
		s.Workspace.AddChannel(slacktest.Channel{ID: c.ID, Name: c.Name, Private: c.Private, Members: members})
	}
	for _, g := range s.File.Usergroups {
		s.Workspace.AddUsergroup(slacktest.Usergroup{ID: g.ID, Name: g.Name, Handle: g.Handle, Users: g.Users})
	}
	for _, c := range s.File.App.Commands {
		s.Workspace.AddCommand(c.Name, c.ShouldEscape)
	}
}
