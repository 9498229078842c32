package store

import (
	"context"
	"sync"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"

	"github.com/entra-app/entra-app/store/tree"
	"github.com/entra-app/entra-app/workflow"
)

// Bolt is a store in one file. Open makes it.
type Bolt struct {
	db    *bolt.DB
	realm string

	signer   *tree.Signer // of the log
	logFault error        // what is wrong with the log

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup // calls under way

	damage   damage
	repaired error // what Open found damaged and wrote again

	decoded atomic.Int64 // requests that were decoded; the tests look at it
}

var _ workflow.Store = (*Bolt)(nil)

// Repaired returns what Open found damaged and wrote again, or nil. It is for the log:
// everything that could be read is there, and Readable names what could not.
func (b *Bolt) Repaired() error { return b.repaired }

// LogFault returns what Open found wrong with the log, or nil. What is damaged there is left as it
// is: entra-app audit verify says what it means.
func (b *Bolt) LogFault() error { return b.logFault }

// enter begins a call, which ends with busy.Done, unless ctx is over or the store
// is closed.
func (b *Bolt) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	b.busy.Add(1)
	return nil
}

// Close waits for what is under way and closes the file. It may be called again.
func (b *Bolt) Close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.busy.Wait()
	return b.db.Close()
}
