package graphops

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// Prove signs in as the app, with a client that is new each time: a token out
// of a cache would prove nothing. The tokens for all resources are asked for at
// once. Without resources it is one for Graph, which proves the credential at least.
func (d *Directory) Prove(ctx context.Context, tenant, appID string, with workflow.Proof, resources []string) (map[string][]string, error) {
	t, err := d.tenant(tenant)
	if err != nil {
		return nil, err
	}
	if len(resources) == 0 {
		resources = []string{catalog.MicrosoftGraph}
	}
	cred, err := credential(with)
	if err != nil {
		return nil, err
	}
	client, err := confidential.New(t.authority, appID, cred, confidential.WithHTTPClient(d.login), confidential.WithInstanceDiscovery(false))
	if err != nil {
		return nil, fmt.Errorf("proof: tenant %q: %w", t.Name, err)
	}
	found, opaque := make([][]string, len(resources)), make([]bool, len(resources))
	errs := make([]error, len(resources))
	var wg sync.WaitGroup
	for i, r := range resources {
		wg.Go(func() {
			scope := r + "/.default"
			if r == catalog.MicrosoftGraph {
				scope = t.GraphURL + "/.default"
			}
			got, err := client.AcquireTokenByCredential(ctx, []string{scope})
			if err != nil {
				errs[i] = d.proofFault(ctx, err)
				return
			}
			found[i], opaque[i] = roles(got.AccessToken)
		})
	}
	wg.Wait()
	if err := worst(errs); err != nil {
		return nil, err
	}
	by := make(map[string][]string, len(resources))
	for i, r := range resources {
		if !opaque[i] {
			by[r] = found[i]
		}
	}
	return by, nil
}

// spreadingCodes are the AADSTS codes that a good credential gets while Entra's
// replicas hear of it. Whether it is good will show: the caller gives up.
var spreadingCodes = map[int]bool{
	70001:   true, // no such application
	650052:  true, // the resource is not in the tenant
	500011:  true, // the resource is not in the tenant
	700027:  true, // the certificate is not known
	7000215: true, // the secret is wrong
	7000229: true, // the app has no service principal
}

// refusals of the proof that people can do something about.
var refusals = map[int]string{
	53003:   "Conditional Access blocks the app. Ask for an exemption for its service principal, then press Retry.",
	530003:  "Conditional Access blocks the app. Ask for an exemption for its service principal, then press Retry.",
	90002:   "Entra does not know the tenant that this bot is configured for. The operator has to check tenant_id, and whether cloud (or authority_url) names the cloud that the tenant is in, then press Retry.",
	700024:  "Entra's clock and this machine's differ too much for a certificate to be used. The operator has to set this machine's clock, then press Retry.",
	7000112: "The app is disabled in Entra. Enable it (Enterprise applications › Properties), then press Retry.",
	7000222: "The app's secret has expired already. Press Retry to make another.",
	501051:  "The app is not assigned to a service that takes assigned apps only. Assign it in Entra, then press Retry.",
}

func (d *Directory) proofFault(ctx context.Context, err error) error {
	a := loginAnswerOf(err)
	switch {
	case a == nil && errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case a == nil && isNetwork(err):
		return &later{op: opProof, why: cause(err)}
	case a == nil:
		if _, ok := errors.AsType[msal.InvalidJsonErr](err); ok {
			return &later{op: opProof, why: "the answer is not JSON"} // its text has the answer in it
		}
		return &later{op: opProof, why: "the answer is not a token"} // MSAL's text might quote it
	case a.busy():
		return &later{op: opProof, status: a.status, after: retryAfter(a.header, d.now()), ref: a.Trace}
	}
	for _, c := range a.Codes {
		if spreadingCodes[c] || c/10 == 70001 { // 700010 to 700019: the application is not found
			return &spreading{&later{op: opProof, status: a.status, code: fmt.Sprintf("AADSTS%d", c), ref: a.Trace}}
		}
	}
	no := &workflow.Trouble{Code: fmt.Sprintf("AADSTS%d", a.code()), Ref: a.Trace}
	if a.code() == 0 {
		no.Code = a.Error
	}
	for _, c := range a.Codes {
		if text, ok := refusals[c]; ok {
			no.Text = text
			return no
		}
	}
	no.Text = fmt.Sprintf("Entra does not let the app sign in with its new credential (%s). Look that code up in Microsoft's list of sign-in errors, then press Retry.", no.Code)
	return no
}

// roles reads the app roles out of an access token. Its signature is not checked:
// it came from the sign-in service itself, over TLS, and nothing is allowed
// because of it. Such tokens are opaque by contract, and one day this one may be.
// Source: Microsoft identity platform, access tokens.
func roles(token string) (roles []string, opaque bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, true
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil, true
	}
	var c struct {
		Aud   any
		Roles []string
	}
	if json.Unmarshal(payload, &c) != nil || c.Aud == nil {
		return nil, true
	}
	return c.Roles, false
}
