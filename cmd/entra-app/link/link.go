// Package link is entra-app link: what an operator sees and does about the links between Slack
// accounts and accounts of a tenant. People make their own, with /entra-app link; nobody makes one
// for somebody else.
package link

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/arguments"
	"github.com/entra-app/entra-app/cmd/entra-app/audit"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow"
	log "github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/identity"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Exit codes, as in entra-app.
const (
	exitOK     = 0
	exitFailed = 1 // it ran, and something is wrong: a link can't be read, or is not there
	exitUsage  = 2
)

const usage = `A link says which account of a tenant a Slack account's person has signed in with (/entra-app link).

  entra-app link list                list all links; the bot may run meanwhile
  entra-app link remove U0123456789 [TENANT]
                                     remove one: stop the bot first, because one process at a time writes to the store

TENANT is the tenant's name or ID, and is needed where there are several. Both take --config FILE, for the
store and its key. Whoever has lost a link makes it again with /entra-app link.
`

// A Process is what a command has of the process that runs it.
type Process struct {
	Args           []string
	Stdout, Stderr io.Writer
	Env            func(string) (string, bool)
	Now            time.Time
}

// Run runs a command and returns the exit code.
func Run(ctx context.Context, p Process) int {
	if len(p.Args) == 0 {
		fmt.Fprint(p.Stderr, usage)
		return exitUsage
	}
	do := map[string]func(context.Context, Process, setup, []string) error{"list": list, "remove": remove}[p.Args[0]]
	switch {
	case slices.Contains([]string{"help", "-h", "-help", "--help"}, p.Args[0]):
		fmt.Fprint(p.Stdout, usage)
		return exitOK
	case do == nil:
		fmt.Fprintf(p.Stderr, "entra-app link: there is no command %q\n\n%s", p.Args[0], usage)
		return exitUsage
	}
	flags := flag.NewFlagSet("entra-app link "+p.Args[0], flag.ContinueOnError)
	flags.SetOutput(p.Stderr)
	file := flags.String("config", "entra-app.yaml", "the configuration `file`")
	rest, err := arguments.Parse(flags, p.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	} else if err != nil {
		return exitUsage
	}
	s, err := load(*file, p.Env)
	if err == nil {
		err = do(ctx, p, s, rest)
	}
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(p.Stderr, "entra-app:", err)
	if errors.As(err, new(usageError)) || errors.As(err, new(*store.OpenError)) {
		return exitUsage
	}
	return exitFailed
}

// A usageError is a mistake on the command line or in the configuration.
type usageError struct{ error }

func mistake(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// A setup is what is needed of the configuration.
type setup struct {
	config.Config
	key *seal.Key
}

// load reads it. Tokens are not needed for this.
func load(file string, env func(string) (string, bool)) (setup, error) {
	c, err := config.Load(file, env)
	for _, wrong := range document.Of(err) {
		if slices.Contains([]string{config.TheWhole, "store", "key", "key_file", "policy.link_lifetime"}, wrong.Key) {
			return setup{}, mistake("%s", wrong)
		}
	}
	key, err := audit.KeyOf(c)
	if err != nil {
		return setup{}, usageError{err}
	}
	return setup{c, key}, nil
}

// tenantOf is what people call a tenant; its ID where it is not configured any more.
func (s setup) tenantOf(id string) string {
	for _, t := range s.Tenants {
		if strings.EqualFold(t.ID, id) && t.Name != "" {
			return t.Name
		}
	}
	return id
}

// idOf is the ID of the tenant that is meant.
func (s setup) idOf(name string) (string, error) {
	if name == "" && len(s.Tenants) == 1 {
		return s.Tenants[0].ID, nil
	}
	if name == "" {
		return "", mistake("there are several tenants: add the name or the ID of the one that is meant")
	}
	for _, t := range s.Tenants {
		if strings.EqualFold(t.Name, name) {
			return t.ID, nil
		}
	}
	return name, nil // of one that was configured once
}

// list prints all links, those that can't be read among them.
func list(_ context.Context, p Process, s setup, args []string) error {
	if len(args) > 0 {
		return mistake("list takes no argument, and was given %q", args[0])
	}
	all, err := store.ReadLinks(s.Store, s.key)
	bad, some := errors.AsType[*identity.UnreadableError](err)
	if err != nil && !some {
		return err
	}
	fmt.Fprintf(p.Stdout, "%-12s  %-20s  %-36s  %-16s  %s\n", "SLACK", "TENANT", "ACCOUNT", "LINKED (UTC)", "HOLDS UNTIL (UTC)")
	for _, l := range all {
		fmt.Fprintf(p.Stdout, "%-12s  %-20s  %-36s  %-16s  %s\n", l.Slack, s.tenantOf(l.TenantID), l.ObjectID, minute(l.At),
			until(l, s.Policy, p.Now))
	}
	if some {
		return fmt.Errorf("%w\nhint: remove each of them, and have its person link again", bad)
	}
	return nil
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func until(l identity.Link, policy workflow.Policy, now time.Time) string {
	switch end := l.At.Add(policy.LinkLifetime); {
	case policy.LinkLifetime <= 0:
		return "it is removed"
	case l.Over(now, policy.LinkLifetime):
		return minute(end) + ", over: it has to be renewed"
	default:
		return minute(end)
	}
}

// remove removes one link.
func remove(ctx context.Context, p Process, s setup, args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return mistake("remove takes the Slack ID of an account, such as U0123456789, and the tenant where there are several")
	}
	slack, tenant := args[0], ""
	if len(args) == 2 {
		tenant = args[1]
	}
	id, err := s.idOf(tenant)
	if err != nil {
		return err
	}
	kept, err := store.Open(s.Store, s.key)
	if errors.Is(err, store.ErrLocked) {
		return mistake("%s is in use, by the bot most likely, and nothing was removed\nhint: stop the bot, remove the link and start it "+
			"again; nothing that is under way is lost by that", s.Store)
	}
	if err != nil {
		return err
	}
	err = kept.DropLink(log.Via(ctx, "entra-app link remove"), slack, id)
	if err := errors.Join(err, kept.Close()); errors.Is(err, workflow.ErrNotFound) {
		return fmt.Errorf("%s is not linked in %s, and nothing was removed\nhint: entra-app link list lists all links", slack,
			s.tenantOf(id))
	} else if err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "%s is no longer linked in %s\n", slack, s.tenantOf(id))
	return nil
}
