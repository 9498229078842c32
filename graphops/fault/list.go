package fault

import (
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow"
)

// Lists are read page by page, and every one is bounded: in pages, as it may be that of a
// big tenant, or go round in a circle, and in time. A list that was not read to its end is
// its own answer, a *Partial: what is not in it need not be missing, so nobody decides by it.

const (
	// ListPages is how many pages of a list are read.
	ListPages = 100
	// listFor is how long that may take. The page that is under way is waited for.
	listFor = 40 * time.Second
)

// A Partial is a list that was not read to its end. It is no workflow.ServiceError, as nobody
// has said no: who takes a "no" for an answer must not take this one.
type Partial struct {
	by Service
	op Operation
}

var _ workflow.Describer = (*Partial)(nil)

// Partial is a list of a service that has no end.
func (s Service) Partial(op Operation) *Partial { return &Partial{s, op} }

func (p *Partial) Error() string {
	return fmt.Sprintf("%s: the list does not end within %d pages and %s", p.op.Name, ListPages, listFor)
}

// Describe is what people are told.
func (p *Partial) Describe() *workflow.ServiceError {
	return &workflow.ServiceError{Code: "ListNotWhole",
		Text: fmt.Sprintf("To %s, the bot reads a list of %s, and that did not end within %d pages and %d seconds. "+
			"It may be much longer, so nothing was decided from the part that was seen. Try again; if that does not help, make the "+
			"list shorter, "+
			"or ask the operator to check %s of this tenant in the configuration, and any proxy in between.",
			p.op.Words, p.by.name, ListPages, listFor/time.Second, p.by.setting)}
}

// Pages are those of one list, as far as it was read.
type Pages struct {
	now   func() time.Time
	began time.Time
	n     int
	seen  map[string]bool // addresses of further pages
}

// NewPages begins a list.
func NewPages(now func() time.Time) *Pages {
	return &Pages{now: now, began: now(), seen: make(map[string]bool)}
}

// More counts a page that was read, and reports whether the one at next may be read too, of
// at most so many.
func (p *Pages) More(next string, most int) bool {
	again := p.seen[next]
	p.seen[next] = true
	p.n++
	return p.n < most && !again && p.now().Sub(p.began) < listFor
}
