package graphops

import (
	"context"
	"fmt"
	"net/url"
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"

	"github.com/entra-app/entra-app/workflow"
)

// Lists are read page by page, and every one is bounded: in pages, as it may be that of a
// big tenant, or go round in a circle, and in time. A list that was not read to its end is
// its own answer, a *partial: what is not in it need not be missing, so nobody decides by it.

const (
	// listPages is how many pages of a list are read.
	listPages = 100
	// listFor is how long that may take. The page that is under way is waited for.
	listFor = 40 * time.Second
)

// A partial is a list that was not read to its end. It is no workflow.Trouble, as nobody
// has said no: who takes a "no" for an answer must not take this one.
type partial struct {
	by service
	op operation
}

var _ workflow.Describer = (*partial)(nil)

func (p *partial) Error() string {
	return fmt.Sprintf("%s: the list does not end within %d pages and %s", p.op.name, listPages, listFor)
}

func (p *partial) Describe() *workflow.ServiceError {
	return &workflow.ServiceError{Code: "ListNotWhole",
		Text: fmt.Sprintf("To %s, the bot reads a list of %s, and that did not end within %d pages and %d seconds. "+
			"It may have much more, so nothing was decided by the part that was seen. Try again; if it stays so, make the list shorter, "+
			"or ask the operator to check %s of this tenant in the configuration, and any proxy in between.",
			p.op.words, p.by.name, listPages, listFor/time.Second, p.by.setting)}
}

// bounds end a list.
type bounds struct {
	now   func() time.Time
	began time.Time
	n     int
	seen  map[string]bool // addresses of further pages
}

func newBounds(now func() time.Time) *bounds {
	return &bounds{now: now, began: now(), seen: make(map[string]bool)}
}

// goesOn counts a page that was read, and reports whether the one at next may be read too.
func (b *bounds) goesOn(next string, most int) bool {
	again := b.seen[next]
	b.seen[next] = true
	b.n++
	return b.n < most && !again && b.now().Sub(b.began) < listFor
}

// pages reads a list to its end, beginning with a page that is there already or, where it
// is nil, with r. Where it comes to no end the error is a *partial.
func (g *graph) pages(ctx context.Context, op operation, r *kiota.RequestInformation, page serialization.Parsable,
	as serialization.ParsableFactory, each func(serialization.Parsable)) error {
	more, err := g.somePages(ctx, op, r, page, as, listPages, func(p serialization.Parsable) bool { each(p); return true })
	if err == nil && more {
		return &partial{graphService, op}
	}
	return err
}

// somePages is pages for a list of which not all counts: it stops after most pages, when
// each returns false, and where a list is not to be read any further, and reports whether
// there is more.
func (g *graph) somePages(ctx context.Context, op operation, r *kiota.RequestInformation, page serialization.Parsable,
	as serialization.ParsableFactory, most int, each func(serialization.Parsable) bool) (more bool, err error) {
	b := newBounds(g.now)
	for {
		if page == nil {
			if page, err = g.send(ctx, op, r, as); err != nil {
				return false, err
			}
		}
		if page == nil { // that is not an empty list
			return false, &later{op: op, why: "there is nothing in the answer"}
		}
		on := each(page)
		list, ok := page.(interface{ GetOdataNextLink() *string })
		if !ok || value(list.GetOdataNextLink()) == "" {
			return false, nil
		}
		link := *list.GetOdataNextLink()
		if !b.goesOn(link, most) || !on {
			return true, nil
		}
		next, err := url.Parse(link)
		if err != nil {
			return false, &misdirected{graphService, otherPage, ""}
		}
		r = g.get("")
		r.UrlTemplate = ""
		r.SetUri(*next)
		page = nil
	}
}
