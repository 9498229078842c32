package graphops

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	kjson "github.com/microsoft/kiota-serialization-json-go"

	"github.com/entra-app/entra-app/graphops/fault"
)

// batchSize is the most requests that Graph takes in one batch.
const batchSize = 20

// An item is one request of a batch, and then what came of it.
type item struct {
	op  fault.Operation
	req *kiota.RequestInformation
	as  serialization.ParsableFactory

	chained bool // sent only after the one before was done; both in one batch

	what string // that is removed; see memory.Record.Removes

	got serialization.Parsable
	err error // as graph.send returns it
}

// batch sends the items 20 at a time, all at once, and fills in what came of
// each. None of them depends on another, but for those that are chained.
func (g *graph) batch(ctx context.Context, items []*item) {
	var wg sync.WaitGroup
	for part := range slices.Chunk(items, batchSize) {
		wg.Go(func() { g.sendBatch(ctx, part) })
	}
	wg.Wait()
}

type (
	batchRequests struct {
		Requests []batchRequest `json:"requests"`
	}
	batchRequest struct {
		ID      string            `json:"id"`
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers,omitempty"`
		Body    json.RawMessage   `json:"body,omitempty"`

		DependsOn []string `json:"dependsOn,omitempty"`
	}
	batchResponse struct {
		ID      string          `json:"id"`
		Status  int             `json:"status"`
		Headers map[string]any  `json:"headers"`
		Body    json.RawMessage `json:"body"`
	}
)

func (g *graph) sendBatch(ctx context.Context, items []*item) {
	fail := func(err error) {
		for _, i := range items {
			i.err = err
		}
	}
	var out batchRequests
	for n, i := range items {
		r, err := g.inner(n, i.req)
		if err != nil {
			fail(fmt.Errorf("%s: %w", i.op.Name, err))
			return
		}
		if i.chained && n > 0 {
			r.DependsOn = []string{strconv.Itoa(n - 1)}
		}
		out.Requests = append(out.Requests, r)
	}
	content, err := json.Marshal(out)
	if err != nil {
		fail(err)
		return
	}
	r := g.get("/$batch")
	r.Method = kiota.POST
	r.SetStreamContentAndContentType(content, "application/json")
	var whole *call
	got, err := through(ctx, g, opBatch, r, func(ctx context.Context) (any, error) {
		whole, _ = ctx.Value(callKey{}).(*call)
		return g.adapter.SendPrimitive(ctx, r, "[]byte", nil)
	})
	if err != nil {
		for _, i := range items {
			g.told(ctx, i.req, whole)
		}
		fail(err)
		return
	}
	var in struct{ Responses []batchResponse }
	if b, ok := got.([]byte); !ok || json.Unmarshal(b, &in) != nil {
		fail(opBatch.Unreadable(0))
		return
	}
	for _, i := range items {
		i.err = i.op.Later("the batch has no answer to it")
	}
	for _, a := range in.Responses {
		n, err := strconv.Atoi(a.ID)
		if err != nil || n < 0 || n >= len(items) {
			continue
		}
		i := items[n]
		g.told(ctx, i.req, whole.part(a))
		i.got, i.err = g.outer(i, a)
		g.log.DebugContext(ctx, "graph, in a batch", "op", i.op.Name, "method", i.req.Method.String(), "path",
			template(i.req.UrlTemplate), "status", a.Status)
	}
}

// inner is a request as it stands in a batch: with its path from the base.
func (g *graph) inner(n int, r *kiota.RequestInformation) (batchRequest, error) {
	u, err := r.GetUri()
	if err != nil {
		return batchRequest{}, err
	}
	path, ok := strings.CutPrefix(u.String(), g.base)
	if !ok {
		return batchRequest{}, errElsewhere
	}
	path = strings.ReplaceAll(path, "%24", "$") // kiota's templates escape it, and a handler undoes that
	headers := make(map[string]string)
	for _, k := range r.Headers.ListKeys() {
		headers[k] = strings.Join(r.Headers.Get(k), ",")
	}
	return batchRequest{ID: strconv.Itoa(n), Method: r.Method.String(), URL: path, Headers: headers, Body: r.Content}, nil
}

// outer reads an answer out of a batch.
func (g *graph) outer(i *item, a batchResponse) (serialization.Parsable, error) {
	if a.Status < 200 || a.Status >= 300 {
		h := make(http.Header)
		for k, v := range a.Headers {
			h.Set(k, fmt.Sprint(v))
		}
		return nil, i.op.Read(a.Status, h, a.Body, g.now())
	}
	if i.as == nil || a.Status == http.StatusNoContent {
		return nil, nil
	}
	unreadable := i.op.Unreadable(a.Status)
	node, err := kjson.NewJsonParseNode(a.Body)
	if err != nil || node == nil {
		return nil, unreadable
	}
	got, err := keeping{node, a.Body}.GetObjectValue(i.as)
	if err != nil || got == nil {
		return nil, unreadable
	}
	return got, nil
}
