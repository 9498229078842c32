package veeam

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

// azureAccount is RESTServiceAccountInfo. Source: Veeam's OpenAPI documents of v6, v7
// and v8, AzureServiceAccounts; the reference of 5 has none.
type azureAccount struct {
	ID          string `json:"id"`
	Name        string `json:"displayName"`
	Description string `json:"description"`
	AppID       string `json:"applicationId"`
	Thumbprint  string `json:"applicationCertificateThumbprint"`
	TenantID    string `json:"azureTenantId"`

	odd      string // the first field that can't be read
	nameless bool   // the one that tells whose account it is can't be read
}

// azureBody is RESTServiceAccountCreationData, or without its first four
// RESTServiceAccountUpdateData.
type azureBody struct {
	Name        string `json:"applicationName,omitempty"`
	AppID       string `json:"applicationId,omitempty"`
	Environment string `json:"azureEnvironment,omitempty"`
	TenantID    string `json:"azureTenantId,omitempty"`

	Description   string   `json:"description"`
	Certificate   string   `json:"applicationCertificate,omitempty"` // Base64 PFX
	Password      string   `json:"applicationCertificatePassword,omitempty"`
	Secret        string   `json:"applicationSecret,omitempty"`
	Subscriptions []string `json:"subscriptionIds,omitempty"`
}

func azureCredential(a workflow.AzureAccount, description string) azureBody {
	return azureBody{Description: description, Certificate: a.PFX.Reveal(), Password: a.Password.Reveal(), Secret: a.Secret.Reveal(),
		Subscriptions: a.Subscriptions}
}

// ConnectAzure adds the Azure service account or edits it.
func (s *Server) ConnectAzure(ctx context.Context, a workflow.AzureAccount) (workflow.Connected, error) {
	switch {
	case a.Name == "" || a.AppID == "" || a.TenantID == "" || a.Environment == "":
		return workflow.Connected{}, errors.New("veeam: an Azure account without its name, its app, its tenant or its environment")
	case a.PFX.IsZero() == a.Secret.IsZero():
		return workflow.Connected{}, errors.New("veeam: an Azure account takes a certificate or a secret")
	}
	c, err := s.administer(ctx, a.PFX, a.Password, a.Secret)
	if err != nil {
		return workflow.Connected{}, err
	}
	defer c.logOut(ctx)
	if !c.gen.azure {
		return workflow.Connected{}, c.refuse("TooOld",
			"speaks version %s of its API, which has no Azure service accounts. Nothing was sent. Have the app handed over, or upgrade "+
				"the server.", c.gen.name[1:])
	}
	return c.connectAzure(ctx, a)
}

// connectAzure finds the account, adds or edits it, and reads it back.
func (c *conversation) connectAzure(ctx context.Context, a workflow.AzureAccount) (workflow.Connected, error) {
	id, err := c.ensureAzure(ctx, a)
	if err != nil {
		return workflow.Connected{}, err
	}
	if id == "" {
		return workflow.Connected{}, &later{server: c.s.name, words: "add the Azure service account", why: "the answer has no ID"}
	}
	var now azureAccount
	if err := c.do(ctx, call{words: "read the Azure service account back", method: http.MethodGet,
		path: "/AzureServiceAccounts/" + url.PathEscape(id)}, &now); err != nil {
		return workflow.Connected{}, err
	}
	const next = "Look at it under Manage Cloud Credentials in the Veeam console; when nobody else is changing it, press Retry."
	switch {
	case now.odd != "":
		return workflow.Connected{}, c.unread("read the Azure service account back", now.odd)
	case !strings.EqualFold(now.AppID, a.AppID):
		return workflow.Connected{}, c.refuse("ReadBack",
			"took the change, but says that the Azure service account %s uses another app, with the ID %q. %s", oneLine(now.Name, 100),
			oneLine(now.AppID, 40), next)
	case a.Thumbprint != "" && now.Thumbprint != "" && !strings.EqualFold(now.Thumbprint, a.Thumbprint):
		return workflow.Connected{}, c.refuse("ReadBack",
			"took the change, but says that the Azure service account %s uses another certificate, with the thumbprint %q. %s",
			oneLine(now.Name, 100), oneLine(now.Thumbprint, 64), next)
	}
	return workflow.Connected{ID: now.ID, Name: oneLine(now.Name, 100), AppID: strings.ToLower(now.AppID)}, nil
}

// ensureAzure has the server hold the account with the credential, and returns its ID.
// Where the server refuses to add it, it is looked for once more, as organizations are.
func (c *conversation) ensureAzure(ctx context.Context, a workflow.AzureAccount) (string, error) {
	old, err := c.findAzure(ctx, a)
	if err != nil {
		return "", err
	}
	if old == nil {
		b := azureCredential(a, a.Description)
		b.Name, b.AppID, b.Environment, b.TenantID = a.Name, a.AppID, a.Environment, a.TenantID
		var added azureAccount
		err := c.do(ctx, call{words: "add the Azure service account", method: http.MethodPost, path: "/AzureServiceAccounts", body: b},
			&added)
		if _, refused := errors.AsType[*workflow.ServiceError](err); !refused {
			return added.ID, err
		}
		late, look := c.findAzure(ctx, a)
		if look != nil || late == nil {
			return "", err
		}
		old = late
	}
	// What somebody wrote there stays.
	return old.ID, c.do(ctx, call{words: "edit the Azure service account", method: http.MethodPut,
		path: "/AzureServiceAccounts/" + url.PathEscape(old.ID), body: azureCredential(a, old.Description)}, nil)
}

// findAzure returns the account with this app as the server has it, or nil.
func (c *conversation) findAzure(ctx context.Context, a workflow.AzureAccount) (*azureAccount, error) {
	const words = "list the Azure service accounts"
	var list []json.RawMessage
	if err := c.do(ctx, call{words: words, method: http.MethodGet, path: "/AzureServiceAccounts"}, &list); err != nil {
		return nil, err
	}
	if list == nil {
		return nil, c.unread(words, "the list")
	}
	all := readable(list, azureAccount{odd: noObject, nameless: true})
	if i := slices.IndexFunc(all, func(has azureAccount) bool { return has.may(a.AppID) }); i >= 0 {
		return nil, c.unreadable(all[i].odd, "an Azure service account", "that of the app "+a.AppID)
	}
	all = slices.DeleteFunc(all, func(has azureAccount) bool { return !strings.EqualFold(has.AppID, a.AppID) })
	switch len(all) {
	case 0:
		return nil, nil
	case 1:
		return &all[0], nil
	}
	return nil, c.refuse("Ambiguous", "has %d Azure service accounts with the app %s, and the bot can't tell which one is meant. "+
		"Nothing was changed there. Remove the ones that are not needed in the Veeam console, then press Retry.", len(all), a.AppID)
}
