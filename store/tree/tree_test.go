package tree

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func record(i int) []byte { return fmt.Appendf(nil, "entry %d", i) }

func signer(t testing.TB, name string) *Signer {
	t.Helper()
	s, err := NewSigner(name, NewSeed())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATreeHasTheHashesOfTheLibrary(t *testing.T) {
	var ours Tree
	var all Leaves
	for i := range 300 {
		ours.Add(tlog.RecordHash(record(i)))
		all.Add(tlog.RecordHash(record(i)))
		want, err := all.Hash(ours.Size)
		if err != nil || ours.Hash() != want {
			t.Fatalf("of %d leaves: %v, %v, want %v", ours.Size, ours.Hash(), err, want)
		}
		back, err := Parse(ours.Size, ours.Bytes())
		if err != nil || !reflect.DeepEqual(back, ours) {
			t.Fatalf("of %d leaves: %v, %v", ours.Size, back, err)
		}
	}
	empty, _ := tlog.TreeHash(0, &all)
	if (Tree{}).Hash() != empty {
		t.Error("the empty tree has another hash")
	}
	for size, b := range map[int64][]byte{-1: nil, 1: nil, 2: make([]byte, 64), 3: make([]byte, 63)} {
		if _, err := Parse(size, b); !errors.Is(err, ErrTree) {
			t.Errorf("%d bytes were read as a tree of %d", len(b), size)
		}
	}
}

func TestAHeadIsOpenedWithItsKeyAndNoOther(t *testing.T) {
	s, other := signer(t, "entra-app.cafe"), signer(t, "entra-app.cafe")
	var all Tree
	all.Add(tlog.RecordHash(record(1)))
	signature, err := s.Sign(all)
	if err != nil {
		t.Fatal(err)
	}
	h := Head{"entra-app.cafe", 1, all.Hash()}
	text, err := Note(s.VerifierKey(), h, signature)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(text, s.VerifierKey()); err != nil || got != h {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Open(text, other.VerifierKey()); !errors.Is(err, ErrOtherKey) {
		t.Errorf("with another key: %v", err)
	}
	if _, err := Open(strings.Replace(text, "\n1\n", "\n2\n", 1), s.VerifierKey()); !errors.Is(err, ErrSignature) {
		t.Errorf("of another size: %v", err)
	}
	for _, bad := range []string{"", "x", text[:len(text)-9], h.Text()} {
		if _, err := Open(bad, s.VerifierKey()); err == nil {
			t.Errorf("%q is a head", bad)
		}
	}
}

func TestAProofProvesItsEntryAndNoOther(t *testing.T) {
	s := signer(t, "entra-app.cafe")
	for _, size := range []int{1, 2, 3, 7, 64, 100} {
		var all Leaves
		var now Tree
		for i := range size {
			all.Add(tlog.RecordHash(record(i)))
			now.Add(tlog.RecordHash(record(i)))
		}
		signature, _ := s.Sign(now)
		text, _ := Note(s.VerifierKey(), Head{s.Name(), now.Size, now.Hash()}, signature)
		for i := range size {
			p, err := all.Prove(int64(i), record(i), now.Size, text)
			if err != nil {
				t.Fatal(err)
			}
			back, err := ParseProof(p.String())
			if err != nil || back.String() != p.String() {
				t.Fatalf("%v:\n%s", err, p)
			}
			if _, err := back.Check(s.VerifierKey()); err != nil {
				t.Errorf("%d of %d: %v", i, size, err)
			}
			back.Record = append(back.Record, '!')
			if _, err := back.Check(s.VerifierKey()); !errors.Is(err, ErrNotIn) {
				t.Errorf("%d of %d, changed: %v", i, size, err)
			}
			p.Index++
			if _, err := p.Check(s.VerifierKey()); !errors.Is(err, ErrNotIn) {
				t.Errorf("%d of %d, of another number: %v", i, size, err)
			}
		}
	}
}

func FuzzParseProof(f *testing.F) {
	s := signer(f, "entra-app.cafe")
	var all Leaves
	for i := range 5 {
		all.Add(tlog.RecordHash(record(i)))
	}
	p, err := all.Prove(3, record(3), 5, "note")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.String())
	f.Add(proofHeader + "\nextra \nindex 0\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseProof(text)
		if err != nil {
			return
		}
		if p.String() != text {
			t.Errorf("%q was read, and is written as %q", text, p)
		}
		if _, err := p.Check(s.VerifierKey()); err == nil {
			t.Errorf("%q is a proof, and nobody signed its head", text)
		}
	})
}

func FuzzOpen(f *testing.F) {
	s := signer(f, "entra-app.cafe")
	var one Tree
	one.Add(tlog.RecordHash(record(1)))
	signature, _ := s.Sign(one)
	signed, _ := Note(s.VerifierKey(), Head{s.Name(), 1, one.Hash()}, signature)
	f.Add(signed)
	f.Add("entra-app.cafe\n1\n\n— entra-app.cafe AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := Open(text, s.VerifierKey())
		if err == nil && (h.Size != 1 || h.Hash != one.Hash()) {
			t.Errorf("%q is a head, and nobody signed it", text)
		}
	})
}

func TestHeadsAreFoundInWhatPeoplePaste(t *testing.T) {
	s := signer(t, "entra-app.cafe")
	var all Tree
	var notes []string
	for i := range 2 {
		all.Add(tlog.RecordHash(record(i)))
		signature, _ := s.Sign(all)
		text, _ := Note(s.VerifierKey(), Head{s.Name(), all.Size, all.Hash()}, signature)
		notes = append(notes, text)
	}
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(notes[1]), "\n", "\n> ")
	for what, text := range map[string]string{
		"as they are": notes[0] + "\n" + notes[1], "in a message": "The log:\n```\n" + notes[0] + "```\nand\n" + notes[1] + "bye",
		"without blank lines": strings.ReplaceAll(notes[0]+notes[1], "\n\n", "\n"),
		"of another system":   strings.ReplaceAll(notes[0]+notes[1], "\n", "\r\n"),
		"in a quotation":      notes[0] + quoted,
	} {
		if got := Find(text); !reflect.DeepEqual(got, notes) {
			t.Errorf("%s: %q", what, got)
		}
	}
	if got := Find("nothing\n1\n2\n"); got != nil {
		t.Errorf("%q", got)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("a\n1\n" + strings.Repeat("A", 43) + "=\n\n— a AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range Find(text) {
			if again := Find(n); len(again) != 1 || again[0] != n {
				t.Errorf("%q was found, and in it %q", n, again)
			}
		}
	})
}
