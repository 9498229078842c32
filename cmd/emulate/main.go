// Command emulate serves one of the emulators that entra-app is tested with, for bots and programs of others:
// it needs no Go but for starting it, and no account anywhere.
//
//	go run ./cmd/emulate entra --listen 127.0.0.1:8443 --ca-file entra-ca.pem --world entra.yaml
//	go run ./cmd/emulate slack --listen 127.0.0.1:8081 --world slack.yaml
//
// entra is Microsoft's sign-in service, the part of Microsoft Graph that registers applications, and the part of
// Azure Resource Manager that assigns roles; package entratest says what of them. slack is a workspace with one app;
// package slacktest says what of it. README.md, beside this file, has the calls that need no screen.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/entra-app/entra-app/cmd/emulate/world"
)

const usage = `usage: go run ./cmd/emulate entra [flags]    Microsoft's sign-in service, Graph and Azure
       go run ./cmd/emulate slack [flags]    a Slack workspace with one app
       go run ./cmd/emulate entra --hosts    prints a hosts file with which Microsoft's names lead to --listen
       go run ./cmd/emulate entra --example  prints a file for --world, with what there is without one; slack too
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program. It returns its exit code: 2 for a command line that makes no sense, 1 for what failed.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	kinds := map[string]func(*flag.FlagSet) starter{"entra": entra, "slack": slack}
	if len(args) == 0 || kinds[args[0]] == nil {
		fmt.Fprint(stderr, usage)
		return 2
	}
	flags := flag.NewFlagSet("emulate "+args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("world", "", "`file` with the people and what else there is; --example prints one")
	example := flags.Bool("example", false, "print the file that is used without --world, and exit")
	calls := flags.Bool("log", false, "log calls on standard error, without secrets")
	start := kinds[args[0]](flags)
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "emulate: what is %q? There are only flags; -help lists them.\n", flags.Arg(0))
		return 2
	case *example:
		stdout.Write(map[string][]byte{"entra": world.DefaultEntra, "slack": world.DefaultSlack}[args[0]])
		return 0
	}
	log := slog.New(slog.DiscardHandler)
	if *calls {
		log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	var data []byte
	if *file != "" {
		var err error
		if data, err = os.ReadFile(*file); err != nil {
			fmt.Fprintln(stderr, "emulate:", err)
			return 1
		}
	}
	said, end, err := start(data, log)
	if err != nil {
		fmt.Fprintln(stderr, "emulate:", err)
		return 1
	}
	io.WriteString(stdout, said)
	if end == nil {
		return 0
	}
	<-ctx.Done()
	if err := end(); err != nil {
		fmt.Fprintln(stderr, "emulate:", err)
		return 1
	}
	return 0
}

// A starter starts an emulator with the contents of a file, nil where none was given. It returns what to say about
// it, and how to end it: nil where nothing was started, and that was all.
type starter func(file []byte, log *slog.Logger) (said string, end func() error, err error)

func entra(flags *flag.FlagSet) starter {
	listen := flags.String("listen", "127.0.0.1:8443", "`address` to serve at, over TLS")
	ca := flags.String("ca-file", "entra-ca.pem", "`file` that the certificate authority is written to, a new one at each start")
	microsoft := flags.Bool("microsoft", false,
		"answer under Microsoft's own host names, for clients that insist on them; README.md says how they find the way")
	hosts := flags.Bool("hosts", false, "print a hosts file with which Microsoft's host names lead to --listen, and exit")
	poll := flags.Duration("poll", 5*time.Second, "how often clients are told to ask whether somebody has signed in")
	replicas := flags.Int("replicas", 1,
		"`number` of replicas of each tenant; with more than one a change is seen everywhere only after seconds or minutes, as in life")
	return func(file []byte, log *slog.Logger) (string, func() error, error) {
		if *hosts {
			said, err := hostsOf(*listen)
			return said, nil, err
		}
		e, err := world.StartEntra(world.EntraOptions{Listen: *listen, CAFile: *ca, Microsoft: *microsoft, Poll: *poll, World: file,
			Log: log, Replicas: *replicas})
		if err != nil {
			return "", nil, err
		}
		return aboutEntra(e, *ca, *microsoft), e.Close, nil
	}
}

// hostsOf is the hosts file for an address to listen at, which has to begin with an IP address.
func hostsOf(listen string) (string, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("--listen needs host:port: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		return "", fmt.Errorf("--listen %s: a hosts file needs one IP address, as in --listen 127.0.0.2:443", listen)
	}
	return world.Hosts(host), nil
}

func aboutEntra(e *world.Entra, ca string, microsoft bool) string {
	var b strings.Builder
	login, pages, azure := e.URL, e.URL, e.URL
	if microsoft {
		login, pages, azure = "https://login.microsoftonline.com", "https://microsoft.com", "https://management.azure.com"
	}
	fmt.Fprintf(&b, "Microsoft Entra, Microsoft Graph and Azure, emulated\n\n")
	fmt.Fprintf(&b, "  Sign-in   %s/{tenant}\n  Graph     %s/v1.0\n  Azure     %s\n  Codes     %s/devicelogin\n  Portal    %s/portal\n",
		login, e.URL, azure, pages, pages)
	fmt.Fprintf(&b, "  Trust     %s, in SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE or curl --cacert\n", ca)
	for _, t := range e.File.Tenants {
		fmt.Fprintf(&b, "\nTenant %s, %s, %s\n\n", t.Name, t.ID, t.Domain)
		for _, p := range t.People {
			fmt.Fprintf(&b, "  person        %-34s %s\n", p.UPN, strings.Join(p.Roles, ", "))
		}
		for _, c := range t.Clients {
			fmt.Fprintf(&b, "  public client %s  %s\n", c.AppID, c.Name)
		}
		for _, a := range t.Apps {
			fmt.Fprintf(&b, "  app           %s  %s, secret %s\n", a.AppID, a.Name, a.Secret)
		}
		for _, g := range t.ManagementGroups {
			fmt.Fprintf(&b, "  group         %s\n", g.Scope)
		}
		for _, s := range t.Subscriptions {
			fmt.Fprintf(&b, "  subscription  %s  %s\n", s.ID, s.Name)
			for _, g := range s.ResourceGroups {
				fmt.Fprintf(&b, "  group         %s\n", g.Scope)
			}
		}
	}
	b.WriteString("\nCtrl-C ends it, and all of it is forgotten.\n")
	return b.String()
}

func slack(flags *flag.FlagSet) starter {
	listen := flags.String("listen", "127.0.0.1:8081", "`address` to serve at")
	request := flags.String("request-url", "", "`URL` of the app's HTTP endpoint; without one it uses Socket Mode")
	limits := flags.Bool("rate-limits", false, "hold the app to Slack's rate limits")
	return func(file []byte, log *slog.Logger) (string, func() error, error) {
		s, err := world.StartSlack(world.SlackOptions{Listen: *listen, RequestURL: *request, RateLimits: *limits, World: file, Log: log})
		if err != nil {
			return "", nil, err
		}
		return aboutSlack(s), s.Close, nil
	}
}

func aboutSlack(s *world.Slack) string {
	var b strings.Builder
	app := s.File.App
	fmt.Fprintf(&b, "Slack workspace %s, emulated\n\n", s.File.Team.Name)
	fmt.Fprintf(&b, "  Page            %s\n  Web API         %s/api/\n", s.URL, s.URL)
	fmt.Fprintf(&b, "  Bot token       %s\n  App token       %s\n  Signing secret  %s\n", s.Workspace.BotToken(), s.Workspace.AppToken(),
		s.Workspace.SigningSecret())
	if app.RequestURL != "" {
		fmt.Fprintf(&b, "  Deliveries      signed, to %s\n", app.RequestURL)
	} else {
		fmt.Fprintf(&b, "  Deliveries      by Socket Mode\n")
	}
	b.WriteString("\n")
	for _, c := range app.Commands {
		fmt.Fprintf(&b, "  command   %s\n", c.Name)
	}
	for _, p := range s.File.People {
		fmt.Fprintf(&b, "  person    %-12s @%s\n", p.ID, p.Name)
	}
	for _, c := range s.File.Channels {
		fmt.Fprintf(&b, "  channel   %-12s #%s\n", c.ID, c.Name)
	}
	b.WriteString("\nCtrl-C ends it, and all of it is forgotten.\n")
	return b.String()
}
