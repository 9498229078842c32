package graphops

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	kiota "github.com/microsoft/kiota-abstractions-go"

	"github.com/entra-app/entra-app/workflow/audit"
)

// What the log gets of calls to Graph: each that is no read, with the request-id of the answer.
// Microsoft finds a call by it, and so does whoever reads the activity logs of Graph.

// told notes one call, unless it only reads.
func (g *graph) told(ctx context.Context, r *kiota.RequestInformation, c *call) {
	u, err := r.GetUri()
	if r.Method == kiota.GET || err != nil {
		return
	}
	path := strings.TrimPrefix(u.Scheme+"://"+u.Host+u.Path, g.base)
	if path == "/$batch" || path == "/%24batch" { // each part of it is told
		return
	}
	if c == nil {
		return // it was not sent
	}
	audit.Called(ctx, r.Method.String(), path, c.status, cmp.Or(c.header.Get("request-id"), c.id))
}

// part is one answer of a batch. Graph gives some an ID of their own, and the batch has one in any case.
// Source: Microsoft Graph, "Combine multiple HTTP requests using JSON batching".
func (c *call) part(a batchResponse) *call {
	p := &call{id: c.id, status: a.Status, header: http.Header{}}
	for k, v := range a.Headers {
		if strings.EqualFold(k, "request-id") {
			p.header.Set(k, fmt.Sprint(v))
		}
	}
	if p.header.Get("request-id") == "" {
		p.header.Set("request-id", "batch "+cmp.Or(c.header.Get("request-id"), c.id)+" part "+a.ID)
	}
	return p
}
