package store

import "errors"

// What Open's errors are, for errors.Is.
var (
	// ErrLocked says that another process has the file open.
	ErrLocked = errors.New("the store is in use")
	// ErrDamaged says that the file is no store, or no longer a whole one.
	ErrDamaged = errors.New("the store is damaged")
	// ErrKey says that it was made with another key.
	ErrKey = errors.New("the key does not match the store")
)

// ErrClosed is what every method returns after Close.
var ErrClosed = errors.New("the store is closed")

// An OpenError says why a file was not opened. The file is as it was.
type OpenError struct {
	Path string
	Kind error  // ErrLocked, ErrDamaged, ErrNewer, ErrKey, or the system's error
	Text string // what is wrong
	Hint string // the next step
}

func (e *OpenError) Error() string { return e.Path + ": " + e.Text + "\nhint: " + e.Hint }

func (e *OpenError) Unwrap() error { return e.Kind }
