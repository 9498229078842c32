// Package seal keeps secrets from being read: by whoever formats, logs or marshals one, and by
// whoever has the store and not its key.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// A Secret is a credential, a token or a code. It cannot print itself: whatever
// formats, logs or marshals it gets "[secret]". Only Reveal returns the value.
type Secret struct{ value string }

// New wraps a value.
func New(value string) Secret { return Secret{value} }

// Reveal returns the value. Each call is a place to look at in a review.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is no value.
func (s Secret) IsZero() bool { return s.value == "" }

func (Secret) String() string               { return "[secret]" }
func (Secret) GoString() string             { return "[secret]" }
func (Secret) LogValue() slog.Value         { return slog.StringValue("[secret]") }
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"[secret]"`), nil }

// Format keeps the value from every verb of package fmt.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, "[secret]") }

// Sealed is an encrypted Secret as the store keeps it: a version byte, the data
// key wrapped with the store's key or the name that it has in a Ring, the secret
// encrypted with the data key.
type Sealed []byte

func (Sealed) String() string             { return "[sealed]" }
func (Sealed) LogValue() slog.Value       { return slog.StringValue("[sealed]") }
func (Sealed) Format(f fmt.State, _ rune) { io.WriteString(f, "[sealed]") }

// A Key seals secrets with AES-256-GCM, each with a data key of its own (envelope
// encryption), which is in a Ring if it has one. What it seals is bound to the name that
// it was sealed for.
type Key struct {
	aead cipher.AEAD
	ring Ring // nil: the data key is in the sealed bytes
}

// KeySize is the size of a key in bytes.
const KeySize = 32

const (
	sealedV1   = 1
	nonceSize  = 12
	wrappedLen = nonceSize + KeySize + 16
)

// ErrWrongKey says that something was sealed with another key, for another
// name, or was changed since.
var ErrWrongKey = errors.New("the key does not fit")

// NewKey returns a key of 32 random bytes.
func NewKey(raw []byte) (*Key, error) {
	if len(raw) != KeySize {
		return nil, fmt.Errorf("a key has %d bytes, not %d", KeySize, len(raw))
	}
	return &Key{aead: gcm(raw)}, nil
}

// Seal encrypts s for name, a request's ID. On a ring, its key is there when it returns.
func (k *Key) Seal(name string, s Secret) (Sealed, error) {
	if k.ring != nil {
		return k.sealOn(name, s)
	}
	return k.SealHere(name, s), nil
}

// SealHere encrypts what is never shredded: its key, wrapped, stands before it.
func (k *Key) SealHere(name string, s Secret) Sealed {
	data := make([]byte, KeySize)
	rand.Read(data) // never fails
	out := append(Sealed{sealedV1}, encrypt(k.aead, data, name)...)
	return append(out, encrypt(gcm(data), []byte(s.value), name)...)
}

// Open decrypts what Seal made for name, or returns ErrWrongKey; or ErrShredded, if what
// opens it was destroyed.
func (k *Key) Open(name string, s Sealed) (Secret, error) {
	if len(s) > 0 && s[0] == sealedV2 {
		return k.openOn(name, s)
	}
	if len(s) < 1+wrappedLen+nonceSize || s[0] != sealedV1 {
		return Secret{}, ErrWrongKey
	}
	data, err := decrypt(k.aead, s[1:1+wrappedLen], name)
	if err != nil {
		return Secret{}, err
	}
	value, err := decrypt(gcm(data), s[1+wrappedLen:], name)
	return Secret{string(value)}, err
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the size is right
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func encrypt(a cipher.AEAD, plain []byte, name string) []byte {
	nonce := make([]byte, nonceSize)
	rand.Read(nonce)
	return a.Seal(nonce, nonce, plain, []byte(name))
}

func decrypt(a cipher.AEAD, b []byte, name string) ([]byte, error) {
	plain, err := a.Open(nil, b[:nonceSize], b[nonceSize:], []byte(name))
	if err != nil {
		return nil, ErrWrongKey
	}
	return plain, nil
}
