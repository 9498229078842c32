package graphops

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/applications"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/graphops/fault"
	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/seal"
)

// Passwords lists the passwords of an application.
func (s *session) Passwords(ctx context.Context, applicationID string) ([]workflow.Password, error) {
	keys, err := s.keys(ctx, applicationID)
	if fault.Status(err) == http.StatusNotFound && !s.IsFresh(applicationID) {
		return nil, nil // with the application
	}
	return keys, s.fault(err, applicationID)
}

func (s *session) keys(ctx context.Context, applicationID string) ([]workflow.Password, error) {
	keys, _, err := s.keysAndAppID(ctx, applicationID)
	return keys, err
}

// keysAndAppID reads the passwords of an application, and its App ID.
func (s *session) keysAndAppID(ctx context.Context, applicationID string) (keys []workflow.Password, appID string, err error) {
	req, err := s.application(applicationID).ToGetRequestInformation(ctx,
		&applications.ApplicationItemRequestBuilderGetRequestConfiguration{
			QueryParameters: &applications.ApplicationItemRequestBuilderGetQueryParameters{Select: []string{"appId",
				"passwordCredentials"}}})
	if err != nil {
		return nil, "", err
	}
	got, err := s.send(ctx, opKeys, req, models.CreateApplicationFromDiscriminatorValue)
	if err != nil {
		return nil, "", err
	}
	a, ok := got.(models.Applicationable)
	if !ok {
		return nil, "", opKeys.Empty()
	}
	for _, c := range a.GetPasswordCredentials() {
		keys = append(keys, password(c))
	}
	return keys, value(a.GetAppId()), nil
}

func password(c models.PasswordCredentialable) workflow.Password {
	return workflow.Password{KeyID: value(c.GetKeyId()).String(), Label: value(c.GetDisplayName()), Expires: value(c.GetEndDateTime())}
}

// keysOf is what a session calls an application's passwords.
func keysOf(applicationID string) string { return "keys of " + applicationID }

// AddPassword makes a password. Its value is in this answer and nowhere else.
func (s *session) AddPassword(ctx context.Context, applicationID, label string, expires time.Time) (workflow.Password, seal.Secret,
	error) {
	fail := func(err error) (workflow.Password, seal.Secret, error) {
		return workflow.Password{}, seal.Secret{}, s.fault(err, applicationID)
	}
	c := models.NewPasswordCredential()
	c.SetDisplayName(&label)
	expires = expires.UTC()
	c.SetEndDateTime(&expires)
	body := applications.NewItemAddPasswordPostRequestBody()
	body.SetPasswordCredential(c)
	req, err := s.application(applicationID).AddPassword().ToPostRequestInformation(ctx, body, nil)
	if err != nil {
		return fail(err)
	}
	s.Gives(keysOf(applicationID)) // whatever is answered
	got, err := s.send(ctx, opAddKey, req, models.CreatePasswordCredentialFromDiscriminatorValue)
	if err != nil {
		return fail(err)
	}
	made, ok := got.(models.PasswordCredentialable)
	if !ok || value(made.GetSecretText()) == "" || made.GetKeyId() == nil {
		return fail(opAddKey.Later("there is no secret in the answer"))
	}
	secret := seal.New(value(made.GetSecretText()))
	made.SetSecretText(nil)
	s.Gives(keyNamed(made.GetKeyId().String()))
	return password(made), secret, nil
}

// keyNamed is what a session calls a password.
func keyNamed(keyID string) string { return "password " + strings.ToLower(keyID) }

// RemovePassword removes a password. That there is none can have the code of a
// mistake, so it is looked up. While a password may be young, a replica that has none
// has not heard of it: it is gone only once Graph has accepted its removal.
func (s *session) RemovePassword(ctx context.Context, applicationID, keyID string) error {
	id := guid(keyID)
	if id == nil {
		return errors.New("removePassword: the key ID is not a GUID")
	}
	body := applications.NewItemRemovePasswordPostRequestBody()
	body.SetKeyId(id)
	req, err := s.application(applicationID).RemovePassword().ToPostRequestInformation(ctx, body, nil)
	if err != nil {
		return err
	}
	_, err = s.send(ctx, opRemoveKey, req, nil)
	what := keyNamed(keyID)
	switch st := fault.Status(err); {
	case st != http.StatusNotFound && st != http.StatusBadRequest:
		s.Removes(what, err)
		return s.fault(err, applicationID)
	case s.HasRemoved(what):
		return nil
	}
	keys, readErr := s.keys(ctx, applicationID)
	listed := slices.ContainsFunc(keys, func(k workflow.Password) bool { return strings.EqualFold(k.KeyID, keyID) })
	switch {
	case fault.Status(readErr) == http.StatusNotFound && !s.IsFresh(applicationID):
		return nil // the application is gone, and its passwords with it
	case readErr != nil:
		return s.fault(readErr, applicationID)
	case s.IsHidden(what), s.IsHidden(keysOf(applicationID)), listed && s.ChangedLately():
		no, _ := errors.AsType[*fault.Answer](err)
		return no.Behind("the password is not known everywhere yet")
	case listed:
		return s.fault(err, applicationID)
	}
	return nil
}
