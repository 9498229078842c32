package veeamtest

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	pkcs12 "software.sslmate.com/src/go-pkcs12"

	"github.com/entra-app/entra-app/graphops/entratest"
	"github.com/entra-app/entra-app/workflow/catalog"
)

// installed is a certificate with its key: from a PFX file, or in the
// certificate store of the machine.
type installed struct {
	cert *x509.Certificate
	key  *rsa.PrivateKey
}

func (i *installed) thumbprint() string { return fmt.Sprintf("%X", sha1.Sum(i.cert.Raw)) }

// open opens a PFX file.
func open(file []byte, password string) (*installed, error) {
	key, cert, _, err := pkcs12.DecodeChain(file, password)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, bad("The specified network password is not correct.") // as Windows says it
	}
	rsaKey, is := key.(*rsa.PrivateKey)
	if err != nil || !is {
		return nil, bad("The application certificate is not a PFX file with an RSA key.")
	}
	if public, is := cert.PublicKey.(*rsa.PublicKey); !is || !rsaKey.PublicKey.Equal(public) {
		return nil, bad("The key in the PFX file is not that of its certificate.")
	}
	return &installed{cert, rsaKey}, nil
}

// InstallCertificate puts a PFX file into the server's certificate store, and
// returns its thumbprint.
func (s *Server) InstallCertificate(pfx []byte, password string) (string, error) {
	i, err := open(pfx, password)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.installed = append(s.installed, i)
	return i.thumbprint(), nil
}

// check holds a body to everything that can be known about it, and returns what
// it would make.
func (c *call) check(in *restOrganization) (*organization, error) {
	if err := c.agrees(in); err != nil {
		return nil, err
	}
	o := &organization{kind: "Office365", region: *in.Region, teams: yes(in.IsTeamsOnline) && !c.s.knobs.NoTeams,
		teamsChats: yes(in.IsTeamsChatsOnline) && !c.s.knobs.NoTeams}
	for _, s := range []struct {
		in   *restSettings
		into **settings
		name string
	}{{in.Exchange, &o.exchange, "exchange"}, {in.SharePoint, &o.sharePoint, "sharepoint"}} {
		if s.in == nil {
			continue
		}
		t, out, key, err := c.checkSettings(s.in, s.name)
		if err != nil {
			return nil, err
		}
		if o.tenant != nil && o.tenant != t {
			return nil, bad("The services of an organization are of one Microsoft 365 organization.")
		}
		if err := c.signIn(t, out.appID, key, s.name, in); err != nil {
			return nil, err
		}
		o.tenant, o.name, *s.into = t, out.organization, out
	}
	return o, nil
}

// agrees checks the properties of an organization against each other, in this order.
func (c *call) agrees(in *restOrganization) error {
	switch {
	case str(in.Type) != "Office365":
		return bad("The type '%s' of an organization is not emulated.", str(in.Type))
	case !slices.Contains(c.gen.regions, str(in.Region)):
		return bad("The region '%s' is not valid.", str(in.Region))
	case in.ID != nil || in.MSID != nil || in.BackedUpID != nil || in.Name != nil || in.OfficeName != nil || in.IsBackedup != nil ||
		in.FirstBackup != nil || in.LastBackup != nil || in.Links != nil || in.Actions != nil:
		return bad("A property of an organization that is read-only was given.")
	case yes(in.Configure) || str(in.UserCode) != "" || str(in.NewApplicationName) != "":
		return bad("Configuring the application is not emulated.")
	case yes(in.IsExchange) || yes(in.IsSharepoint) || len(in.ExchangeServers) > 0 || len(in.SharePointServers) > 0:
		return bad("Servers of an organization's own are not for the type Office365.")
	case !yes(in.IsExchangeOnline) && !yes(in.IsSharePointOnline):
		return bad("An organization needs Exchange Online or SharePoint Online.")
	case yes(in.IsExchangeOnline) != (in.Exchange != nil), yes(in.IsSharePointOnline) != (in.SharePoint != nil):
		return bad("The settings of a service and the property that turns it on do not agree.")
	case yes(in.IsTeamsOnline) && (in.Exchange == nil || in.SharePoint == nil):
		return bad("Microsoft Teams can be protected only with both Exchange Online and SharePoint Online.")
	case yes(in.IsTeamsChatsOnline) && !yes(in.IsTeamsOnline):
		return bad("Teams chats can be protected only with Microsoft Teams.")
	}
	return nil
}

