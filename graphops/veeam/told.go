package veeam

import (
	"context"
	"net/http"

	"github.com/entra-app/entra-app/workflow/audit"
)

// told notes a call that may have changed something on the server. It has no ID of its own for it.
func told(ctx context.Context, server string, req *http.Request, resp *http.Response) {
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	audit.Called(ctx, req.Method, server+req.URL.Path, status, "")
}
