package main

import (
	"errors"
	"io"
	"log"
	"slices"
)

// closers are what has to be undone at the end, last first.
type closers struct{ list []func() error }

func (c *closers) add(f func() error) { c.list = append(c.list, f) }

func (c *closers) close() error {
	var errs []error
	for _, f := range slices.Backward(c.list) {
		errs = append(errs, f())
	}
	c.list = nil
	return errors.Join(errs...)
}

// quiet is the log of the HTTP servers: what a browser hangs up on is no news.
var quiet = log.New(io.Discard, "", 0)
