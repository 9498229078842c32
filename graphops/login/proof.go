package login

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/errors"
	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// Prove signs in as the app, with a client that is new each time: a token out
// of a cache would prove nothing. The tokens for all resources are asked for at
// once. Without resources it is one for Graph, which proves the credential at least.
func (c *Client) Prove(ctx context.Context, t Tenant, appID string, with workflow.Proof, resources []string) (map[string][]string, error) {
	if len(resources) == 0 {
		resources = []string{catalog.MicrosoftGraph}
	}
	cred, err := credential(with)
	if err != nil {
		return nil, err
	}
	client, err := confidential.New(t.Authority, appID, cred, confidential.WithHTTPClient(transport{c}),
		confidential.WithInstanceDiscovery(false))
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
				errs[i] = c.proofFault(ctx, err)
				return
			}
			found[i], opaque[i] = roles(got.AccessToken)
		})
	}
	wg.Wait()
	if err := fault.Worst(errs); err != nil {
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

// final are the AADSTS codes that no waiting changes, beside those of reasons that block a
// sign-in. Any other may be of a replica that has not heard of the app, its credential or its
// assignment.
// Source: Microsoft Entra authentication and authorization error codes.
var final = map[int]bool{
	53003: true, 530003: true, // Conditional Access
	90002:   true, // no such tenant
	700024:  true, // the clocks differ
	7000112: true, // the app is disabled
	7000222: true, // the secret has expired

	// the request is not one: it is this bot's
	700023: true, 700025: true, 900144: true, 1002012: true, 7000216: true, 7000218: true, 9002313: true,
}

// refusals of the proof that people can do something about.
var refusals = map[int]string{
	53003:  "Conditional Access blocks the app. Ask for an exemption for its service principal, then press Retry.",
	530003: "Conditional Access blocks the app. Ask for an exemption for its service principal, then press Retry.",
	90002: "Entra does not know the tenant that this bot is configured for. The operator has to check tenant_id, and whether cloud " +
		"(or authority_url) names the cloud that the tenant is in, then press Retry.",
	700024: "Entra's clock and this machine's differ too much for a certificate to be used. The operator has to set this machine's " +
		"clock, then press Retry.",
	7000112: "The app is disabled in Entra. Enable it (Enterprise applications › Properties), then press Retry.",
	7000222: "The app's secret has expired already. Press Retry to make another.",
	501051:  "The app is not assigned to a service that only accepts assigned apps. Assign it in Entra, then press Retry.",
}

func (c *Client) proofFault(ctx context.Context, err error) error {
	a, network := loginAnswerOf(err), opProof.Network(err)
	switch {
	case a == nil && errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case a == nil && network != nil:
		return network
	case a == nil:
		if _, ok := errors.AsType[msal.InvalidJsonErr](err); ok {
			return opProof.Later("the answer is not JSON") // its text has the answer in it
		}
		return opProof.Later("the answer is not a token") // MSAL's text might quote it
	case a.busy():
		return &fault.Later{Op: opProof, Status: a.status, After: fault.RetryAfter(a.header, c.Now()), Ref: a.Trace}
	}
	no := a.proofTrouble()
	if slices.ContainsFunc(a.Codes, func(c int) bool { return final[c] || reasons[c] == workflow.SignInBlocked }) {
		return no
	}
	return &fault.Spreading{Later: &fault.Later{Op: opProof, Status: a.status, Code: no.Code, Ref: a.Trace, Lasts: no}}
}

// proofTrouble says for people why the app could not sign in.
func (a *loginAnswer) proofTrouble() *workflow.ServiceError {
	no := &workflow.ServiceError{Code: fmt.Sprintf("AADSTS%d", a.code()), Ref: a.Trace}
	if a.code() == 0 {
		no.Code = a.Error
	}
	for _, c := range a.Codes {
		if text, ok := refusals[c]; ok {
			no.Text = text
			return no
		}
	}
	no.Text = fmt.Sprintf("Entra does not let the app sign in with its new credential (%s). Look that code up in Microsoft's list of "+
		"sign-in errors, then press Retry.", no.Code)
	return no
}

// credential is what MSAL signs in with. Its errors say nothing of what is in it.
func credential(p workflow.Proof) (confidential.Credential, error) {
	if !p.Secret.IsZero() {
		return confidential.NewCredFromSecret(p.Secret.Reveal())
	}
	if p.Keyed.PFX.IsZero() {
		return confidential.Credential{}, errors.New("proof: there is no secret")
	}
	key, x, err := pkcs12.Decode([]byte(p.Keyed.PFX.Reveal()), p.Keyed.Password.Reveal())
	if err != nil {
		return confidential.Credential{}, errors.New("proof: the certificate's file cannot be opened")
	}
	cred, err := confidential.NewCredFromCert([]*x509.Certificate{x}, key)
	if err != nil {
		return confidential.Credential{}, errors.New("proof: the certificate cannot be used")
	}
	return cred, nil
}
