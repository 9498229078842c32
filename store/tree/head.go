package tree

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/entra-app/entra-app/workflow/seal"
)

// A Signer signs the heads of one log. Its name is the log's origin.
type Signer struct {
	note.Signer
	verifier string
}

// SignatureSize is that of the Ed25519 signature of a head.
const SignatureSize = 64

// seedSize is that of a key.
const seedSize = ed25519.SeedSize

// NewSeed makes a key.
func NewSeed() seal.Secret {
	seed := make([]byte, seedSize)
	rand.Read(seed) // never fails
	return seal.New(string(seed))
}

// NewSigner returns what signs the log of this name with a key that NewSeed made.
func NewSigner(name string, seed seal.Secret) (*Signer, error) {
	raw := []byte(seed.Reveal())
	if len(raw) != seedSize {
		return nil, errors.New("it is no key that signs a log")
	}
	public := ed25519.NewKeyFromSeed(raw).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		return nil, err
	}
	const ed25519Note = 1 // of https://c2sp.org/signed-note
	hash := strings.Split(vkey, "+")[1]
	key := base64.StdEncoding.EncodeToString(append([]byte{ed25519Note}, raw...))
	s, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + key)
	if err != nil {
		return nil, errors.New("the log can't have this name") // the library's error could have a part of the key
	}
	return &Signer{s, vkey}, nil
}

// VerifierKey is the key with which everybody can check a head, as text.
func (s *Signer) VerifierKey() string { return s.verifier }

// A Head is what a log was when it had so many leaves.
type Head struct {
	Origin string
	Size   int64
	Hash   tlog.Hash
}

// Text is what is signed: a checkpoint.
func (h Head) Text() string {
	return h.Origin + "\n" + strconv.FormatInt(h.Size, 10) + "\n" + h.Hash.String() + "\n"
}

// Sign returns the bare signature of a head.
func (s *Signer) Sign(t Tree) ([]byte, error) {
	return s.Signer.Sign([]byte(Head{s.Name(), t.Size, t.Hash()}.Text()))
}

// Note is a head with a signature of this key, as text.
func Note(vkey string, h Head, signature []byte) (string, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return "", err
	}
	signed := append(binary.BigEndian.AppendUint32(nil, v.KeyHash()), signature...)
	return h.Text() + "\n— " + v.Name() + " " + base64.StdEncoding.EncodeToString(signed) + "\n", nil
}

// What a note is not, for errors.Is.
var (
	ErrNote      = errors.New("it is no head of a log")
	ErrOtherKey  = errors.New("it is not signed with the log's key")
	ErrOtherLog  = errors.New("it is a head of another log")
	ErrSignature = errors.New("its signature is wrong: the note was changed")
)

// Open reads a head that is signed with this key.
func Open(text, vkey string) (Head, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return Head{}, fmt.Errorf("the log's public key: %w", err)
	}
	n, err := note.Open([]byte(text), note.VerifierList(v))
	if err != nil {
		if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
			return Head{}, ErrOtherKey
		}
		if _, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
			return Head{}, ErrSignature
		}
		return Head{}, ErrNote
	}
	h, err := parseHead(n.Text)
	if err == nil && h.Origin != v.Name() {
		err = ErrOtherLog
	}
	return h, err
}

// parseHead reads the text of a checkpoint. Lines that follow the third are for others.
func parseHead(text string) (Head, error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 || lines[0] == "" {
		return Head{}, ErrNote
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Head{}, ErrNote
	}
	hash, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Head{}, ErrNote
	}
	return Head{lines[0], size, hash}, nil
}

// pasted is a note as it is found in a message, a mail or a file: quoted or not, with the blank line or
// without.
var pasted = regexp.MustCompile(`(?m)^[>\s]*([^\s+]+)\r?\n[>\s]*(0|[1-9][0-9]*)\r?\n[>\s]*([A-Za-z0-9+/]{43}=)[ \t]*\r?\n(?:[>\s]*\r?\n)?` +
	`((?:[>\s]*— [^\s+]+ [A-Za-z0-9+/]+=*[ \t]*(?:\r?\n|\z))+)`)

// Find returns the notes in a text that has other things, too.
func Find(text string) (notes []string) {
	for _, m := range pasted.FindAllStringSubmatch(text, -1) {
		note := m[1] + "\n" + m[2] + "\n" + m[3] + "\n\n"
		for line := range strings.Lines(m[4]) {
			note += strings.Trim(line, "> \t\r\n") + "\n"
		}
		notes = append(notes, note)
	}
	return notes
}
