// Package world starts an emulator with the people, clients and channels that a file names.
package world

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"go.yaml.in/yaml/v3"
)

// read decodes a file, and refuses what it does not know.
func read(file []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(file))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// A listener is a server on one address.
type listener struct {
	net.Listener
	server *http.Server
	done   chan error
}

// listen serves h on an address, over TLS if there is a configuration. Bodies and headers have ten seconds.
func listen(address string, h http.Handler, secure *tls.Config) (*listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("nobody can listen on %s: %w", address, err)
	}
	s := &listener{l, &http.Server{Handler: h, TLSConfig: secure, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0)}, make(chan error, 1)}
	go func() {
		if secure != nil {
			s.done <- s.server.ServeTLS(l, "", "")
		} else {
			s.done <- s.server.Serve(l)
		}
	}()
	return s, nil
}

func (l *listener) close() error {
	err := l.server.Close()
	if e := <-l.done; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}
