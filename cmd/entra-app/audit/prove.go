package audit

import (
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/entra-app/entra-app/cmd/entra-app/config"
	"github.com/entra-app/entra-app/store/tree"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/document"
)

// proofs begins a file of proofs. What follows is a proof for each entry, each after a line with
// its name, as in a txtar archive.
const proofs = `What the log %s says about %s: one proof for each of its entries.

Each is a proof of https://c2sp.org/tlog-proof, and has the entry itself, base64, as its extra data. The
README of entra-app says how to check one with a few lines of Go, or: entra-app audit check FILE --key KEY
with this public key, which you should have from elsewhere:

%s

`

const begins, ends = "-- ", ".tlog-proof --"

// prove prints the proofs of all entries about a request.
func prove(c *call) error {
	log, err := c.open()
	if err != nil {
		return err
	}
	defer log.Close()
	var all tree.Leaves
	var about []tree.Record
	err = log.Each(0, func(r tree.Record) error {
		if r.Place != all.Size() || tlog.RecordHash(r.Line) != r.Leaf {
			return fmt.Errorf("entry %d is not what was written, so nothing can be proved\nhint: entra-app audit verify says what is wrong",
				all.Size())
		}
		all.Add(r.Leaf)
		if audit.RequestOf(r.Line) == c.arg {
			r.Line = append([]byte(nil), r.Line...)
			about = append(about, r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(about) == 0 {
		return mistake("the log has no entry about %q\nhint: a request is written as in EA-7; what was done before there was a log is not "+
			"in it", c.arg)
	}
	h, signature, err := log.Head()
	if err != nil {
		return err
	}
	note, err := tree.Note(log.VerifierKey(), h, signature)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Stdout, proofs, log.Origin(), c.arg, log.VerifierKey())
	for _, r := range about {
		p, err := all.Prove(r.Place, r.Line, h.Size, note)
		if err == nil {
			_, err = p.Check(log.VerifierKey())
		}
		if err != nil {
			return fmt.Errorf("entry %d can't be proved: %w\nhint: entra-app audit verify says what is wrong", r.Place, err)
		}
		fmt.Fprintf(c.Stdout, "%sentry-%d%s\n%s", begins, r.Place, ends, p)
	}
	return nil
}

// check checks a file that prove has printed, or one proof, without any store.
func check(c *call) error {
	if len(c.keys) == 0 {
		return mistake("give the public key of the log with --key: entra-app audit key prints it, and the file's own proves nothing")
	}
	b, err := config.ReadFile(c.arg)
	if err != nil {
		return mistake("%s can't be read: %s", c.arg, document.Reason(err))
	}
	texts := split(string(b))
	failed := 0
	for _, one := range texts {
		p, err := tree.ParseProof(one)
		var h tree.Head
		for _, key := range c.keys {
			if err == nil {
				if h, err = p.Check(key); err != nil && key != c.keys[len(c.keys)-1] {
					err = nil
				}
			}
		}
		e, formErr := audit.Read(p.Record)
		switch {
		case err != nil:
			failed++
			fmt.Fprintf(c.Stdout, "NOT PROVED: entry %d: %v.\n", p.Index, err)
		case formErr != nil:
			fmt.Fprintf(c.Stdout, "proved: entry %d of %d: %q\n", p.Index, h.Size, p.Record)
		default:
			fmt.Fprintf(c.Stdout, "proved: entry %d of %d: %s\n", p.Index, h.Size, inWords(e))
		}
	}
	if failed > 0 {
		return errFailed
	}
	return nil
}

// split returns the proofs in a file.
func split(text string) []string {
	var all []string
	var now *strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, begins) && strings.HasSuffix(strings.TrimSpace(line), ends) {
			now = &strings.Builder{}
			all = append(all, "")
			continue
		}
		if now != nil {
			now.WriteString(line)
			all[len(all)-1] = now.String()
		}
	}
	if all == nil {
		return []string{text}
	}
	return all
}
