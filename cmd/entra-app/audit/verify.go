package audit

import (
	"fmt"
	"io"
	"strings"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store"
	"github.com/entra-app/entra-app/store/tree"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/document"
	"github.com/entra-app/entra-app/workflow/text"
)

// verify looks through the whole log.
func verify(c *call) error {
	log, err := c.open()
	if err != nil {
		return err
	}
	defer log.Close()
	keys := []string(c.keys)
	if own := log.VerifierKey(); own != "" {
		keys = append(keys, own)
	}
	if len(keys) == 0 {
		return fmt.Errorf("the key that signs the log can't be read, so nothing can be checked\nhint: give the public key that you have " +
			"kept with --key")
	}
	heads, wrong, err := c.given(keys)
	if err != nil {
		return err
	}
	found, size, err := faults(log, keys, heads)
	if err != nil {
		return err
	}
	for _, w := range wrong {
		fmt.Fprintln(c.Stdout, w)
	}
	for _, f := range found {
		fmt.Fprintf(c.Stdout, "%s: %s\n", strings.ToUpper(string(f.Kind)), f.Text)
		if line := lineOf(log, f.From); line != "" {
			fmt.Fprintf(c.Stdout, "  entry %d is now: %s\n", f.From, line)
		}
	}
	if len(found)+len(wrong) > 0 {
		fmt.Fprintf(c.Stdout, "%s is not what was signed. Keep the file as it is, compare it with your backups, and find out who could "+
			"write it.\n", log.Origin())
		return errFailed
	}
	fmt.Fprintf(c.Stdout, "%s: %s, all as they were written and in their order; the log's own head fits%s.\n", log.Origin(),
		entries(size), fits(heads))
	if len(heads) == 0 {
		fmt.Fprintln(c.Stdout, "This alone does not show whether the whole file was put back to an older one: for that, give a head from "+
			"the channel with --head.")
	}
	return nil
}

func fits(heads []tree.Signed) string {
	if len(heads) == 0 {
		return ""
	}
	if len(heads) == 1 {
		return ", and so does the one that you gave"
	}
	return fmt.Sprintf(", and so do the %d that you gave", len(heads))
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// faults are those of a log by its own head, and by others.
func faults(log *store.Log, keys []string, heads []tree.Signed) ([]tree.Fault, int64, error) {
	check := tree.NewCheck(keys, heads)
	err := log.Each(0, func(r tree.Record) error { check.Add(r); return nil })
	if err != nil {
		return nil, 0, err
	}
	stored, signature, err := log.Head()
	found := check.End(stored, signature, func(f func(tree.Record) error) error { return log.Each(0, f) })
	if err != nil {
		found = append(found, tree.Fault{Kind: tree.FaultUnsigned, To: check.Size() - 1,
			Text: "The log's own head is gone or can't be read, so nobody signed the end of the log."})
	}
	return found, check.Size(), nil
}

// given are the heads that the command was given. Those that are not signed with one of the keys
// are no evidence against the log, and are named.
func (c *call) given(keys []string) (heads []tree.Signed, wrong []string, err error) {
	for _, name := range c.heads {
		b, from := []byte(nil), "the head in "+name
		if name == "-" {
			from = "the head that was given"
			b, err = io.ReadAll(io.LimitReader(c.Stdin, 1<<20))
		} else {
			b, err = config.ReadFile(name)
		}
		if err != nil {
			return nil, nil, mistake("%s can't be read: %s", name, document.Reason(err))
		}
		notes := tree.Find(string(b))
		if len(notes) == 0 {
			return nil, nil, mistake("%s has no head of a log\nhint: copy the message with the head from the channel as it is: a name, a "+
				"number, a hash, and the line that begins with —", name)
		}
		for _, n := range notes {
			h, err := opened(n, keys)
			if err != nil {
				wrong = append(wrong, fmt.Sprintf("HEAD: %s, of %s entries, can't be used: %v.", from, strings.Split(n, "\n")[1], err))
				continue
			}
			heads = append(heads, tree.Signed{Head: h, From: from})
		}
	}
	return heads, wrong, nil
}

// opened reads a head that one of the keys has signed.
func opened(note string, keys []string) (h tree.Head, err error) {
	for _, key := range keys {
		var no error
		if h, no = tree.Open(note, key); no == nil {
			return h, nil
		}
		if err == nil || no != tree.ErrOtherKey {
			err = no
		}
	}
	return h, err
}

// lineOf is what stands in the log where something is wrong, for people.
func lineOf(log *store.Log, index int64) (line string) {
	log.Each(index, func(r tree.Record) error {
		if e, err := audit.Read(r.Line); err == nil && r.Place == index {
			line = inWords(e)
		}
		return errFailed
	})
	return line
}

// inWords is an entry on one line.
func inWords(e audit.Entry) string {
	words := []string{e.At.UTC().Format("2006-01-02 15:04:05Z"), e.Request, e.What, e.About, e.Slack, text.OneLine(e.Detail)}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}

// head prints the signed head.
func head(c *call) error {
	log, err := c.open()
	if err != nil {
		return err
	}
	defer log.Close()
	h, signature, err := log.Head()
	if err != nil {
		return err
	}
	note, err := tree.Note(log.VerifierKey(), h, signature)
	if err == nil {
		_, err = tree.Open(note, log.VerifierKey())
	}
	if err != nil {
		return fmt.Errorf("the log has no head that its own key has signed: %w\nhint: entra-app audit verify says what is wrong", err)
	}
	_, err = io.WriteString(c.Stdout, note)
	return err
}

// key prints the public key.
func key(c *call) error {
	log, err := c.open()
	if err != nil {
		return err
	}
	defer log.Close()
	if log.VerifierKey() == "" {
		return fmt.Errorf("the key that signs the log can't be read")
	}
	fmt.Fprintln(c.Stdout, log.VerifierKey())
	return nil
}
