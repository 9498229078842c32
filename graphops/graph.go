package graphops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	khttp "github.com/microsoft/kiota-http-go"
	kjson "github.com/microsoft/kiota-serialization-json-go"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// A graph is Microsoft Graph as one token reaches it.
type graph struct {
	adapter kiota.RequestAdapter
	token   *bearer
	base    string
	log     *slog.Logger
	now     func() time.Time
}

func newGraph(t tenant, hc *http.Client, token seal.Secret, log *slog.Logger, now func() time.Time) (*graph, error) {
	hosts, err := authentication.NewAllowedHostsValidatorErrorCheck([]string{t.host})
	if err != nil {
		return nil, err
	}
	b := &bearer{Token: login.NewToken(token), base: t.base, hosts: hosts}
	a, err := khttp.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		authentication.NewBaseBearerTokenAuthenticationProvider(b), keepingFactory{kjson.NewJsonParseNodeFactory()},
		kjson.NewJsonSerializationWriterFactory(), hc)
	if err != nil {
		return nil, err
	}
	a.SetBaseUrl(t.base)
	return &graph{adapter: a, token: b, base: t.base, log: log, now: now}, nil
}

// A bearer gives the token out for requests to the tenant's Graph only.
type bearer struct {
	*login.Token
	base  string
	hosts *authentication.AllowedHostsValidator
}

// errElsewhere says that a request was not for Graph.
var errElsewhere = errors.New("graphops: the token is for Microsoft Graph, and goes nowhere else")

func (b *bearer) GetAuthorizationToken(_ context.Context, to *url.URL, _ map[string]any) (string, error) {
	if !b.hosts.IsUrlHostValid(to) || !strings.HasPrefix(to.String(), b.base+"/") {
		return "", errElsewhere
	}
	return b.Reveal()
}

func (b *bearer) GetAllowedHostsValidator() *authentication.AllowedHostsValidator { return b.hosts }

// at is where request builders begin.
func (g *graph) at() map[string]string { return map[string]string{"baseurl": g.base} }

// get is a request that no cheap builder of the SDK makes: path is a URI
// template below the base.
func (g *graph) get(path string, values ...string) *kiota.RequestInformation {
	r := kiota.NewRequestInformation()
	r.Method = kiota.GET
	r.UrlTemplate = "{+baseurl}" + path
	r.PathParameters = g.at()
	for i := 0; i+1 < len(values); i += 2 {
		r.PathParameters[values[i]] = values[i+1]
	}
	r.Headers.TryAdd("Accept", "application/json")
	return r
}

// deletion is a request that deletes what get would read.
func (g *graph) deletion(path string, values ...string) *kiota.RequestInformation {
	r := g.get(path, values...)
	r.Method = kiota.DELETE
	return r
}

// send makes one request, and returns what the SDK makes of the answer: nil
// where there is none to read, or where as is nil. The error is an *fault.Answer
// where Graph answered.
func (g *graph) send(ctx context.Context, op fault.Operation, r *kiota.RequestInformation,
	as serialization.ParsableFactory) (serialization.Parsable, error) {
	return through(ctx, g, op, r, func(ctx context.Context) (serialization.Parsable, error) {
		if as == nil {
			return nil, g.adapter.SendNoContent(ctx, r, nil)
		}
		return g.adapter.Send(ctx, r, as, nil)
	})
}

// through is the one door for requests to Graph.
func through[T any](ctx context.Context, g *graph, op fault.Operation, r *kiota.RequestInformation, do func(context.Context) (T, error)) (T,
	error) {
	var none T
	if _, err := g.token.Reveal(); err != nil {
		return none, err
	}
	path := template(r.UrlTemplate)
	c := &call{id: uuid.NewString()}
	limited, cancel := context.WithTimeout(context.WithValue(ctx, callKey{}, c), callLimit)
	defer cancel()
	began := g.now()
	got, err := do(limited)
	g.log.DebugContext(ctx, "graph", "op", op.Name, "method", r.Method.String(), "path", path, "status", c.status,
		"took", g.now().Sub(began), "client-request-id", c.id)
	g.told(ctx, r, c)
	if err != nil {
		return none, g.failed(ctx, op, c, err)
	}
	return got, nil
}

// failed says what an error of kiota's was.
func (g *graph) failed(ctx context.Context, op fault.Operation, c *call, err error) error {
	switch {
	case c.status >= 400:
		return op.Read(c.status, c.header, c.body, g.now())
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, workflow.ErrSessionOver):
		return workflow.ErrSessionOver
	case errors.Is(err, errRedirect):
		return fault.Graph.Redirected(c.header.Get("request-id"))
	case errors.Is(err, errElsewhere):
		return fault.Graph.Elsewhere() // no other address is Graph's own
	case c.status != 0:
		return op.Unreadable(c.status)
	}
	if l := op.Network(err); l != nil {
		return l
	}
	return fmt.Errorf("%s: %w", op.Name, err)
}

// operators are the query parts of a URI template, and fixed queries.
var operators = regexp.MustCompile(`\{\?[^}]*\}|\?.*$`)

// template is the path that is logged: without values.
func template(t string) string {
	if t == "" {
		return "(next page)"
	}
	return strings.ReplaceAll(operators.ReplaceAllString(strings.TrimPrefix(t, "{+baseurl}"), ""), "%2D", "-")
}

// value is what p points to, or zero.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// lower is an ID as it is compared: Graph may write GUIDs in either case.
func lower(id *string) string { return strings.ToLower(value(id)) }

// guid returns an ID as the SDK wants it, or nil if it is none.
func guid(s string) *uuid.UUID {
	id, err := uuid.Parse(s)
	if err != nil {
		return nil
	}
	return &id
}

// quote escapes a string for a literal of OData, without the quotes around it.
func quote(s string) string { return strings.ReplaceAll(s, "'", "''") }
