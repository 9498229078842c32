// Package policies is entra-app policy: what an operator asks about the rules of the configuration. It needs neither Slack nor
// a tenant: who is in which user group is said on the command line, or in the file.
package policies

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/pack/packfile"
	"github.com/entra-app/entra-app/workflow/policy"
	"github.com/entra-app/entra-app/workflow/spell"
)

// Exit codes.
const (
	exitOK     = 0 // allowed, or all is as expected
	exitDenied = 1 // denied, or something is not as expected
	exitUsage  = 2
)

const usage = `The rules of the configuration say who may ask for what.

  entra-app policy explain --config FILE --as U… --pack NAME   what they say of one request, and which rule says it
  entra-app policy test --config FILE TESTS.yaml               whether they say what a table expects of them

explain exits with 0 where that is allowed, 1 where it is denied, 2 where the question is not right. It takes also
  --tenant NAME --channel C… --groups S…,S… --credential KIND --lifetime 720h --permission NAME --redirect URI
  --issuer URL --subject TEXT
Of a pack it takes everything that the form suggests. --permission and --redirect may be given several times, and
are added; --groups are all user groups that the person is in.
`

// A Call is the command line.
type Call struct {
	Args           []string
	Stdout, Stderr io.Writer
	Env            func(string) (string, bool)
	Now            time.Time
}

// Run runs a command and returns the exit code.
func Run(c Call) int {
	commands := map[string]func(Call) (int, error){"explain": explain, "test": test}
	if len(c.Args) == 0 {
		fmt.Fprint(c.Stderr, usage)
		return exitUsage
	}
	name := c.Args[0]
	if n := strings.TrimLeft(name, "-"); n == "help" || n == "h" {
		fmt.Fprint(c.Stdout, usage)
		return exitOK
	}
	run, ok := commands[name]
	if !ok {
		hint := ""
		if near := spell.Nearest(name, []string{"explain", "test"}); near != "" {
			hint = fmt.Sprintf("; did you mean %q?", near)
		}
		fmt.Fprintf(c.Stderr, "entra-app policy: there is no command %q%s\n\n%s", name, hint, usage)
		return exitUsage
	}
	c.Args = c.Args[1:]
	code, err := run(c)
	if err != nil && !errors.Is(err, errSaid) {
		if wrong := document.Of(err); len(wrong) > 0 {
			fmt.Fprintln(c.Stderr, wrong)
		} else {
			fmt.Fprintln(c.Stderr, "entra-app policy:", err)
		}
	}
	return code
}

// errSaid is an error that was told already.
var errSaid = errors.New("said")

// flags are those of both commands.
func (c Call) flags(name string) (*flag.FlagSet, *string) {
	f := flag.NewFlagSet("entra-app policy "+name, flag.ContinueOnError)
	f.SetOutput(c.Stderr)
	return f, f.String("config", "entra-app.yaml", "the configuration `file`")
}

// A book is what questions are answered from.
type book struct {
	config config.Config
	packs  []pack.Product
	now    time.Time
}

// open reads a configuration. No secret of it is needed, and what is wrong elsewhere does not matter here.
func (c Call) open(file string) (book, error) {
	cfg, err := config.Load(file, c.Env)
	var wrong document.Problems
	for _, p := range document.Of(err) {
		if p.Key == config.TheWhole || strings.HasPrefix(p.Key, "policy") || strings.HasPrefix(p.Key, "tenants") {
			wrong = append(wrong, p)
		}
	}
	if len(wrong) > 0 {
		return book{}, wrong
	}
	packs, err := packfile.Load(cfg.Packs)
	if err != nil {
		return book{}, err
	}
	return book{cfg, packs, c.Now}, cfg.CheckPacks(packNames(packs))
}

func packNames(packs []pack.Product) []string {
	var all []string
	for _, p := range packs {
		all = append(all, p.Name)
	}
	return all
}

