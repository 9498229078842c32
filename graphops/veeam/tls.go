package veeam

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// System is the way to know a server that needs no configuration: its
// certificate is from an authority that this system trusts.
const System = "system"

const (
	pinned  = "sha256:"
	maxFile = 1 << 20
)

// A Trust says how a server is known. These servers make themselves a
// certificate at installation, so that a system's authorities rarely help.
type Trust struct {
	fingerprint []byte         // SHA-256 of the one certificate that is right
	pool        *x509.CertPool // nil means the system's
}

// ParseTLS reads "system", "sha256:" with the fingerprint of the server's
// certificate in hexadecimal digits, or the name of a PEM file with the server's
// certificate or that of the authority that issued it. There is no way to accept
// any certificate: what is sent is a private key. Errors go on after "tls".
func ParseTLS(s string) (Trust, error) {
	switch hexed, is := strings.CutPrefix(s, pinned); {
	case s == System:
		return Trust{}, nil
	case is:
		sum, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(hexed), ":", ""))
		if err != nil || len(sum) != sha256.Size {
			return Trust{}, errors.New("is not sha256: and 64 hexadecimal digits")
		}
		return Trust{fingerprint: sum}, nil
	}
	text, err := readFile(s)
	if err != nil {
		return Trust{}, fmt.Errorf("names %q, which can't be read: %w", s, err)
	}
	t := Trust{pool: x509.NewCertPool()}
	if !t.pool.AppendCertsFromPEM(text) {
		return Trust{}, fmt.Errorf("names %q, in which there is no certificate in PEM form", s)
	}
	return t, nil
}

// readFile reads a file of a reasonable size. Anything but a file is refused: a
// pipe would be waited for.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxFile) {
		return nil, errors.New("it is not a file, or a large one")
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(name)
	}
	if p, ok := errors.AsType[*os.PathError](err); ok {
		err = p.Err
	}
	return text, err
}

// A wrongPin says that the server showed another certificate than the pinned one.
type wrongPin struct{ shown string }

func (w *wrongPin) Error() string { return "the certificate is another one: sha256:" + w.shown }

// config is what connections are made with. With a pin nothing else is asked,
// neither the name nor the dates: it is this certificate or it is not.
func (t Trust) config() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.pool}
	if t.fingerprint == nil {
		return c
	}
	c.InsecureSkipVerify = true // VerifyConnection verifies instead, resumed connections too
	c.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("the server has no certificate")
		}
		sum := sha256.Sum256(state.PeerCertificates[0].Raw)
		if subtle.ConstantTimeCompare(sum[:], t.fingerprint) != 1 {
			return &wrongPin{hex.EncodeToString(sum[:])}
		}
		return nil
	}
	return c
}
