package veeamtest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/entra-app/entra-app/graphops/entratest"
)

// An azureAccount is an Azure service account.
type azureAccount struct {
	AzureAccount
	tenant *entratest.Tenant
	at     time.Time
}

// An AzureAccount is an Azure service account that a server holds, for tests and
// demonstrations to look at, or to put there. It is a copy.
type AzureAccount struct {
	ID, Name, Description string
	AppID, TenantID       string
	Environment           string // empty means Global
	Thumbprint            string // of its certificate; empty where it has a secret
	Subscriptions         []string
}

// AzureAccounts returns those of the server, in the order in which they were added.
func (s *Server) AzureAccounts() []AzureAccount {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []AzureAccount
	for _, a := range s.azure {
		out := a.AzureAccount
		out.Subscriptions = slices.Clone(out.Subscriptions)
		all = append(all, out)
	}
	return all
}

// PutAzureAccount has the server hold an account that somebody added in its console,
// unchecked, and returns its ID.
func (s *Server) PutAzureAccount(a AzureAccount) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.ID = newID()
	if a.Environment == "" {
		a.Environment = environments[0]
	}
	s.azure = append(s.azure, &azureAccount{AzureAccount: a, at: s.cfg.Now()})
	return a.ID
}

var environments = []string{"Global", "Germany", "China", "Government"}

// azureResource is Azure Resource Manager.
const azureResource = "797f4846-ba00-4fd7-ba43-dac1f8f63013"

// restAccount is RESTServiceAccountCreationData on the wire.
type restAccount struct {
	ApplicationName *string `json:"applicationName"`
	ApplicationID   *string `json:"applicationId"`
	Environment     *string `json:"azureEnvironment"`
	TenantID        *string `json:"azureTenantId"`
	restCredential
}

// restCredential is RESTServiceAccountUpdateData on the wire, which creation has too.
type restCredential struct {
	Description         *string  `json:"description"`
	Certificate         *string  `json:"applicationCertificate"`
	CertificatePassword *string  `json:"applicationCertificatePassword"`
	Secret              *string  `json:"applicationSecret"`
	UserCode            *string  `json:"userCode"`
	SubscriptionIDs     []string `json:"subscriptionIds"`
}

// restAccountInfo is RESTServiceAccountInfo on the wire.
type restAccountInfo struct {
	ID            string `json:"id"`
	Type          string `json:"type"`
	DisplayName   string `json:"displayName"`
	Description   string `json:"description"`
	ApplicationID string `json:"applicationId"`
	Thumbprint    string `json:"applicationCertificateThumbprint"`
	Environment   string `json:"azureEnvironment"`
	TenantID      string `json:"azureTenantId"`
	LastModified  string `json:"lastModified"`
}

func (c *call) showAccount(a *azureAccount) restAccountInfo {
	app := a.AppID
	if c.s.knobs.SaysApp != "" {
		app = c.s.knobs.SaysApp
	}
	return restAccountInfo{a.ID, "Azure", a.Name, a.Description, app, a.Thumbprint, a.Environment, a.TenantID,
		a.at.UTC().Format(time.RFC3339Nano)}
}

// listAccounts is GET /AzureServiceAccounts.
func (c *call) listAccounts() (answer, error) {
	if err := c.administers(); err != nil {
		return answer{}, err
	}
	for name := range c.query {
		if name != "displayName" && name != "description" {
			return answer{}, bad("The parameter '%s' is not known.", name)
		}
	}
	all := []restAccountInfo{}
	for _, a := range c.s.azure {
		if like(a.Name, c.query.Get("displayName")) && like(a.Description, c.query.Get("description")) {
			all = append(all, c.showAccount(a))
		}
	}
	return answer{http.StatusOK, withOdd(c.s.knobs.OddAzureAccounts, all)}, nil
}

// like compares with a pattern that may end in *; an empty one is like everything.
func like(s, pattern string) bool {
	before, star := strings.CutSuffix(pattern, "*")
	return pattern == "" || strings.EqualFold(s, pattern) || star && strings.HasPrefix(strings.ToLower(s), strings.ToLower(before))
}

// account finds the one that the path names.
func (c *call) account() (*azureAccount, error) {
	if err := c.administers(); err != nil {
		return nil, err
	}
	if !guid.MatchString(c.id) {
		return nil, bad("The value '%s' is not valid.", c.id)
	}
	for _, a := range c.s.azure {
		if a.ID == c.id {
			return a, nil
		}
	}
	return nil, &problem{http.StatusNotFound, "ResourceNotFound", "The service account " + c.id + " was not found."}
}

