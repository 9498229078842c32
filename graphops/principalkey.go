package graphops

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	kiota "github.com/microsoft/kiota-abstractions-go"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
)

// A service principal can have passwords and certificates of its own, beside those of its
// application. Nothing here makes one, and each signs the app in.

// principalOf is what a session knows an app's service principal by.
func principalOf(appID string) string { return "service principal of " + appID }

// removeFromPrincipal removes the credentials that an app's service principal has of its
// own. A session that has made or restored it knows that it is there, and served says that
// it is.
// Source: Graph, "servicePrincipal: removePassword", "Update servicePrincipal".
func (s *session) removeFromPrincipal(ctx context.Context, appID string, served bool) error {
	p, err := s.ownKeys(ctx, appID)
	switch {
	case fault.Status(err) == http.StatusNotFound &&
		(s.Knows(principalOf(appID)) || served && (s.IsFresh(principalOf(appID)) || s.ChangedLately())):
		return opKeysOf.Stale("the app's service principal is not seen yet")
	case fault.Status(err) == http.StatusNotFound:
		return nil
	case err != nil:
		return s.fault(err)
	}
	var errs []error // one that stays keeps no other in use
	for _, raw := range p.list("passwordCredentials") {
		errs = append(errs, s.removeOwnKey(ctx, appID, p.text("id"), decode[object](raw).text("keyId")))
	}
	if len(p.list("keyCredentials")) > 0 {
		none := object{}
		none.set("keyCredentials", []object{})
		errs = append(errs, s.changePrincipal(ctx, opClearCertsOf, kiota.PATCH, "/servicePrincipals/{id}", p.text("id"), none))
	}
	return fault.Worst(errs)
}

// ownKeys reads an app's service principal with its own credentials.
func (s *session) ownKeys(ctx context.Context, appID string) (object, error) {
	if appID == "" {
		return nil, opKeys.Later("there is no App ID in the answer")
	}
	req := s.get("/servicePrincipals(appId=%27{app}%27)?$select=id,passwordCredentials,keyCredentials", "app", appID)
	got, err := s.send(ctx, opKeysOf, req, asItCame)
	if err != nil {
		return nil, err
	}
	p, _ := got.(object)
	if p.text("id") == "" {
		return nil, opKeysOf.Empty()
	}
	return p, nil
}

// onPrincipal reads an app's service principal, and which credentials it has of its own.
func (s *session) onPrincipal(ctx context.Context, appID string) (id string, secrets int, certificates []string, err error) {
	p, err := s.ownKeys(ctx, appID)
	if err != nil {
		return "", 0, nil, err
	}
	certificates = thumbprints(p.list("keyCredentials")) // one for SAML is there to sign and to verify
	slices.Sort(certificates)
	return p.text("id"), len(p.list("passwordCredentials")), slices.Compact(certificates), nil
}

// removeOwnKey removes one password. That there is none can have the code of a mistake,
// so it is looked up.
func (s *session) removeOwnKey(ctx context.Context, appID, id, keyID string) error {
	body := object{}
	body.set("keyId", keyID)
	err := s.changePrincipal(ctx, opRemoveKeyOf, kiota.POST, "/servicePrincipals/{id}/removePassword", id, body)
	if _, no := errors.AsType[*workflow.ServiceError](err); !no {
		return err
	}
	p, readErr := s.ownKeys(ctx, appID)
	if readErr == nil && !slices.ContainsFunc(p.list("passwordCredentials"), func(raw json.RawMessage) bool {
		return decode[object](raw).same("keyId", keyID)
	}) {
		return nil
	}
	return err
}

// changePrincipal sends a change of a service principal.
func (s *session) changePrincipal(ctx context.Context, op fault.Operation, method kiota.HttpMethod, path, id string, body object) error {
	req := s.get(path, "id", id)
	req.Method = method
	req.SetStreamContentAndContentType(encode(body), "application/json")
	_, err := s.send(ctx, op, req, nil)
	return s.fault(err, id)
}
