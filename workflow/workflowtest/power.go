package workflowtest

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A power is what one process of a story runs on: it is cut after an outside
// call, and with it is all that the process had in memory.
type Power struct {
	w     *World
	at    int // the call after which it is cut; never where negative
	calls int // outside calls so far
}

// WithThePowerCut plays a story once as it should be, and then with the power
// cut after each of the outside calls that it made between on and back.
func WithThePowerCut(t *testing.T, story func(t *testing.T, p *Power)) {
	t.Helper()
	play := func(t *testing.T, at int) int {
		p := &Power{at: at}
		synctest.Test(t, func(t *testing.T) { story(t, p) })
		return p.calls
	}
	calls := play(t, -1)
	if calls == 0 && !t.Failed() {
		t.Error("there is no call to cut the power after")
	}
	for at := range calls {
		t.Run(fmt.Sprint("with the power cut after call ", at), func(t *testing.T) { play(t, at) })
	}
}

// On begins to count the calls of a process.
func (p *Power) On(w *World, n *Node) {
	p.w = w
	w.Set(func() {
		w.After = func(string) error {
			if p.calls++; p.at >= 0 && p.calls > p.at {
				*n.Off = true
				return ErrPower
			}
			return nil
		}
	})
}

// Again waits until the process stands still, and boots the next one where
// its power was cut.
func (p *Power) Again(n *Node) *Node {
	Pass(time.Second)
	off := false
	p.w.Set(func() { off = *n.Off })
	if !off {
		return n
	}
	n.Stop()
	p.w.Set(func() { p.w.After = nil })
	return p.w.Boot()
}

// Back is again, and the power stays on from here.
func (p *Power) Back(n *Node) *Node {
	n = p.Again(n)
	p.w.Set(func() { p.w.After = nil })
	return n
}
