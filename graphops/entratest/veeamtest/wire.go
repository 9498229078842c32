package veeamtest

import (
	"encoding/json"
	"regexp"
	"strings"
)

// restOrganization is RestOrganizationComposed on the wire. What is nil in an
// answer is left out; a request may have null for it.
type restOrganization struct {
	Type               *string         `json:"type,omitempty"`
	Region             *string         `json:"region,omitempty"`
	ID                 *string         `json:"id,omitempty"`
	Name               *string         `json:"name,omitempty"`
	OfficeName         *string         `json:"officeName,omitempty"`
	IsExchangeOnline   *bool           `json:"isExchangeOnline,omitempty"`
	IsSharePointOnline *bool           `json:"isSharePointOnline,omitempty"`
	IsTeamsOnline      *bool           `json:"isTeamsOnline,omitempty"`
	IsTeamsChatsOnline *bool           `json:"isTeamsChatsOnline,omitempty"`
	Configure          *bool           `json:"configureApplication,omitempty"`
	UserCode           *string         `json:"userCode,omitempty"`
	NewApplicationName *string         `json:"newApplicationName,omitempty"`
	Exchange           *restSettings   `json:"exchangeOnlineSettings,omitempty"`
	SharePoint         *restSettings   `json:"sharePointOnlineSettings,omitempty"`
	Description        *string         `json:"description,omitempty"`
	MSID               *string         `json:"msid,omitempty"`
	BackedUpID         *string         `json:"backedUpOrganizationId,omitempty"`
	IsBackedup         *bool           `json:"isBackedup,omitempty"`
	FirstBackup        *string         `json:"firstBackuptime,omitempty"`
	LastBackup         *string         `json:"lastBackuptime,omitempty"`
	IsExchange         *bool           `json:"isExchange,omitempty"`
	ExchangeServers    json.RawMessage `json:"exchangeSettings,omitempty"`
	IsSharepoint       *bool           `json:"isSharepoint,omitempty"`
	SharePointServers  json.RawMessage `json:"sharepointSettings,omitempty"`
	Links              map[string]link `json:"_links,omitempty"`
	Actions            json.RawMessage `json:"_actions,omitempty"`
}

type link struct {
	Href string `json:"href"`
}

// restSettings is RESTOffice365ConnectionSettings on the wire.
type restSettings struct {
	UseApplicationOnlyAuth *bool   `json:"useApplicationOnlyAuth,omitempty"`
	OrganizationName       *string `json:"officeOrganizationName,omitempty"`
	SaveAllWebParts        *bool   `json:"sharePointSaveAllWebParts,omitempty"`
	Account                *string `json:"account,omitempty"`
	Password               *string `json:"password,omitempty"`
	GrantAdminAccess       *bool   `json:"grantAdminAccess,omitempty"`
	UseMFA                 *bool   `json:"useMfa,omitempty"`
	UseCustomApp           *bool   `json:"useCustomVeeamAADApplication,omitempty"`
	ApplicationID          *string `json:"applicationId,omitempty"`
	Secret                 *string `json:"applicationSecret,omitempty"`
	Certificate            *string `json:"applicationCertificate,omitempty"`
	CertificatePassword    *string `json:"applicationCertificatePassword,omitempty"`
	Thumbprint             *string `json:"applicationCertificateThumbprint,omitempty"`
}

func str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func yes(p *bool) bool { return p != nil && *p }

// decode reads the body of a request as an organization, and refuses what the
// specification does not name.
func (c *call) decode() (*restOrganization, error) {
	var o restOrganization
	if err := c.read(&o); err != nil {
		return nil, err
	}
	if name := c.gen.unknown(&o); name != "" {
		return nil, bad("The body cannot be read: unknown field %q.", name)
	}
	for _, s := range []*restSettings{o.Exchange, o.SharePoint} {
		if s != nil {
			for _, secret := range []*string{s.Certificate, s.CertificatePassword} {
				if str(secret) != "" {
					c.s.secrets = append(c.s.secrets, *secret)
				}
			}
		}
	}
	return &o, nil
}

var (
	guid = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	hex  = regexp.MustCompile(`^[0-9a-fA-F]{40}$`)
)

// thumb is a thumbprint as it is compared.
func thumb(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", ":", "").Replace(s))
}
