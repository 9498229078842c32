// Package drift is entra-app drift: it signs a reader in, reads every app that was made or adopted
// here as a whole, and says how each differs from what was approved. It changes nothing, in the
// tenant or in the store, and reads a copy of the store while a bot has it open.
package drift

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/audit"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/graphops"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/document"
)

// Exit codes.
const (
	exitOK    = 0
	exitDrift = 1 // an app differs, or not all of it could be read
	exitUsage = 2 // nothing was compared: the command line, the configuration, the store or the sign-in is not right
)

// A Process is what the command has of the process that runs it.
type Process struct {
	Args           []string
	Stdout, Stderr io.Writer
	Env            func(string) (string, bool)
	HTTP           *http.Client     // nil means the system's trust, with timeouts
	Now            func() time.Time // nil means time.Now
	// Tenants are the configured ones as graphops knows them.
	Tenants func(config.Config) []graphops.Tenant
}

// A result is an app in the form of --json.
type result struct {
	Tenant  string   `json:"tenant"`
	Request string   `json:"request"`
	App     string   `json:"app"`
	AppID   string   `json:"appId"`
	Gone    bool     `json:"gone"`
	Foreign []string `json:"foreign"`
	More    []string `json:"more"`
	Less    []string `json:"less"`
	Unknown []string `json:"unknown"`
}

// A look is one run of the command.
type look struct {
	Process
	json    bool
	tenant  string
	results []result
	differs bool
}

// Run runs the command and returns the exit code.
func Run(ctx context.Context, p Process) int {
	l := &look{Process: p}
	if l.Now == nil {
		l.Now = time.Now
	}
	flags := flag.NewFlagSet("entra-app drift", flag.ContinueOnError)
	flags.SetOutput(p.Stderr)
	file := flags.String("config", "entra-app.yaml", "the configuration `file`")
	flags.BoolVar(&l.json, "json", false, "print JSON")
	flags.StringVar(&l.tenant, "tenant", "", "only the tenant with this `name`")
	if err := flags.Parse(p.Args); errors.Is(err, flag.ErrHelp) {
		return exitOK
	} else if err != nil {
		return exitUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(p.Stderr, "entra-app drift: unexpected argument %q\n", flags.Arg(0))
		return exitUsage
	}
	if err := l.run(ctx, *file); err != nil {
		fmt.Fprintln(p.Stderr, "entra-app drift:", err)
		return exitUsage
	}
	if l.json {
		out := json.NewEncoder(p.Stdout)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		if err := out.Encode(append([]result{}, l.results...)); err != nil {
			fmt.Fprintln(p.Stderr, "entra-app drift:", err)
			return exitUsage
		}
	}
	if l.differs {
		return exitDrift
	}
	return exitOK
}

func (l *look) run(ctx context.Context, file string) error {
	conf, err := config.Load(file, l.Env)
	for _, wrong := range document.Of(err) { // Slack is not needed for this
		if !strings.HasPrefix(wrong.Key, "slack") {
			return fmt.Errorf("%s", wrong)
		}
	}
	tenants := l.Tenants(conf)
	if l.tenant != "" {
		tenants = slices.DeleteFunc(slices.Clone(tenants), func(t graphops.Tenant) bool { return t.Name != l.tenant })
		if len(tenants) == 0 {
			return fmt.Errorf("no tenant called %s is configured", l.tenant)
		}
	}
	key, err := audit.KeyOf(conf)
	if err != nil {
		return err
	}
	kept, err := store.OpenCopy(conf.Store, key)
	if err != nil {
		return err
	}
	defer kept.Close()
	dir, err := graphops.New(graphops.Config{Tenants: tenants, HTTP: l.HTTP, Log: slog.New(slog.DiscardHandler), Now: l.Now})
	if err != nil {
		return err
	}
	for _, t := range tenants {
		if err := l.look(ctx, kept, dir, workflow.Tenant{Name: t.Name, ID: t.TenantID}); err != nil {
			return fmt.Errorf("%s: %w", t.Name, err)
		}
	}
	return nil
}

// look signs somebody in and compares the apps of a tenant.
func (l *look) look(ctx context.Context, kept *store.Copy, dir *graphops.Directory, t workflow.Tenant) error {
	apps, err := workflow.Standing(ctx, kept, t)
	apps, unread, err := workflow.Readable(apps, err)
	if err != nil {
		return err
	}
	if unread != nil {
		l.differs = true
		fmt.Fprintf(l.Stderr, "%s: these requests can't be read from the store, and their apps were not compared: %s\n", t.Name,
			workflow.Names(unread.IDs()))
	}
	if len(apps) == 0 {
		fmt.Fprintf(l.Stderr, "%s: no app was made or adopted here\n", t.Name)
		return nil
	}
	in, err := dir.SignIn(ctx, t.Name, workflow.DriftScopes())
	if err != nil {
		return said(err)
	}
	prompt := in.Prompt()
	fmt.Fprintf(l.Stderr, "%s: sign in to read %d of its apps. Nothing is changed.\nOpen %s and enter the code %s by %s. "+
		"You asked for this code with this command; never enter one that somebody else gives you.\n", t.Name, len(apps), prompt.URL,
		prompt.Code.Reveal(), prompt.Expires.UTC().Format("15:04 UTC"))
	s, err := in.Wait(ctx, workflow.DriftAsk(l.Now()))
	if err != nil {
		return said(err)
	}
	defer s.Close()
	if who := s.Signer(); !strings.EqualFold(who.TenantID, t.ID) {
		return fmt.Errorf("%s belongs to another tenant", who.UPN)
	}
	fmt.Fprintf(l.Stderr, "%s: signed in as %s\n", t.Name, s.Signer().UPN)
	for i, r := range apps {
		d, err := workflow.Drifts(ctx, kept, r, s, l.Now)
		if errors.Is(err, workflow.ErrSessionOver) {
			return fmt.Errorf("the sign-in ended after %d of %d apps; sign in again to compare all of them", i, len(apps))
		}
		if err != nil {
			return err
		}
		l.tell(t, d)
	}
	if !l.json {
		fmt.Fprintln(l.Stdout, "Roles in Azure are not compared: this sign-in does not reach Azure.")
	}
	return nil
}

func (l *look) tell(t workflow.Tenant, d workflow.Drift) {
	l.differs = l.differs || d.Differs() || len(d.Unknown) > 0
	some := func(list []string) []string { return append([]string{}, list...) }
	l.results = append(l.results, result{t.Name, d.App.ID, d.App.AppName(), d.App.Made.AppID, d.Gone, some(d.Foreign), some(d.More),
		some(d.Less), some(d.Unknown)})
	if l.json {
		return
	}
	fmt.Fprintln(l.Stdout, d.Title())
	lines := d.Lines()
	if len(lines) == 0 {
		lines = []string{"As approved."}
	}
	for _, line := range lines {
		fmt.Fprintln(l.Stdout, "  "+line)
	}
}

// said is an error in words for whoever runs the command.
func said(err error) error {
	if no, ok := errors.AsType[*workflow.SignInError](err); ok {
		return fmt.Errorf("the sign-in failed (%w)", no)
	}
	return err
}