// checkSettings finds the tenant and the certificate that settings name.
func (c *call) checkSettings(in *restSettings, service string) (*entratest.Tenant, *settings, *installed, error) {
	fail := func(err error) (*entratest.Tenant, *settings, *installed, error) { return nil, nil, nil, err }
	switch {
	case !yes(in.UseApplicationOnlyAuth):
		return fail(bad("Only modern app-only authentication is emulated."))
	case str(in.Account) != "" || str(in.Password) != "" || yes(in.UseMFA) || yes(in.GrantAdminAccess):
		return fail(bad("Accounts with passwords are not for app-only authentication."))
	case str(in.Secret) != "":
		return fail(bad("Application secrets are not emulated."))
	case in.SaveAllWebParts != nil && service != "sharepoint":
		return fail(bad("sharePointSaveAllWebParts is a setting of SharePoint Online."))
	case !guid.MatchString(str(in.ApplicationID)):
		return fail(bad("The value '%s' is not valid for applicationId.", str(in.ApplicationID)))
	case (in.Certificate == nil) == (in.Thumbprint == nil) || in.Certificate == nil && in.CertificatePassword != nil:
		return fail(bad("Either applicationCertificate with its password or applicationCertificateThumbprint is required."))
	}
	t := c.s.tenant(str(in.OrganizationName))
	if t == nil {
		return fail(bad("The Microsoft 365 organization '%s' was not found.", str(in.OrganizationName)))
	}
	var key *installed
	if in.Certificate != nil {
		file, err := base64.StdEncoding.DecodeString(*in.Certificate)
		if err != nil {
			return fail(bad("The value of applicationCertificate is not a Base64 string."))
		}
		if key, err = open(file, str(in.CertificatePassword)); err != nil {
			return fail(err)
		}
	} else {
		i := slices.IndexFunc(c.s.installed, func(i *installed) bool {
			return hex.MatchString(thumb(*in.Thumbprint)) && i.thumbprint() == thumb(*in.Thumbprint)
		})
		if i < 0 {
			return fail(bad("The certificate with the thumbprint '%s' is not installed on this server.", *in.Thumbprint))
		}
		key = c.s.installed[i]
	}
	return t, &settings{organization: t.Domain, appID: strings.ToLower(*in.ApplicationID), thumbprint: key.thumbprint(),
		allWebParts: yes(in.SaveAllWebParts)}, key, nil
}

// needs are the permissions that each service takes, those that Veeam's own wizard
// grants. Source: Veeam Backup for Microsoft 365 8 User Guide, Permissions for
// Modern App-Only Authentication; those that came after version 7 are marked, and
// those of the versions before 7 are taken to be those of 7.
var needs = []struct {
	resource, name string
	services       string
	since          int
}{
	{catalog.MicrosoftGraph, "Directory.Read.All", "exchange sharepoint teams", 0},
	{catalog.MicrosoftGraph, "Group.Read.All", "exchange sharepoint teams", 0},
	{catalog.MicrosoftGraph, "Sites.Read.All", "sharepoint teams", 0},
	{catalog.MicrosoftGraph, "TeamSettings.ReadWrite.All", "teams", 0},
	{catalog.MicrosoftGraph, "ChannelMessage.Read.All", "teams", 0},
	{catalog.MicrosoftGraph, "ChannelMember.Read.All", "teams", 8},
	{catalog.ExchangeOnline, "full_access_as_app", "exchange teams", 0},
	{catalog.ExchangeOnline, "Exchange.ManageAsApp", "exchange", 0},
	{catalog.SharePointOnline, "Sites.FullControl.All", "sharepoint teams", 0},
	{catalog.SharePointOnline, "User.Read.All", "sharepoint teams", 0},
}

// signIn signs in as the app, and looks at what it may do.
func (c *call) signIn(t *entratest.Tenant, appID string, key *installed, service string, in *restOrganization) error {
	services := []string{service}
	if yes(in.IsTeamsOnline) {
		services = append(services, "teams")
	}
	shown := map[string][]string{}
	var missing []string
	for _, n := range needs {
		wanted := slices.ContainsFunc(services, func(s string) bool { return slices.Contains(strings.Fields(n.services), s) })
		if !wanted || n.since > c.s.cfg.Version {
			continue
		}
		if _, asked := shown[n.resource]; !asked {
			roles, err := t.SignInApp(appID, key.cert, key.key, n.resource)
			if err != nil {
				return bad("Failed to authenticate the application '%s': %v", appID, err)
			}
			shown[n.resource] = roles
		}
		if !slices.Contains(shown[n.resource], n.name) {
			missing = append(missing, n.name)
		}
	}
	if missing != nil {
		return bad("The application '%s' lacks the permissions %s.", appID, strings.Join(missing, ", "))
	}
	if a, _ := t.Application(appID); service == "exchange" && !slices.Contains(a.DirectoryRoles, "Global Reader") {
		return bad("The application '%s' does not have the Global Reader role.", appID)
	}
	return nil
}
