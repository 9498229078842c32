// Command entra-app is the bot. Subcommands are listed by entra-app help.
package main

import (
	"cmp"
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
	"strings"
	"syscall"
	"time"

	"github.com/entra-app/entra-app/bot"
	"github.com/entra-app/entra-app/cmd/entra-app/audit"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/cmd/entra-app/drift"
	linkcmd "github.com/entra-app/entra-app/cmd/entra-app/link"
	"github.com/entra-app/entra-app/cmd/entra-app/packs"
	"github.com/entra-app/entra-app/cmd/entra-app/policies"
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

// A process is what a subcommand has of the process that runs it.
type process struct {
	args           []string // after the subcommand
	stdout, stderr io.Writer
	env            func(string) (string, bool)
}

// A subcommand is a row of the table.
type subcommand struct {
	name, args, does string
	run              func(ctx context.Context, p process) int
}

// subcommands are filled by init, because help lists them.
var subcommands []subcommand

func init() {
	const config = "--config entra-app.yaml"
	subcommands = []subcommand{
		{"serve", config, "run the bot", serveCommand},
		{"manifest", config, "print the Slack app manifest for the configured mode", manifestCommand},
		{"health", config, "exit 0 if the bot on this machine is alive; or --url http://…/healthz", healthCommand},
		{"pack", "…", "list, show, check and compare packs: what products need; see entra-app pack help", packCommand},
		{"audit", "…", "verify, prove and export the log of what happened; see entra-app audit help", auditCommand},
		{"policy", "…", "explain and test the rules of the configuration; see entra-app policy help", policyCommand},
		{"link", "…", "list and remove links between Slack accounts and accounts; see entra-app link help", linkCommand},
		{"drift", config, "compare every app made or adopted here with what was approved, after a sign-in that can change nothing; " +
			"also --json, --tenant NAME", driftCommand},
		{"key", "rotate --config …", "put a new key into key_file, with the bot stopped, and have the store go with it", keyCommand},
		{"version", "", "print the version", versionCommand},
		{"help", "[config]", "print this, or the configuration table", helpCommand},
	}
}

// usage lists the subcommands.
func usage() string {
	var b strings.Builder
	b.WriteString("entra-app is a Slack bot for approved Microsoft Entra app registrations.\n\n")
	for _, c := range subcommands {
		start := c.name
		if c.args != "" {
			start = fmt.Sprintf("%-8s %s", c.name, c.args)
		}
		fmt.Fprintf(&b, "  entra-app %-34s %s\n", start, c.does)
	}
	return b.String()
}

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
		fmt.Fprint(stderr, usage())
		return exitUsage
	}
	name := args[0]
	if name == "-h" || name == "-help" || name == "--help" {
		name = "help"
	}
	names := make([]string, len(subcommands))
	for i, c := range subcommands {
		if c.name == name {
			return c.run(ctx, process{args[1:], stdout, stderr, env})
		}
		names[i] = c.name
	}
	fmt.Fprintf(stderr, "entra-app: there is no command %q", name)
	if near := spell.Nearest(name, names); near != "" {
		fmt.Fprintf(stderr, "; did you mean %q?", near)
	}
	fmt.Fprint(stderr, "\n\n", usage())
	return exitUsage
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
		fmt.Fprintf(o.Output(), "%s: unexpected argument %q\n", o.Name(), o.Arg(0))
		return exitUsage, false
	}
	return exitOK, true
}

func serveCommand(ctx context.Context, p process) int {
	o := flagsOf("serve", p.stderr)
	if code, on := o.parse(p.args); !on {
		return code
	}
	c, err := config.Load(*o.config, p.env)
	if err != nil {
		fmt.Fprintln(p.stderr, err)
		return exitUsage
	}
	log := slog.New(slog.NewJSONHandler(p.stderr, nil))
	s, err := serve.New(c, serve.Options{Log: log, Version: version()})
	if wrong := document.Of(err); len(wrong) > 0 {
		fmt.Fprintln(p.stderr, wrong)
		return exitUsage
	}
	if err != nil {
		fmt.Fprintln(p.stderr, "entra-app:", err)
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
func manifestCommand(_ context.Context, p process) int {
	o := flagsOf("manifest", p.stderr)
	if code, on := o.parse(p.args); !on {
		return code
	}
	c, err := config.Load(*o.config, p.env)
	for _, wrong := range document.Of(err) {
		if wrong.Key == config.TheWhole || wrong.Key == "public_url" {
			fmt.Fprintln(p.stderr, wrong)
			return exitUsage
		}
	}
	if !c.Slack.Socket && c.PublicURL == "" {
		fmt.Fprintln(p.stderr, "entra-app: HTTP mode needs public_url, the https:// address under which Slack reaches `listen`\nhint: set "+
			"public_url, or set slack.app_token for Socket Mode")
		return exitUsage
	}
	if c.Slack.Socket {
		c.PublicURL = ""
	}
	p.stdout.Write(bot.Manifest(c.PublicURL))
	return exitOK
}

// healthCommand is the container's HEALTHCHECK, which knows 0 and 1 only. It
// needs no more of the configuration than `admin_listen` or `listen`.
func healthCommand(ctx context.Context, p process) int {
	o := flagsOf("health", p.stderr)
	url := o.String("url", "", "the `address` to ask, instead of the configured one")
	if code, on := o.parse(p.args); !on {
		return code
	}
	if *url == "" {
		c, err := config.Load(*o.config, p.env)
		if c.Listen == "" {
			fmt.Fprintln(p.stderr, err)
			return exitFailed
		}
		*url = aliveURL(cmp.Or(c.AdminListen, c.Listen))
	}
	if err := alive(ctx, *url); err != nil {
		fmt.Fprintln(p.stderr, "entra-app: not alive:", err)
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

func packCommand(_ context.Context, p process) int {
	return packs.Run(p.args, p.stdout, p.stderr, p.env, time.Now())
}

func auditCommand(ctx context.Context, p process) int {
	return audit.Run(ctx, audit.Process{Args: p.args, Stdin: os.Stdin, Stdout: p.stdout, Stderr: p.stderr, Env: p.env, Now: time.Now()})
}

func policyCommand(_ context.Context, p process) int {
	return policies.Run(policies.Call{Args: p.args, Stdout: p.stdout, Stderr: p.stderr, Env: p.env, Now: time.Now()})
}

func linkCommand(ctx context.Context, p process) int {
	return linkcmd.Run(ctx, linkcmd.Process{Args: p.args, Stdout: p.stdout, Stderr: p.stderr, Env: p.env, Now: time.Now()})
}

func driftCommand(ctx context.Context, p process) int {
	return drift.Run(ctx, drift.Process{Args: p.args, Stdout: p.stdout, Stderr: p.stderr, Env: p.env, Tenants: serve.Directories})
}

func versionCommand(_ context.Context, p process) int {
	fmt.Fprintln(p.stdout, version())
	return exitOK
}

func helpCommand(_ context.Context, p process) int {
	if len(p.args) > 0 && p.args[0] == "config" {
		fmt.Fprint(p.stdout, config.Markdown())
		return exitOK
	}
	fmt.Fprint(p.stdout, usage())
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
