// Package packs is entra-app pack: what an operator asks about packs, and what
// an author of packs is told.
package packs

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/arguments"
	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/pack/packfile"
	"github.com/entra-app/entra-app/workflow/spell"
)

// Exit codes, as in entra-app.
const (
	exitOK    = 0
	exitUsage = 2
)

const usage = `A pack says what a product needs of Microsoft Entra, in one version, and why.

  entra-app pack list                  the packs that are offered, and their older versions
  entra-app pack show NAME[@VERSION]   all that a pack asks for, and its guide, step by step
  entra-app pack check FILE…           what is wrong with packs of your own; exit 0 if nothing is
  entra-app pack diff NAME OLD NEW     what changes in another version
  entra-app pack schema                the JSON Schema of packs, for editors

With --config FILE the packs of its directory ` + "`packs`" + ` are there, too.
`

// A call is a command with what it was given.
type call struct {
	library packfile.Library
	args    []string
	out     io.Writer
	now     time.Time
}

// A command has a name and a number of arguments; most is -1 for any.
type command struct {
	name        string
	least, most int
	takes       string // its arguments, for people
	run         func(call) error
}

var commands = []command{
	{"list", 0, 0, "", list},
	{"show", 1, 1, "NAME or NAME@VERSION", show},
	{"check", 1, -1, "one FILE or more", check},
	{"diff", 3, 3, "NAME OLD NEW", diff},
	{"schema", 0, 0, "", func(c call) error { _, err := c.out.Write(packfile.Schema()); return err }},
}

// Run runs a command and returns the exit code. What is said of the age of a pack is as of now.
func Run(args []string, stdout, stderr io.Writer, env func(string) (string, bool), now time.Time) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return exitUsage
	}
	if name := strings.TrimLeft(args[0], "-"); name == "help" || name == "h" {
		fmt.Fprint(stdout, usage)
		return exitOK
	}
	c, ok := called(args[0])
	if !ok {
		fmt.Fprintf(stderr, "entra-app pack: there is no command %q%s\n\n%s", args[0], guess(args[0]), usage)
		return exitUsage
	}
	given, file, err := parse(c, args[1:], stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	}
	library, err := open(file, env)
	if err == nil {
		err = c.run(call{library, given, stdout, now})
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	return exitOK
}

func called(name string) (command, bool) {
	for _, c := range commands {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

func guess(name string) string {
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = c.name
	}
	if near := spell.Nearest(name, names); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// parse takes flags, before and after the arguments, and counts these.
func parse(c command, args []string, stderr io.Writer) (given []string, file string, err error) {
	flags := flag.NewFlagSet("entra-app pack "+c.name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&file, "config", "", "the configuration `file` whose packs are there, too")
	if given, err = arguments.Parse(flags, args); err != nil {
		return nil, "", err
	}
	takes := c.takes
	if takes == "" {
		takes = "nothing"
	}
	if len(given) < c.least || c.most >= 0 && len(given) > c.most {
		fmt.Fprintf(stderr, "entra-app pack %s takes %s\n", c.name, takes)
		return nil, "", errors.New("usage")
	}
	return given, file, nil
}

// open has the embedded packs, and those of a configuration if one is named. It
// needs no more of the configuration than packs.
func open(file string, env func(string) (string, bool)) (packfile.Library, error) {
	if file == "" {
		return packfile.Open("")
	}
	c, err := config.Load(file, env)
	for _, p := range document.Of(err) {
		if p.Key == config.TheWhole || p.Key == "packs" {
			return packfile.Library{}, errors.New(p.String())
		}
	}
	return packfile.Open(c.Packs)
}

func check(c call) error {
	var wrong []error
	for _, file := range c.args {
		p, err := packfile.Check(file)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		fmt.Fprintf(c.out, "%s: ok, %s %s\n", file, p.Name, p.Version)
	}
	return errors.Join(wrong...)
}
