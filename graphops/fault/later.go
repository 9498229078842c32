package fault

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// Later is what may go away by itself.
type Later struct {
	Op     Operation
	Status int    // 0 is no answer
	Code   string // of the service
	Why    string
	Ref    string
	After  time.Duration          // at least so long
	Lasts  *workflow.ServiceError // what it was if it has not gone away

	unsent bool // nobody was reached
}

// Spreading is what may go away because something is young.
type Spreading struct{ *Later }

// Spreading marks it as workflow.Spreading.
func (*Spreading) Spreading() {}

func (s *Spreading) Unwrap() error { return s.Later }

var (
	_ workflow.Spreading = (*Spreading)(nil)
	_ workflow.Describer = (*Spreading)(nil)
	_ workflow.Temporary = (*Later)(nil)
	_ workflow.NotDone   = (*Later)(nil)
	_ workflow.Describer = (*Later)(nil)
)

// RetryAfter is how long to wait at least.
func (l *Later) RetryAfter() time.Duration { return l.After }

// NotDone reports whether nothing was done: nobody was reached, or the call was turned away.
func (l *Later) NotDone() bool { return l.unsent || l.Status == http.StatusTooManyRequests }

// Describe is what people are told if it lasts.
func (l *Later) Describe() *workflow.ServiceError { return l.Lasts }

func (l *Later) Error() string {
	var b strings.Builder
	b.WriteString(l.Op.Name + ": later")
	if l.Status != 0 {
		fmt.Fprintf(&b, ": %d", l.Status)
	}
	for _, s := range []string{l.Code, l.Why} {
		if s != "" {
			b.WriteString(": " + s)
		}
	}
	if l.Ref != "" {
		b.WriteString(" (" + l.Ref + ")")
	}
	return b.String()
}

// Later is what may go away by itself, and has no more to say.
func (op Operation) Later(why string) *Later { return &Later{Op: op, Why: why} }

// Unreadable is an answer that is not what it should be.
func (op Operation) Unreadable(status int) *Later {
	return &Later{Op: op, Status: status, Why: "the answer cannot be read"}
}

// Empty is an answer without anything in it.
func (op Operation) Empty() *Later { return op.Later("there is nothing in the answer") }

// Stale is an answer that contradicts what is known.
func (op Operation) Stale(why string) *Spreading { return &Spreading{op.Later(why)} }

// Network is what an error of a connection means, and nil for any other.
func (op Operation) Network(err error) *Later {
	if !isNetwork(err) {
		return nil
	}
	dial, ok := errors.AsType[*net.OpError](err)
	return &Later{Op: op, Why: Cause(err), unsent: ok && dial.Op == "dial"}
}

func (a *Answer) later(why string) *Later {
	return &Later{Op: a.op, Status: a.Status, Code: a.code, Why: why, Ref: a.Ref, After: a.after}
}

// Lag is what may be unknown only here, and says what it was if that lasts.
func (a *Answer) Lag() *Spreading { return a.Behind("not known everywhere yet") }

// Behind is Lag that is known to be of one kind.
func (a *Answer) Behind(why string) *Spreading {
	l := a.later(why)
	l.Lasts = a.no()
	return &Spreading{l}
}
