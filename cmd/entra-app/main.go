// Command entra-app is the bot. Subcommands are listed by entra-app help.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/entra-app/entra-app/bot"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/cmd/entra-app/serve"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it ran, and something went wrong
	exitUsage  = 2 // the command line, the configuration, the store or the key is not right
)

const usage = `entra-app is a Slack bot for approved Microsoft Entra app registrations.

  entra-app serve    --config entra-app.yaml   run the bot
  entra-app manifest --config entra-app.yaml   print the Slack app manifest for the configured mode
  entra-app health   --config entra-app.yaml   exit 0 if the bot on this machine is alive
  entra-app version                            print the version
  entra-app help [config]                      print this, or the configuration table
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.LookupEnv)
	stop()
	os.Exit(code)
}

// run is main, for tests too.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, env func(string) (string, bool)) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	verbs := map[string]func() int{
		"serve":    func() int { return serveCommand(ctx, args[1:], stderr, env) },
		"manifest": func() int { return manifestCommand(args[1:], stdout, stderr, env) },
		"health":   func() int { return healthCommand(ctx, args[1:], stderr, env) },
		"version":  func() int { fmt.Fprintln(stdout, version()); return exitOK },
		"help":     func() int { return helpCommand(args[1:], stdout) },
	}
	verbs["-h"], verbs["--help"], verbs["-help"] = verbs["help"], verbs["help"], verbs["help"]
	verb, ok := verbs[args[0]]
	if !ok {
		fmt.Fprintf(stderr, "entra-app: there is no command %q", args[0])
		if near := config.Nearest(args[0], []string{"serve", "manifest", "health", "version", "help"}); near != "" {
			fmt.Fprintf(stderr, "; did you mean %q?", near)
		}
		fmt.Fprint(stderr, "\n\n", usage)
		return exitUsage
	}
	return verb()
}

// load parses the flags of a command and reads the configuration.
func load(verb string, args []string, stderr io.Writer, env func(string) (string, bool)) (config.Config, bool) {
	flags := flag.NewFlagSet("entra-app "+verb, flag.ContinueOnError)
	flags.SetOutput(stderr)
	path := flags.String("config", "entra-app.yaml", "the configuration `file`")
	if flags.Parse(args) != nil {
		return config.Config{}, false
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "entra-app %s: %q is one argument too many\n", verb, flags.Arg(0))
		return config.Config{}, false
	}
	c, err := config.Load(*path, env)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return config.Config{}, false
	}
	return c, true
}

func serveCommand(ctx context.Context, args []string, stderr io.Writer, env func(string) (string, bool)) int {
	c, ok := load("serve", args, stderr, env)
	if !ok {
		return exitUsage
	}
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	s, err := serve.New(c, serve.Options{Log: log})
	if err != nil {
		fmt.Fprintln(stderr, "entra-app:", err)
		return exitUsage
	}
	if err := s.Run(ctx); err != nil {
		log.Error("ended", "err", err)
		return exitFailed
	}
	return exitOK
}

func manifestCommand(args []string, stdout, stderr io.Writer, env func(string) (string, bool)) int {
	c, ok := load("manifest", args, stderr, env)
	if !ok {
		return exitUsage
	}
	if !c.Slack.Socket && c.PublicURL == "" {
		fmt.Fprintln(stderr, "entra-app: HTTP mode needs public_url, the https:// address under which Slack reaches `listen`\nhint: set public_url, or give slack.app_token for Socket Mode")
		return exitUsage
	}
	if c.Slack.Socket {
		c.PublicURL = ""
	}
	stdout.Write(bot.Manifest(c.PublicURL))
	return exitOK
}

// healthCommand is the container's HEALTHCHECK.
func healthCommand(ctx context.Context, args []string, stderr io.Writer, env func(string) (string, bool)) int {
	c, ok := load("health", args, stderr, env)
	if !ok {
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	host, port, err := net.SplitHostPort(c.Listen)
	if err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
		host = "127.0.0.1"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err == nil {
		var resp *http.Response
		if resp, err = http.DefaultClient.Do(req); err == nil {
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				err = errors.New(resp.Status)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, "entra-app: not alive:", err)
		return exitFailed
	}
	return exitOK
}

func helpCommand(args []string, stdout io.Writer) int {
	if len(args) > 0 && args[0] == "config" {
		fmt.Fprint(stdout, config.Markdown())
		return exitOK
	}
	fmt.Fprint(stdout, usage)
	return exitOK
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "entra-app (devel)"
	}
	return "entra-app " + info.Main.Version
}
