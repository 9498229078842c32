package veeam

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"

	"github.com/entra-app/entra-app/workflow"
)

// The bodies of Veeam's REST API, as far as they are used here.

// tokens is OAuthTokenResponse.
type tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

// exception is RESTExceptionInfo, or what OAuth 2.0 has for it at the token
// endpoint. Its stackTrace is nobody's business.
type exception struct {
	Message     string `json:"message"`
	ErrorCode   string `json:"errorCode"`
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// page is PageOfRestOrganizationComposed, or the array of all that versions before 8
// answer.
type page struct {
	Limit   int
	Results []organization
	listed  int // how many elements it has
	whole   bool
}

// UnmarshalJSON reads a page whatever its elements are. An answer without a list is an error.
func (p *page) UnmarshalJSON(b []byte) error {
	named := struct {
		Limit   json.RawMessage   `json:"limit"`
		Results []json.RawMessage `json:"results"`
	}{}
	var err error
	if p.whole = b[0] == '['; p.whole {
		err = json.Unmarshal(b, &named.Results)
	} else {
		err = json.Unmarshal(b, &named)
	}
	switch {
	case err != nil:
		return err
	case named.Results == nil:
		return errors.New("there is no list")
	}
	if json.Unmarshal(named.Limit, &p.Limit) != nil {
		p.Limit = 0 // it does not say
	}
	p.Results, p.listed = readable(named.Results, organization{odd: noObject, nameless: true}), len(named.Results)
	return nil
}

// noObject is what is odd about an element that is no object.
const noObject = "all of it"

// organization is RestOrganizationComposed, in both directions.
type organization struct {
	ID                 string    `json:"id,omitempty"`
	Type               string    `json:"type"`
	Name               string    `json:"name,omitempty"`
	OfficeName         string    `json:"officeName,omitempty"`
	Region             string    `json:"region"`
	Exchange           bool      `json:"isExchangeOnline"`
	SharePoint         bool      `json:"isSharePointOnline"`
	Teams              *bool     `json:"isTeamsOnline,omitempty"`      // nil where the version has none
	TeamsChats         *bool     `json:"isTeamsChatsOnline,omitempty"` // likewise
	MSID               string    `json:"msid,omitempty"`               // the tenant's ID
	Configure          bool      `json:"configureApplication"`         // Veeam would make the app: we have
	ExchangeSettings   *settings `json:"exchangeOnlineSettings,omitempty"`
	SharePointSettings *settings `json:"sharePointOnlineSettings,omitempty"`

	odd      string // the first field that can't be read
	nameless bool   // one that tells which organization it is can't be read
}

// settings is RESTOffice365ConnectionSettings.
type settings struct {
	AppOnly      bool   `json:"useApplicationOnlyAuth"`
	Organization string `json:"officeOrganizationName"`
	AppID        string `json:"applicationId"`
	Certificate  string `json:"applicationCertificate,omitempty"` // Base64 PFX
	Password     string `json:"applicationCertificatePassword,omitempty"`
	Thumbprint   string `json:"applicationCertificateThumbprint,omitempty"`
	GrantAdmin   bool   `json:"grantAdminAccess"`
	MFA          bool   `json:"useMfa"`
	CustomApp    bool   `json:"useCustomVeeamAADApplication"`
	AllWebParts  *bool  `json:"sharePointSaveAllWebParts,omitempty"`
}

const office365 = "Office365"

// body is what is sent to have o connected. old is what the server has, or nil.
func (c *conversation) body(o workflow.Organization, old *organization) organization {
	of := func() *settings {
		s := &settings{AppOnly: true, Organization: o.Name, AppID: o.AppID, CustomApp: true}
		if o.PFX.IsZero() {
			s.Thumbprint = o.Thumbprint
		} else {
			s.Certificate, s.Password = o.PFX.Reveal(), o.Password.Reveal()
		}
		return s
	}
	b := organization{Type: office365, Region: cmp.Or(c.gen.regions[o.Region], o.Region), Exchange: o.Exchange, SharePoint: o.SharePoint}
	if c.gen.teams {
		b.Teams = &o.Teams
	}
	if c.gen.chats {
		b.TeamsChats = &o.TeamsChats
	}
	if o.Exchange {
		b.ExchangeSettings = of()
	}
	if o.SharePoint {
		b.SharePointSettings = of()
		if old != nil && old.SharePointSettings != nil {
			b.SharePointSettings.AllWebParts = old.SharePointSettings.AllWebParts // somebody chose it on the server
		}
	}
	return b
}

func yes(p *bool) bool { return p != nil && *p }

// is reports whether an organization is the one with this initial domain, or of this
// tenant. Its name on the server may be another: a hybrid one's is that of its own
// forest.
func (o *organization) is(domain, tenant string) bool {
	if tenant != "" && strings.EqualFold(o.MSID, tenant) {
		return true
	}
	if domain == "" {
		return false
	}
	for _, s := range []*settings{o.ExchangeSettings, o.SharePointSettings} {
		if s != nil && strings.EqualFold(s.Organization, domain) {
			return true
		}
	}
	return strings.EqualFold(o.OfficeName, domain) || strings.EqualFold(o.Name, domain)
}

// uses reports whether an organization works with an app.
func (o *organization) uses(app string) bool {
	for _, s := range []*settings{o.ExchangeSettings, o.SharePointSettings} {
		if s != nil && app != "" && strings.EqualFold(s.AppID, app) {
			return true
		}
	}
	return false
}

// services are those that the server protects, by Veeam's names.
func (o *organization) services() []string {
	var all []string
	for _, s := range []struct {
		on   bool
		name string
	}{{o.Exchange, "Exchange"}, {o.SharePoint, "SharePoint"}, {yes(o.Teams), "Teams"}} {
		if s.on {
			all = append(all, s.name)
		}
	}
	return all
}

// connected is how the workflow sees it.
func (o *organization) connected() workflow.Connected {
	c := workflow.Connected{ID: o.ID, Name: o.OfficeName, Services: o.services(), Odd: o.odd != ""}
	for _, s := range []*settings{o.SharePointSettings, o.ExchangeSettings} {
		if s != nil && s.AppID != "" {
			c.AppID = strings.ToLower(s.AppID)
		}
	}
	if c.Name == "" {
		c.Name = o.Name
	}
	return c
}