// getAccount is GET /AzureServiceAccounts/{id}.
func (c *call) getAccount() (answer, error) {
	a, err := c.account()
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, c.showAccount(a)}, nil
}

// addAccount is POST /AzureServiceAccounts. The specification has no word against two
// accounts with one application.
func (c *call) addAccount() (answer, error) {
	if err := c.administers(); err != nil {
		return answer{}, err
	}
	var in restAccount
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	switch {
	case str(in.ApplicationName) == "":
		return answer{}, bad("applicationName is required.")
	case !guid.MatchString(str(in.ApplicationID)):
		return answer{}, bad("The value '%s' is not valid for applicationId.", str(in.ApplicationID))
	case !slices.Contains(environments, str(in.Environment)):
		return answer{}, bad("The value '%s' is not valid for azureEnvironment.", str(in.Environment))
	}
	a := &azureAccount{AzureAccount: AzureAccount{ID: newID(), Name: *in.ApplicationName, AppID: strings.ToLower(*in.ApplicationID),
		TenantID: strings.ToLower(str(in.TenantID)), Environment: *in.Environment}}
	i := slices.IndexFunc(c.s.cfg.Entra.Tenants(), func(t *entratest.Tenant) bool { return strings.EqualFold(t.ID, a.TenantID) })
	if i < 0 {
		return answer{}, bad("Tenant '%s' was not found.", str(in.TenantID))
	}
	a.tenant = c.s.cfg.Entra.Tenants()[i]
	if err := c.take(a, &in.restCredential); err != nil {
		return answer{}, err
	}
	c.s.azure = append(c.s.azure, a)
	return answer{http.StatusOK, c.showAccount(a)}, nil
}

// editAccount is PUT /AzureServiceAccounts/{id}.
func (c *call) editAccount() (answer, error) {
	a, err := c.account()
	if err != nil {
		return answer{}, err
	}
	var in restCredential
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	if a.tenant == nil { // it was put there
		for _, t := range c.s.cfg.Entra.Tenants() {
			if strings.EqualFold(t.ID, a.TenantID) {
				a.tenant = t
			}
		}
	}
	changed := *a
	if err := c.take(&changed, &in); err != nil {
		return answer{}, err
	}
	*a = changed
	return answer{status: http.StatusNoContent}, nil
}

// take signs in to Azure with a credential, looks at the subscriptions, and keeps both.
func (c *call) take(a *azureAccount, in *restCredential) error {
	certificate, secret := str(in.Certificate), str(in.Secret)
	c.s.secrets = append(c.s.secrets, slices.DeleteFunc([]string{certificate, str(in.CertificatePassword), secret}, func(s string) bool {
		return s == ""
	})...)
	var err error
	switch {
	case str(in.UserCode) != "":
		return bad("Configuring the application is not emulated.")
	case (certificate == "") == (secret == ""):
		return bad("Either applicationCertificate with its password or applicationSecret is required.")
	case a.tenant == nil:
		return bad("Tenant '%s' was not found.", a.TenantID)
	case secret != "":
		a.Thumbprint = ""
		_, err = a.tenant.SignInAppWithSecret(a.AppID, secret, azureResource)
	default:
		file, wrong := base64.StdEncoding.DecodeString(certificate)
		if wrong != nil {
			return bad("The value of applicationCertificate is not a Base64 string.")
		}
		key, wrong := open(file, str(in.CertificatePassword))
		if wrong != nil {
			return wrong
		}
		a.Thumbprint = key.thumbprint()
		_, err = a.tenant.SignInApp(a.AppID, key.cert, key.key, azureResource)
	}
	if err != nil {
		return bad("Failed to authenticate the application '%s': %v", a.AppID, err)
	}
	has := a.tenant.SubscriptionsOfApp(a.AppID)
	for _, id := range in.SubscriptionIDs {
		if !slices.Contains(has, strings.ToLower(id)) {
			return bad("The application '%s' has no access to the subscription '%s'.", a.AppID, id)
		}
	}
	if len(has) == 0 {
		return bad("The application '%s' has no access to any subscription.", a.AppID)
	}
	a.Description, a.Subscriptions, a.at = str(in.Description), slices.Clone(in.SubscriptionIDs), c.s.cfg.Now()
	return nil
}

// read reads a body, and refuses what the specification does not name.
func (c *call) read(into any) error {
	if kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); kind != "application/json" {
		return &problem{http.StatusUnsupportedMediaType, "HttpError",
			"The request contains an entity body but its Content-Type is not application/json."}
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return bad("The body cannot be read: %v.", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return bad("The body has something after the object.")
	}
	return nil
}
