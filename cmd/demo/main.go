// Command demo is the whole of entra-app on one machine: an emulated Slack
// workspace, an emulated Microsoft Entra tenant, and the real bot between them.
//
//	go run ./cmd/demo           the workspace in a browser
//	go run ./cmd/demo -play     the main job, and the life of an app, as a story in the terminal
//
// The bot is wired by package serve, like in production, and is given other
// addresses: it speaks Slack's Web API and Socket Mode, and Microsoft's sign-in,
// Graph and Azure over TLS, all on loopback. No account is needed anywhere, nothing
// leaves the machine, and the store and its key are in a temporary directory
// that is removed at the end.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options are what the command line says.
type options struct {
	listen string
	play   bool
	app    string
	log    bool
}

// run is the program. It returns its exit code: 2 for a command line that makes
// no sense, 1 if something did not go as it should.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "`address` of the workspace's page; port 0 is a free one")
	flags.BoolVar(&o.play, "play", false, "perform the main job in the terminal, and exit")
	flags.StringVar(&o.app, "app", defaultApp, "with -play: `name` of the app that is asked for; see the names that make trouble")
	flags.BoolVar(&o.log, "log", false, "show the bot's log on standard error")
	flags.Usage = func() { usage(flags) }
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "demo: what is %q? There are only flags; -help lists them.\n", flags.Arg(0))
		return 2
	case !o.play && o.app != defaultApp:
		fmt.Fprintln(stderr, "demo: -app goes with -play; in the browser you type the name yourself.")
		return 2
	}
	log := slog.New(slog.DiscardHandler)
	if o.log {
		log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	w, err := newWorld(ctx, o.listen, log)
	if err != nil {
		fmt.Fprintln(stderr, "demo:", err)
		return 1
	}
	if o.play {
		err = play(ctx, w, o.app, stdout)
	} else {
		banner(stdout, w)
		<-ctx.Done()
		fmt.Fprintln(stdout, "\nGood-bye. The temporary store is removed.")
	}
	if closeErr := w.close(); err == nil && closeErr != nil {
		err = fmt.Errorf("the end was not clean: %w", closeErr)
	}
	if err != nil {
		fmt.Fprintf(stderr, "\ndemo: %s\n", err)
		return 1
	}
	return 0
}

func usage(flags *flag.FlagSet) {
	out := flags.Output()
	fmt.Fprint(out, "usage: go run ./cmd/demo [flags]\n\n"+
		"The whole of entra-app on this machine: an emulated Slack workspace in your browser,\n"+
		"an emulated Entra tenant beside it, and the real bot between them.\n\n")
	flags.PrintDefaults()
	fmt.Fprint(out, "\nApp names that end like this make the tenant fail in that way:\n"+magicNames("  "))
}

// banner says where everything is, and what to try.
func banner(out io.Writer, w *world) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  entra-app, the whole of it on this machine   (started in %s)\n\n", w.took.Round(time.Millisecond))
	fmt.Fprintf(&b, "  Open   %s\n\n", w.url)
	fmt.Fprintf(&b, "  Be one of four people; switch between them at the top of the page:\n\n")
	for _, p := range people {
		fmt.Fprintf(&b, "    %-14s %-26s %s\n", p.name, p.title, p.upn)
	}
	fmt.Fprintf(&b, "\n  Try this\n\n"+
		"    1. As Bea, in #backup-team:  /entra-app request vbo365   Fill in the form and send it.\n"+
		"    2. As Otto, in #entra-approvals: press Approve.          He is told, politely, no.\n"+
		"    3. As Ada, in #entra-approvals:  press Approve.          The app sends her a code.\n"+
		"       Open the page that the message names, enter the code, and sign in as Ada.\n"+
		"    4. Watch the card, and the tenant on the right.\n"+
		"    5. As Bea, in the app's messages: Reveal secret.         Once. Then press it again.\n"+
		"    6. As anybody:               /entra-app status all\n\n"+
		"  Then\n\n"+
		"    Other products              /entra-app request vb365-backup, vb365-restore, vb365-restore-portal,\n"+
		"                                vb365-archiver, vbazure or custom. What they want pasted, a certificate,\n"+
		"                                a subscription's ID or a manifest, is behind Samples at the top of the page,\n"+
		"                                with a PFX file that is refused. Or choose “Certificate made here”, and fetch\n"+
		"                                its file.\n"+
		"    A backup server             In the form of vb365-backup choose the backup server "+backupServer+": the key goes\n"+
		"                                there and to nobody. Then press Check the connection.\n"+
		"    An app made by hand         /entra-app update "+legacyName+" adds what a product needs to an app that Bea owns.\n"+
		"    An app made by Ada          /entra-app status EA-1 has Export manifest. What she makes of it by hand is\n"+
		"                                compared with the plan by /entra-app verify EA-1 and the App ID.\n"+
		"    The life of an app          /entra-app apps lists Bea's, with buttons. Or she types\n"+
		"                                /entra-app renew payroll-backup: both credentials work until she says\n"+
		"                                that the new one does; /entra-app update payroll-backup changes its redirect\n"+
		"                                URIs and owners; then /entra-app retire payroll-backup, and\n"+
		"                                /entra-app recreate payroll-backup. Ada approves each of them.\n\n")
	fmt.Fprintf(&b, "  App names that end like this make the tenant fail in that way:\n\n%s\n", magicNames("    "))
	fmt.Fprintf(&b, "  The tenant     %s/portal\n  Sign-in codes  %s/devicelogin\n  The same job as a story in the terminal: go run "+
		"./cmd/demo -play\n\n", w.dir.pages, w.dir.pages)
	fmt.Fprintf(&b, "  Ctrl-C ends it, and leaves nothing behind.\n")
	io.WriteString(out, b.String())
}