// explain prints one verdict.
func explain(c Call) (int, error) {
	f, file := c.flags("explain")
	q := question{}
	f.StringVar(&q.as, "as", "", "the Slack `ID` of who asks")
	f.StringVar(&q.pack, "pack", "", "the `name` of the pack")
	f.StringVar(&q.tenant, "tenant", "", "the `name` of the tenant; may be left out where there is one")
	f.StringVar(&q.channel, "channel", "", "the Slack `ID` of the channel that the request is for")
	f.StringVar(&q.credential, "credential", "", "the `kind` of the credential")
	f.DurationVar(&q.lifetime, "lifetime", 0, "how long it lives")
	f.StringVar(&q.issuer, "issuer", "", "the `URL` of the issuer of a federated credential")
	f.StringVar(&q.subject, "subject", "", "its subject")
	f.Func("groups", "the user groups that who asks is in, with commas", func(s string) error {
		q.groups = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
		q.groupsKnown = true
		return nil
	})
	f.Func("permission", "a `permission` to add, such as \"application Mail.Read\"", func(s string) error {
		q.permissions = append(q.permissions, s)
		return nil
	})
	f.Func("redirect", "a redirect `URI` to add", func(s string) error { q.redirects = append(q.redirects, s); return nil })
	switch err := f.Parse(c.Args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, errSaid
	case err != nil:
		return exitUsage, errSaid
	case f.NArg() > 0:
		return exitUsage, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case q.as == "" || q.pack == "":
		return exitUsage, errors.New("--as and --pack are needed: who asks, and for which pack")
	}
	b, err := c.open(*file)
	if err != nil {
		return exitUsage, err
	}
	asked, err := b.about(q)
	if err != nil {
		return exitUsage, err
	}
	v := b.config.Policy.Rules.Judge(asked)
	fmt.Fprint(c.Stdout, said(asked, v))
	if len(v.No) > 0 {
		return exitDenied, nil
	}
	return exitOK, nil
}

// said is a verdict in words.
func said(c policy.Case, v policy.Verdict) string {
	var b strings.Builder
	word := "allowed"
	if len(v.No) > 0 {
		word = "denied"
	}
	fmt.Fprintf(&b, "%s: %s asks for %s in %s, an app of %s risk\n", word, c.By, c.Pack, c.Tenant, c.Risk)
	for _, no := range v.No {
		fmt.Fprintf(&b, "  %s%s\n", at(no.Rule), no.Text)
	}
	if len(v.No) > 0 {
		return b.String()
	}
	for _, rule := range v.Yes {
		fmt.Fprintf(&b, "  %sis on a list of %s\n", at(rule), rule.Title())
	}
	for _, rule := range v.Raised {
		fmt.Fprintf(&b, "  %sasks for %d approvals\n", at(rule), v.Approvals)
	}
	fmt.Fprintf(&b, "  approvals needed: %d\n", v.Approvals)
	return b.String()
}

// at begins a line with where a rule is, if it is one.
func at(r *policy.Rule) string {
	if r == nil {
		return ""
	}
	return r.At() + ": "
}

// test runs a table of expectations.
func test(c Call) (int, error) {
	f, file := c.flags("test")
	switch err := f.Parse(c.Args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK, errSaid
	case err != nil:
		return exitUsage, errSaid
	case f.NArg() != 1:
		return exitUsage, errors.New("test takes one file with the table of what is expected")
	}
	b, err := c.open(*file)
	if err != nil {
		return exitUsage, err
	}
	table := f.Arg(0)
	text, err := config.ReadFile(table)
	if err != nil {
		return exitUsage, fmt.Errorf("%s can't be read: %s", table, document.Reason(err))
	}
	all, err := readTests(table, text)
	if err != nil {
		return exitUsage, err
	}
	failed, wrong := 0, document.Problems{}
	for _, e := range all {
		asked, err := b.about(e.question)
		if err != nil {
			wrong = append(wrong, document.Problem{File: table, Line: e.line, Key: e.name(), Text: "can't be asked: " + err.Error()})
			continue
		}
		v := b.config.Policy.Rules.Judge(asked)
		if why := e.differs(v); why != "" {
			failed++
			fmt.Fprintf(c.Stdout, "%s:%d: %s: %s\n", table, e.line, e.name(), why)
			for line := range strings.Lines(said(asked, v)) {
				fmt.Fprint(c.Stdout, "    ", line)
			}
		}
	}
	if len(wrong) > 0 {
		return exitUsage, wrong
	}
	fmt.Fprintf(c.Stdout, "%d of %d as expected\n", len(all)-failed, len(all))
	if failed > 0 {
		return exitDenied, nil
	}
	return exitOK, nil
}

// differs says how a verdict is not what is expected, or nothing.
func (e expectation) differs(v policy.Verdict) string {
	switch allowed := len(v.No) == 0; {
	case allowed && !e.allowed:
		return "is allowed, and is expected to be denied"
	case !allowed && e.allowed:
		return "is denied, and is expected to be allowed"
	case e.approvals > 0 && v.Approvals != e.approvals:
		return fmt.Sprintf("takes %d approvals, and is expected to take %d", v.Approvals, e.approvals)
	case e.rule != "" && !slices.ContainsFunc(v.No, func(no policy.No) bool { return no.Rule != nil && no.Rule.Name == e.rule }) &&
		!slices.ContainsFunc(v.Yes, func(r *policy.Rule) bool { return r.Name == e.rule }):
		return fmt.Sprintf("is not decided by the rule “%s”", e.rule)
	}
	return ""
}
