package entratest

import (
	"slices"
	"sync"

	"github.com/entra-app/entra-app/workflow/catalog"
)

const (
	graphAppID = catalog.MicrosoftGraph
	armAppID   = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
	// microsoft is the tenant that Microsoft's own applications live in.
	microsoft = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
)

// A resource is an application of Microsoft's that others get permissions on.
type resource struct {
	appID, name   string
	names         []string // servicePrincipalNames, where they are the same in every cloud
	roles, scopes []any
}

// resources are the same for all tenants and never change.
var resources = sync.OnceValue(func() []*resource {
	all := []*resource{
		{appID: graphAppID, name: "Microsoft Graph"},
		{appID: catalog.ExchangeOnline, name: "Office 365 Exchange Online"},
		{appID: catalog.SharePointOnline, name: "Office 365 SharePoint Online",
			names: []string{catalog.SharePointOnline, "https://microsoft.sharepoint-df.com"}},
		{appID: armAppID, name: "Windows Azure Service Management API"},
	}
	for _, r := range all {
		for _, p := range catalog.All() {
			if p.ResourceAppID != r.appID {
				continue
			}
			if p.Type == catalog.Application {
				r.roles = append(r.roles, object{"allowedMemberTypes": []any{"Application"}, "description": p.Description,
					"displayName": p.DisplayName,
					"id":          p.ID, "isEnabled": true, "origin": "Application", "value": p.Name})
				continue
			}
			kind := "User"
			if p.AdminConsentRequired == nil || *p.AdminConsentRequired {
				kind = "Admin"
			}
			r.scopes = append(r.scopes, scope(p.ID, p.Name, kind, p.DisplayName, p.Description))
		}
	}
	all[3].scopes = []any{scope("41094075-9dad-400e-a0bd-54e686782033", "user_impersonation", "User",
		"Access Azure Service Management as organization users", "Allows the application to access Azure Service Management as you.")}
	return all
})

func scope(id, value, kind, title, description string) object {
	return object{"adminConsentDescription": description, "adminConsentDisplayName": title, "id": id, "isEnabled": true, "type": kind,
		"userConsentDescription": nil, "userConsentDisplayName": nil, "value": value}
}

func resourceByAppID(appID string) *resource {
	all := resources()
	if i := slices.IndexFunc(all, func(r *resource) bool { return r.appID == appID }); i >= 0 {
		return all[i]
	}
	return nil
}
