package veeamtest

import (
	"net/http"
	"slices"
	"strings"
)

// A generation is what one version of the API has in its own way. Sources: the
// OpenAPI documents of /v6, /v7 and /v8, and the help center's archives of 4 and 5.
type generation struct {
	number int

	// The token endpoint.
	tokenFields []string
	oauth       bool       // it refuses as OAuth 2.0 does, with error and error_description
	clientID    []ClientID // that an assertion comes with
	browsers    bool       // a token wants its antiforgery token unless that is turned off
	logout      int        // what logging out answers; 0 means that there is no such resource

	// Organizations.
	query      []string // of the list
	paged      bool     // the list has pages; an array of everything otherwise
	tenants    bool     // who signed in with an assertion may read the list; /Organization has theirs otherwise
	added      int      // what POST answers
	regions    []string
	properties []string // of an organization, beside those that all generations have
	codes      []string // of errors; nil means that there is no errorCode
	azure      bool     // there are Azure service accounts
}

// A ClientID is what goes into client_id beside an assertion.
type ClientID string

// What a server may want for client_id.
const (
	ByApplication  ClientID = "the application's ID"
	ByOrganization ClientID = "the organization's *.onmicrosoft.com name"
	ByUser         ClientID = "userId.tenantId"
)

var (
	tokenFields = []string{"grant_type", "username", "password", "refresh_token", "client_id", "assertion"}
	codes       = []string{"ProxyOffline", "OutdatedChangeToken", "ResourceAccessDenied", "ResourceNotFound", "ParameterValidationFailure",
		"OrganizationTransfer", "RepositoryOwnerChangeTooManyLinks", "Timeout", "OperationConflict", "HttpError"}
	oldRegions = []string{"Worldwide", "USgovCommunity", "Germany", "China", "USgovDefence"}
	regions    = []string{"Worldwide", "Germany", "China", "USDefence", "USGovernment"}
)

// generations are those of the API, the newest first.
var generations = []generation{
	{number: 8, tokenFields: append(slices.Clone(tokenFields), "disable_antiforgery_token"), clientID: []ClientID{ByApplication, ByUser},
		browsers: true, logout: http.StatusNoContent,
		query: []string{"limit", "offset", "extendedView", "msid", "backedUpOrganizationId"}, paged: true, tenants: true,
		added: http.StatusCreated, regions: regions,
		properties: []string{"isTeamsOnline", "isTeamsChatsOnline", "description", "msid", "backedUpOrganizationId"}, codes: codes,
		azure: true},
	{number: 7, tokenFields: append(slices.Clone(tokenFields), "integration_token", "disable_antiforgery_token"),
		clientID: []ClientID{ByApplication, ByUser}, browsers: true, logout: http.StatusOK,
		query: []string{"extendedView"}, tenants: true, added: http.StatusOK, regions: regions,
		properties: []string{"isTeamsOnline", "isTeamsChatsOnline", "description"}, codes: []string{"ProxyOffline"}, azure: true},
	{number: 6, tokenFields: append(slices.Clone(tokenFields), "integration_token"), clientID: []ClientID{ByOrganization},
		query: []string{"extendedView"}, tenants: true, added: http.StatusOK, regions: regions,
		properties: []string{"isTeamsOnline", "isTeamsChatsOnline"}, azure: true},
	{number: 5, tokenFields: tokenFields, oauth: true, clientID: []ClientID{ByOrganization}, added: http.StatusOK, regions: oldRegions,
		properties: []string{"isTeamsOnline"}},
	{number: 4, tokenFields: tokenFields, oauth: true, clientID: []ClientID{ByOrganization}, added: http.StatusOK, regions: oldRegions},
}

// speaks returns the generation that a path begins with, if the server has it.
func (s *Server) speaks(first string) *generation {
	for i := range generations {
		g := &generations[i]
		if first == "v"+string(rune('0'+g.number)) && g.number <= s.cfg.Version && g.number >= s.cfg.Oldest {
			return g
		}
	}
	return nil
}

// has reports whether a generation has a resource.
func (g *generation) has(path string) bool {
	switch {
	case path == "token/logout":
		return g.logout != 0
	case strings.HasPrefix(path, "azureserviceaccounts"):
		return g.azure
	}
	return true
}

// unknown returns the property of an organization that the generation does not have.
func (g *generation) unknown(in *restOrganization) string {
	for _, p := range []struct {
		given bool
		name  string
	}{
		{in.IsTeamsOnline != nil, "isTeamsOnline"}, {in.IsTeamsChatsOnline != nil, "isTeamsChatsOnline"},
		{in.Description != nil, "description"},
		{in.MSID != nil, "msid"}, {in.BackedUpID != nil, "backedUpOrganizationId"},
	} {
		if p.given && !slices.Contains(g.properties, p.name) {
			return p.name
		}
	}
	return ""
}
