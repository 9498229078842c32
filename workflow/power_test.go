package workflow_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// A power is what one process of a story runs on: it is cut after an outside
// call, and with it is all that the process had in memory.
type power struct {
	w     *world
	at    int // the call after which it is cut; never where negative
	calls int // outside calls so far
}

// withThePowerCut plays a story once as it should be, and then with the power
// cut after each of the outside calls that it made between on and back.
func withThePowerCut(t *testing.T, story func(t *testing.T, p *power)) {
	t.Helper()
	play := func(t *testing.T, at int) int {
		p := &power{at: at}
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

// on begins to count the calls of a process.
func (p *power) on(w *world, n *node) {
	p.w = w
	w.set(func() {
		w.after = func(string) error {
			if p.calls++; p.at >= 0 && p.calls > p.at {
				*n.off = true
				return errPower
			}
			return nil
		}
	})
}

// again waits until the process stands still, and boots the next one where
// its power was cut.
func (p *power) again(n *node) *node {
	pass(time.Second)
	off := false
	p.w.set(func() { off = *n.off })
	if !off {
		return n
	}
	n.stop()
	p.w.set(func() { p.w.after = nil })
	return p.w.boot()
}

// back is again, and the power stays on from here.
func (p *power) back(n *node) *node {
	n = p.again(n)
	p.w.set(func() { p.w.after = nil })
	return n
}
