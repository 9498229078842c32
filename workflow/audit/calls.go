package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Calls are what was asked of a service that may have changed something there. They may be noted
// by several goroutines.
type Calls struct {
	mu  sync.Mutex
	all []string
}

type callsKey struct{}

// Collecting returns a context that notes such calls, and where they are noted.
func Collecting(ctx context.Context) (context.Context, *Calls) {
	c := &Calls{}
	return context.WithValue(ctx, callsKey{}, c), c
}

// Called notes a call: its method, where it went, without a query, the status of the answer (0 is
// that there was none), and the service's own ID of it. Of a call that was not answered it is ours.
func Called(ctx context.Context, method, path string, status int, id string) {
	c, _ := ctx.Value(callsKey{}).(*Calls)
	if c == nil {
		return
	}
	answer := fmt.Sprint(status)
	if status == 0 {
		answer = "no answer, client-request-id"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, fmt.Sprintf("%s %s: %s %s", method, path, answer, id))
}

// All are the calls so far.
func (c *Calls) All() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}
