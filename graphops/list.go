package graphops

import (
	"context"
	"net/url"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"

	"github.com/entra-app/entra-app/graphops/fault"
)

// pages reads a list to its end, beginning with a page that is there already or, where it
// is nil, with r. Where it comes to no end the error is a *fault.Partial.
func (g *graph) pages(ctx context.Context, op fault.Operation, r *kiota.RequestInformation, page serialization.Parsable,
	as serialization.ParsableFactory, each func(serialization.Parsable)) error {
	more, err := g.somePages(ctx, op, r, page, as, fault.ListPages, func(p serialization.Parsable) bool { each(p); return true })
	if err == nil && more {
		return fault.Graph.Partial(op)
	}
	return err
}

// somePages is pages for a list of which not all counts: it stops after most pages, when
// each returns false, and where a list is not to be read any further, and reports whether
// there is more.
func (g *graph) somePages(ctx context.Context, op fault.Operation, r *kiota.RequestInformation, page serialization.Parsable,
	as serialization.ParsableFactory, most int, each func(serialization.Parsable) bool) (more bool, err error) {
	b := fault.NewPages(g.now)
	for {
		if page == nil {
			if page, err = g.send(ctx, op, r, as); err != nil {
				return false, err
			}
		}
		if page == nil { // that is not an empty list
			return false, op.Empty()
		}
		on := each(page)
		list, ok := page.(interface{ GetOdataNextLink() *string })
		if !ok || value(list.GetOdataNextLink()) == "" {
			return false, nil
		}
		link := *list.GetOdataNextLink()
		if !b.More(link, most) || !on {
			return true, nil
		}
		next, err := url.Parse(link)
		if err != nil {
			return false, fault.Graph.Elsewhere()
		}
		r = g.get("")
		r.UrlTemplate = ""
		r.SetUri(*next)
		page = nil
	}
}
