package graphops

import (
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// The addresses of an account besides its user principal name and its mail.

// aliasItem finds the accounts that have an address among proxyAddresses or otherMails. The
// first one of proxyAddresses is written SMTP:, the others smtp:. It is an advanced query, which
// Graph answers from an index; the look-ups beside it are not.
// Sources: Graph, user resource type, proxyAddresses and otherMails; Advanced query capabilities.
func (s *session) aliasItem(at string) *item {
	r := s.get("/users?$count=true&$filter=proxyAddresses/any(p:p%20eq%20%27SMTP:{mail}%27)%20or%20"+
		"proxyAddresses/any(p:p%20eq%20%27smtp:{mail}%27)%20or%20otherMails/any(o:o%20eq%20%27{mail}%27)"+
		"&$select=id,userPrincipalName,mail,accountEnabled", "mail", quote(at))
	r.Headers.Add("ConsistencyLevel", "eventual")
	return &item{op: opAliases, req: r, as: models.CreateUserCollectionResponseFromDiscriminatorValue}
}

// addressesOf are all addresses of an account besides its mail.
func addressesOf(u models.Userable) (all []string) {
	for _, a := range u.GetProxyAddresses() {
		if kind, address, ok := strings.Cut(a, ":"); ok && strings.EqualFold(kind, "smtp") {
			all = append(all, address)
		}
	}
	return append(all, u.GetOtherMails()...)
}
