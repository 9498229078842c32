package main

import (
	"context"
	"sync/atomic"
	"time"
)

// A clock is the one that everybody in the demonstration goes by. It can be put
// forward, and then it goes on.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// sleepUntil lets the time pass until then, with the bot switched off meanwhile:
// what fell due it finds in its store, as after any pause.
func (w *world) sleepUntil(ctx context.Context, then time.Time) error {
	if err := w.stopBot(); err != nil {
		return err
	}
	w.clock.ahead.Add(int64(then.Sub(w.clock.now())))
	return w.startBot(ctx)
}
