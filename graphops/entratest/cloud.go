package entratest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
)

// A national is one of Microsoft's clouds: where its services are, and the names of
// Microsoft's own resources there, which are the audiences of tokens. One cloud's names are
// unknown in the others.
// Source: Microsoft Graph, "National cloud deployments"; Azure, "Compare Azure Government and
// global Azure", "Azure China endpoints"; Microsoft 365 endpoints of each.
type national struct {
	login, graph, page, arm string
	armNames, exchange      []string
	sharePoint              string // the end of every site's host
}

var nationals = map[string]national{
	"public": {"https://login.microsoftonline.com", "https://graph.microsoft.com", "https://microsoft.com", "https://management.azure.com",
		[]string{"https://management.core.windows.net", "https://management.azure.com"},
		[]string{"https://outlook.office365.com", "https://outlook.office.com"}, ".sharepoint.com"},
	"usgov": {"https://login.microsoftonline.us", "https://graph.microsoft.us", "https://microsoft.com",
		"https://management.usgovcloudapi.net",
		[]string{"https://management.core.usgovcloudapi.net", "https://management.usgovcloudapi.net"},
		[]string{"https://outlook.office365.us"}, ".sharepoint.us"},
	"dod": {"https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://microsoft.com",
		"https://management.usgovcloudapi.net",
		[]string{"https://management.core.usgovcloudapi.net", "https://management.usgovcloudapi.net"},
		[]string{"https://outlook-dod.office365.us"}, ".sharepoint-mil.us"},
	"china": {"https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn", "https://microsoft.com",
		"https://management.chinacloudapi.cn",
		[]string{"https://management.core.chinacloudapi.cn", "https://management.chinacloudapi.cn"},
		[]string{"https://partner.outlook.cn"}, ".sharepoint.cn"},
}

// inCloud is the cloud with a name; empty is public. Any other is a mistake in a test.
func inCloud(name string) national {
	if name == "" {
		name = "public"
	}
	n, ok := nationals[name]
	if !ok {
		panic(fmt.Sprintf("entratest: there is no cloud %q", name))
	}
	return n
}

// names are the service principal names of a resource of Microsoft's.
func (n national) names(r *resource) []string {
	switch r.appID {
	case graphAppID:
		return []string{r.appID, n.graph}
	case armAppID:
		return append([]string{r.appID}, n.armNames...)
	case catalog.ExchangeOnline:
		return append([]string{r.appID}, n.exchange...)
	}
	return r.names
}

// isSite reports whether a scope is for a site of SharePoint's.
func (n national) isSite(scope string) bool {
	u, err := url.Parse(scope)
	return err == nil && strings.HasSuffix(strings.ToLower(u.Hostname()), n.sharePoint)
}

// armAudiences are the audiences that Azure names where a token has another.
func (n national) armAudiences() string {
	var all []string
	for _, name := range n.armNames {
		all = append(all, "'"+name+"/'", "'"+name+"'")
	}
	return strings.Join(slices.Clone(all), ",")
}
