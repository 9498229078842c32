// Package azure assigns and removes roles in Azure, with the Azure Resource Manager. It is a
// few calls, so they are made here and not with an SDK of its own.
// Source: Azure role-based access control, REST API 2022-04-01.
//
// The IDs of what is made follow from the request, and so do those of what is removed again:
// a repeated call makes the same one. Azure goes on for some minutes as if a role were
// assigned that no longer is, and a list may be behind, so that assignments are removed by
// these IDs besides those that are listed.
package azure

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/graphops/login"
	"github.com/entra-app/entra-app/graphops/memory"
	"github.com/entra-app/entra-app/workflow/audit"
	"github.com/entra-app/entra-app/workflow/azurescope"
)

// What is asked of Azure.
var (
	opRights   = fault.Operation{Name: "listAzurePermissions", Words: "read what it may do in the subscription"}
	opRole     = fault.Operation{Name: "putRoleDefinition", Words: "create the custom role in Azure", Refers: true}
	opAssign   = fault.Operation{Name: "putRoleAssignment", Words: "assign the app's role in Azure", Refers: true}
	opUnassign = fault.Operation{Name: "deleteRoleAssignment", Words: "remove the app's role in Azure"}
	opUnrole   = fault.Operation{Name: "deleteRoleDefinition", Words: "delete the custom role in Azure"}
	opReadRole = fault.Operation{Name: "getRoleDefinition", Words: "read a role that the app has in Azure"}
	opList     = fault.Operation{Name: "listAzureRoleAssignments", Words: "read the app's roles in Azure"}
)

const (
	version     = "?api-version=2022-04-01"
	authorizing = "/providers/Microsoft.Authorization/"
)

// Notices is how long Azure may go on as if a role were assigned that no longer is.
// Source: Azure role-based access control, troubleshooting: up to ten minutes.
const Notices = 10 * time.Minute

// A Client calls Azure for one session. A nil Client is that of a session without a token for
// Azure. Its fields are all set.
type Client struct {
	HTTP   *http.Client
	URL    string // https://management.azure.com
	Token  *login.Token
	Memory *memory.Record
	Log    *slog.Logger
	Now    func() time.Time
}

// Allowed are those of the scopes on which the person has these rights, and those that Azure
// does not know.
func (c *Client) Allowed(ctx context.Context, scopes, rights []string) (allowed, unknown []string, err error) {
	var mu sync.Mutex
	errs := make([]error, len(scopes))
	var wg sync.WaitGroup
	for i, scope := range scopes {
		wg.Go(func() {
			may, err := c.allows(ctx, scope, rights)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case isUnknown(err):
				unknown = append(unknown, scope)
			case err != nil:
				errs[i] = fault.Meaning(err, false)
			case may:
				allowed = append(allowed, scope)
			}
		})
	}
	wg.Wait()
	return allowed, unknown, fault.Worst(errs)
}

// allows reports whether the person has these rights on a scope, there or from above.
// One that they cannot see is one where they have none.
func (c *Client) allows(ctx context.Context, scope string, rights []string) (bool, error) {
	type permission struct{ Actions, NotActions []string }
	var list struct{ Value []permission }
	err := c.call(ctx, opRights, http.MethodGet, azurescope.Path(scope)+authorizing+"permissions", "", nil, &list)
	if code := fault.Status(err); code == http.StatusForbidden || code == http.StatusNotFound && !isUnknown(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, right := range rights {
		if !slices.ContainsFunc(list.Value, func(p permission) bool {
			return anyCovers(p.Actions, right) && !anyCovers(p.NotActions, right)
		}) {
			return false, nil
		}
	}
	return len(rights) > 0, nil
}

// told notes a call for the log, unless it only reads.
func told(req *http.Request, resp *http.Response) {
	if req.Method == http.MethodGet {
		return
	}
	status, id := 0, req.Header.Get("x-ms-client-request-id")
	if resp != nil {
		status, id = resp.StatusCode, cmp.Or(resp.Header.Get("x-ms-request-id"), resp.Header.Get("x-ms-correlation-request-id"), id)
	}
	audit.Called(req.Context(), req.Method, req.URL.Path, status, id)
}

// isUnknown reports whether Azure answered that it knows no such subscription or
// resource group, or that the subscription belongs to another tenant. That may also be said
// of one that it does not show to this person.
func isUnknown(err error) bool {
	a, _ := err.(*fault.Answer)
	return a != nil && (a.HasCode("SubscriptionNotFound") ||
		a.HasCode("ResourceGroupNotFound") || a.HasCode("InvalidAuthenticationTokenTenant"))
}

// anyCovers reports whether one of the patterns, in which * stands for anything,
// covers an action.
func anyCovers(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(strings.ToLower(p), strings.ToLower(action)) })
}

func covers(pattern, action string) bool {
	before, after, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == action
	}
	if !strings.HasPrefix(action, before) {
		return false
	}
	for rest := action[len(before):]; ; rest = rest[1:] {
		if covers(after, rest) {
			return true
		}
		if rest == "" {
			return false
		}
	}
}

// call makes one call. link is the address of a further page; it has to be Azure's own.
func (c *Client) call(ctx context.Context, op fault.Operation, method, path, link string, body, into any, query ...string) error {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(b)
	}
	address := c.URL + path + version
	if link != "" {
		if address = link; !strings.HasPrefix(link, c.URL+"/") {
			return fault.Azure.Elsewhere()
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, address, content)
	if err != nil {
		return err
	}
	if link == "" && len(query) > 0 {
		q := req.URL.Query()
		for i := 0; i+1 < len(query); i += 2 {
			q.Set(query[i], query[i+1])
		}
		req.URL.RawQuery = q.Encode()
	}
	token, err := c.Token.Reveal()
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-ms-client-request-id", uuid.NewString())
	resp, err := c.HTTP.Do(req)
	told(req, resp)
	if err != nil {
		if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		return op.Later(fault.Cause(err))
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	resp.Body.Close()
	if err != nil {
		return op.Later("the answer was cut off")
	}
	c.Log.DebugContext(ctx, "azure", "op", op.Name, "method", method, "status", resp.StatusCode)
	if resp.StatusCode/100 == 3 {
		return fault.Azure.Redirected(resp.Header.Get("x-ms-request-id"))
	}
	if resp.StatusCode >= 300 {
		a := op.Read(resp.StatusCode, resp.Header, b, c.Now())
		if a.Ref == "" {
			a.Ref = resp.Header.Get("x-ms-request-id")
		}
		return a
	}
	if into != nil && len(b) > 0 && json.Unmarshal(b, into) != nil {
		return op.Unreadable(resp.StatusCode)
	}
	return nil
}
