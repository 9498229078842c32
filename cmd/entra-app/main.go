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
	"github.com/entra-app/entra-app/cmd/entra-app/packs"
	"github.com/entra-app/entra-app/cmd/entra-app/serve"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/spell"
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
  entra-app health   --config entra-app.yaml   exit 0 if the bot on this machine is alive; or --url http://…/healthz
  entra-app pack …                             list, show, check and compare packs: what products need; see entra-app pack help
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
		"pack":     func() int { return packs.Run(args[1:], stdout, stderr, env, time.Now()) },
		"version":  func() int { fmt.Fprintln(stdout, version()); return exitOK },
		"help":     func() int { return helpCommand(args[1:], stdout) },
	}
	verbs["-h"], verbs["--help"], verbs["-help"] = verbs["help"], verbs["help"], verbs["help"]
	verb, ok := verbs[args[0]]
	if !ok {
		fmt.Fprintf(stderr, "entra-app: there is no command %q", args[0])
		if near := spell.Nearest(args[0], []string{"serve", "manifest", "health", "pack", "version", "help"}); near != "" {
			fmt.Fprintf(stderr, "; did you mean %q?", near)
		}
		fmt.Fprint(stderr, "\n\n", usage)
		return exitUsage
	}
	return verb()
}

// options are the flags of a command, every one of which has --config.
type options struct {
	*flag.FlagSet
	config *string
}

func flagsOf(verb string, stderr io.Writer) options {
	flags := flag.NewFlagSet("entra-app "+verb, flag.ContinueOnError)
	flags.SetOutput(stderr)
	return options{flags, flags.String("config", "entra-app.yaml", "the configuration `file`")}
}

// parse reports whether to go on, and the exit code if not.
func (o options) parse(args []string) (code int, on bool) {
	switch err := o.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, false
	case err != nil:
		return exitUsage, false
	case o.NArg() > 0:
		fmt.Fprintf(o.Output(), "%s: %q is one argument too many\n", o.Name(), o.Arg(0))
		return exitUsage, false
	}
	return exitOK, true
}

func serveCommand(ctx context.Context, args []string, stderr io.Writer, env func(string) (string, bool)) int {
	o := flagsOf("serve", stderr)
	if code, on := o.parse(args); !on {
		return code
	}
	c, err := config.Load(*o.config, env)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	s, err := serve.New(c, serve.Options{Log: log})
	if wrong := document.Of(err); len(wrong) > 0 {
		fmt.Fprintln(stderr, wrong)
		return exitUsage
	}
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

// manifestCommand needs no more of the configuration than the mode and the
// address: there are no tokens before there is a Slack app, and no Slack app
// before there is a manifest.
func manifestCommand(args []string, stdout, stderr io.Writer, env func(string) (string, bool)) int {
	o := flagsOf("manifest", stderr)
	if code, on := o.parse(args); !on {
		return code
	}
	c, err := config.Load(*o.config, env)
	for _, p := range document.Of(err) {
		if p.Key == config.TheWhole || p.Key == "public_url" {
			fmt.Fprintln(stderr, p)
			return exitUsage
		}
	}
	if !c.Slack.Socket && c.PublicURL == "" {
		fmt.Fprintln(stderr, "entra-app: HTTP mode needs public_url, the https:// address under which Slack reaches `listen`\nhint: set "+
			"public_url, or give slack.app_token for Socket Mode")
		return exitUsage
	}
	if c.Slack.Socket {
		c.PublicURL = ""
	}
	stdout.Write(bot.Manifest(c.PublicURL))
	return exitOK
}

// healthCommand is the container's HEALTHCHECK, which knows 0 and 1 only. It
// needs no more of the configuration than `listen`.
func healthCommand(ctx context.Context, args []string, stderr io.Writer, env func(string) (string, bool)) int {
	o := flagsOf("health", stderr)
	url := o.String("url", "", "the `address` to ask, instead of the configured one")
	if code, on := o.parse(args); !on {
		return code
	}
	if *url == "" {
		c, err := config.Load(*o.config, env)
		if c.Listen == "" {
			fmt.Fprintln(stderr, err)
			return exitFailed
		}
		*url = aliveURL(c.Listen)
	}
	if err := alive(ctx, *url); err != nil {
		fmt.Fprintln(stderr, "entra-app: not alive:", err)
		return exitFailed
	}
	return exitOK
}

// aliveURL is where a process on this machine that listens there is asked.
func aliveURL(listen string) string {
	host, port, _ := net.SplitHostPort(listen)
	switch ip := net.ParseIP(host); {
	case host == "" || ip.Equal(net.IPv4zero):
		host = "127.0.0.1"
	case ip.IsUnspecified():
		host = "::1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/healthz"
}

func alive(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	// A proxy of the environment is not asked for what is on this machine.
	resp, err := (&http.Client{Transport: &http.Transport{}}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}

func helpCommand(args []string, stdout io.Writer) int {
	if len(args) > 0 && args[0] == "config" {
		fmt.Fprint(stdout, config.Markdown())
		return exitOK
	}
	fmt.Fprint(stdout, usage)
	return exitOK
}

// release is the version that a build names: -ldflags "-X main.release=v1.2.3". An image has it, as its build has no .git.
var release string

func version() string {
	if release != "" {
		return "entra-app " + release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "entra-app (devel)"
	}
	return "entra-app " + info.Main.Version
}
