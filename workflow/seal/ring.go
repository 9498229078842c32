package seal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Shredded means gone. An encrypted secret that was deleted is still on old pages of the store's
// file, and in each backup of it. So the key of every secret is kept apart from it, in a Ring,
// wrapped with the store's key, and is destroyed when the secret is shredded: from then on neither
// page nor backup opens it.
//
// The order is what makes that safe. The key is in the ring before the sealed bytes are saved, and
// is destroyed only after the transaction that shreds them. A crash between the two leaves a key
// that belongs to nothing, which is found at the next start.

// A Ring keeps wrapped keys, each under a name of its own. It knows no secret and no request.
type Ring interface {
	// Put keeps a key. When it returns, the key survives a power cut.
	Put(name string, wrapped []byte) error
	// Get returns a key, or ErrShredded if there is none.
	Get(name string) ([]byte, error)
	// Destroy removes a key for good, and does nothing where there is none.
	Destroy(name string) error
	// Names are those of all keys.
	Names() ([]string, error)
}

// ErrShredded says that the key of a secret is not there any more, so that nothing opens it.
var ErrShredded = errors.New("the key of this secret was destroyed")

// sealedV2 is of a secret whose key is in a ring: the version, what is random in the key's name,
// the secret encrypted with that key.
const (
	sealedV2 = 2
	idSize   = 16
)

// On returns the same key for secrets whose own keys are in a ring.
func (k *Key) On(ring Ring) *Key { return &Key{k.aead, ring} }

// keyName is the name of a secret's key in the ring: what it is sealed for, and something random.
// It is the name of a file in some rings.
func keyName(name string, random []byte) string {
	return strings.ReplaceAll(name, " ", "+") + "." + hex.EncodeToString(random)
}

// Whose returns the request of which a key in a ring opens something.
func Whose(at string) string {
	name, _, _ := strings.Cut(at, ".")
	id, _, _ := strings.Cut(name, "+")
	return id
}

// sealOn seals s with a key of its own in the ring.
func (k *Key) sealOn(name string, s Secret) (Sealed, error) {
	random, data := make([]byte, idSize), make([]byte, KeySize)
	rand.Read(random)
	rand.Read(data)
	at := keyName(name, random)
	if err := k.ring.Put(at, encrypt(k.aead, data, at)); err != nil {
		return nil, fmt.Errorf("the key of a secret can't be kept: %w", err)
	}
	out := append(Sealed{sealedV2}, random...)
	return append(out, encrypt(gcm(data), []byte(s.value), name)...), nil
}

// openOn opens what sealOn made for name.
func (k *Key) openOn(name string, s Sealed) (Secret, error) {
	if k.ring == nil || len(s) < 1+idSize+nonceSize {
		return Secret{}, ErrWrongKey
	}
	at := keyName(name, s[1:1+idSize])
	wrapped, err := k.ring.Get(at)
	if err != nil {
		return Secret{}, err
	}
	if len(wrapped) != wrappedLen {
		return Secret{}, ErrWrongKey
	}
	data, err := decrypt(k.aead, wrapped, at)
	if err != nil {
		return Secret{}, err
	}
	value, err := decrypt(gcm(data), s[1+idSize:], name)
	return Secret{string(value)}, err
}

// Shred destroys the key of what was sealed for name: no copy of it can be opened then. What was
// sealed before there were rings has its key in itself, and is left to whoever deletes it.
func (k *Key) Shred(name string, s Sealed) error {
	if k.ring == nil || len(s) < 1+idSize || s[0] != sealedV2 {
		return nil
	}
	return k.ring.Destroy(keyName(name, s[1:1+idSize]))
}

// Belongs reports whether the key called keyName in the ring is that of s, sealed for name.
func Belongs(at, name string, s Sealed) bool {
	return len(s) >= 1+idSize && s[0] == sealedV2 && at == keyName(name, s[1:1+idSize])
}

// Orphans destroys each key in the ring of which used says no. A key of which used can't tell is
// kept.
func (k *Key) Orphans(used func(at string) (bool, error)) error {
	if k.ring == nil {
		return nil
	}
	names, err := k.ring.Names()
	if err != nil {
		return err
	}
	var errs []error
	for _, at := range names {
		in, err := used(at)
		if err == nil && !in {
			err = k.ring.Destroy(at)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Rewrap wraps every key in the ring with another key instead. It may be called again after
// a crash: what the other key opens already stays as it is.
func (k *Key) Rewrap(to *Key) error {
	names, err := k.ring.Names()
	if err != nil {
		return err
	}
	for _, at := range names {
		wrapped, err := k.ring.Get(at)
		if err != nil {
			return err
		}
		if len(wrapped) != wrappedLen {
			return fmt.Errorf("the key %s: %w", at, ErrWrongKey)
		}
		if _, err := decrypt(to.aead, wrapped, at); err == nil {
			continue
		}
		data, err := decrypt(k.aead, wrapped, at)
		if err != nil {
			return fmt.Errorf("the key %s: %w", at, err)
		}
		if err := k.ring.Put(at, encrypt(to.aead, data, at)); err != nil {
			return err
		}
	}
	return nil
}

// Canary is something sealed by which a key is known again.
func (k *Key) Canary(name string) Sealed { return k.SealHere(name, New(name)) }

// Reseal seals with another key what has its key in itself, as secrets from before there were
// rings have. All else is returned as it is: its key is rewrapped where it is.
func (k *Key) Reseal(to *Key, name string, s Sealed) (Sealed, error) {
	if len(s) == 0 || s[0] != sealedV1 {
		return s, nil
	}
	if _, err := to.Open(name, s); err == nil {
		return s, nil
	}
	secret, err := k.Open(name, s)
	if err != nil {
		return nil, err
	}
	return to.SealHere(name, secret), nil
}
