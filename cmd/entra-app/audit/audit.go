// Package audit is entra-app audit: what an operator, or somebody who checks the operator, asks of
// the log. It reads the store and changes nothing; a bot that runs has it open meanwhile.
package audit

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/arguments"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/seal"
	"github.com/entra-app/entra-app/workflow/spell"
)

// Exit codes, as in entra-app.
const (
	exitOK     = 0
	exitFailed = 1 // the log is not what it was, or a proof proves nothing
	exitUsage  = 2
)

const usage = `The log says what happened, and shows whether anybody changed that since.

  entra-app audit verify [--head FILE]… [--key KEY]…
                                     finds entries that were changed, left out, reordered or rolled back;
                                     --head has heads that were posted or kept elsewhere, - is the standard input
  entra-app audit head               print the signed head, to be kept elsewhere
  entra-app audit key                print the public key with which heads and proofs are checked
  entra-app audit prove EA-7         print proofs that its entries are in the log, for others to check
  entra-app audit check FILE --key KEY
                                     check such proofs, without the store
  entra-app audit export [--format jsonl|csv|cef] [--since 24h|2026-11-21|2026-11-21T08:00:00Z] [--request EA-7]
                                     print entries

All but check take --config FILE, for the store and its key. They read a whole state of the store, also while
the bot runs.
`

// A Process is what a command has of the process that runs it.
type Process struct {
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            func(string) (string, bool)
	Now            time.Time
}

// A call is a command with what it was given.
type call struct {
	Process
	ctx    context.Context
	config string
	heads  list
	keys   list
	format string
	since  string
	of     string
	arg    string // the one that is no flag
}

// A list is a flag that may be given again.
type list []string

func (l *list) String() string     { return fmt.Sprint(*l) }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

// A command has a name, and takes an argument or not.
type command struct {
	name, takes string
	flags       func(*flag.FlagSet, *call)
	run         func(*call) error
}

var commands = []command{
	{"verify", "", func(f *flag.FlagSet, c *call) { f.Var(&c.heads, "head", "a `file` with heads"); keyFlag(f, c) }, verify},
	{"head", "", nil, head},
	{"key", "", nil, key},
	{"prove", "the ID of a request, such as EA-7", nil, prove},
	{"check", "a FILE with proofs", keyFlag, check},
	{"export", "", func(f *flag.FlagSet, c *call) {
		f.StringVar(&c.format, "format", "jsonl", "jsonl, csv or cef")
		f.StringVar(&c.since, "since", "", "the earliest `time`")
		f.StringVar(&c.of, "request", "", "entries about this `request` alone")
	}, export},
}

func keyFlag(f *flag.FlagSet, c *call) {
	f.Var(&c.keys, "key", "a public `key` that may have signed the log")
}

// errFailed ends a command that has said what is wrong itself.
var errFailed = errors.New("failed")

// A usageError is a mistake on the command line or in the configuration.
type usageError struct{ error }

func mistake(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Run runs a command and returns the exit code.
func Run(ctx context.Context, p Process) int {
	if len(p.Args) == 0 {
		fmt.Fprint(p.Stderr, usage)
		return exitUsage
	}
	if slices.Contains([]string{"help", "-h", "-help", "--help"}, p.Args[0]) {
		fmt.Fprint(p.Stdout, usage)
		return exitOK
	}
	var names []string
	for _, cmd := range commands {
		if cmd.name == p.Args[0] {
			return cmd.called(&call{Process: p, ctx: ctx})
		}
		names = append(names, cmd.name)
	}
	fmt.Fprintf(p.Stderr, "entra-app audit: there is no command %q", p.Args[0])
	if near := spell.Nearest(p.Args[0], names); near != "" {
		fmt.Fprintf(p.Stderr, "; did you mean %q?", near)
	}
	fmt.Fprint(p.Stderr, "\n\n", usage)
	return exitUsage
}

func (cmd command) called(c *call) int {
	flags := flag.NewFlagSet("entra-app audit "+cmd.name, flag.ContinueOnError)
	flags.SetOutput(c.Stderr)
	flags.StringVar(&c.config, "config", "entra-app.yaml", "the configuration `file`")
	if cmd.flags != nil {
		cmd.flags(flags, c)
	}
	rest, err := arguments.Parse(flags, c.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	} else if err != nil {
		return exitUsage
	}
	switch {
	case cmd.takes == "" && len(rest) > 0:
		fmt.Fprintf(c.Stderr, "%s: unexpected argument %q\n", flags.Name(), rest[0])
		return exitUsage
	case cmd.takes != "" && len(rest) != 1:
		fmt.Fprintf(c.Stderr, "%s: give it %s\n", flags.Name(), cmd.takes)
		return exitUsage
	case len(rest) == 1:
		c.arg = rest[0]
	}
	err = cmd.run(c)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFailed):
		return exitFailed
	}
	fmt.Fprintln(c.Stderr, "entra-app:", err)
	if errors.As(err, new(usageError)) || errors.As(err, new(*store.OpenError)) {
		return exitUsage
	}
	return exitFailed
}

// open opens the log of the configured store.
func (c *call) open() (*store.Log, error) {
	conf, err := config.Load(c.config, c.Env)
	for _, wrong := range document.Of(err) { // tokens are not needed for this
		if slices.Contains([]string{config.TheWhole, "store", "key", "key_file"}, wrong.Key) {
			return nil, mistake("%s", wrong)
		}
	}
	key, err := KeyOf(conf)
	if err != nil {
		return nil, usageError{err}
	}
	log, err := store.OpenLog(conf.Store, key)
	if errors.Is(err, store.ErrNoLog) {
		return nil, mistake("%s has no log yet\nhint: start the bot with this version once; it keeps one from then on", conf.Store)
	}
	return log, err
}

// KeyOf is the store's key, which is not made here.
func KeyOf(c config.Config) (*seal.Key, error) {
	text := c.Key.Reveal()
	if c.Key.IsZero() {
		b, err := config.ReadFile(c.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("the key can't be read: %s\nhint: name it with key_file; reading the store takes it",
				document.Reason(err))
		}
		text = string(b)
	}
	raw, err := config.DecodeKey(text)
	if err != nil {
		return nil, fmt.Errorf("the key %w", err)
	}
	return seal.NewKey(raw)
}
