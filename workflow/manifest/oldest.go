package manifest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// The oldest format, of the years of Azure AD Graph, and what is in the place of a value.

// publicClient is an object in Graph's format, and in the oldest one whether the app is one.
func (r *reader) publicClient(path string, v any) {
	if _, ok := v.(bool); ok {
		r.flows(path, v)
		return
	}
	r.platform(&r.draft.PublicRedirectURIs)(path, v)
}

// replyURLs are redirect URIs without their platform: a public client's where the app is
// one, and else those of a web app.
func (r *reader) replyURLs(o object) take {
	uris := &r.draft.RedirectURIs
	if o.of("publicClient") == true || o.of("allowPublicClient") == true {
		uris = &r.draft.PublicRedirectURIs
	}
	return r.eachText(func(path string, v any) {
		if s, _ := v.(string); s == "" || !r.hasRedirect(o, s) {
			r.redirect(uris, path, v)
		}
	})
}

// hasRedirect reports whether replyUrlsWithType says a redirect URI again, with its platform.
func (r *reader) hasRedirect(o object, uri string) bool {
	return slices.ContainsFunc(elements(o.of("replyUrlsWithType")), func(one any) bool {
		with, _ := one.(object)
		return with.text("url") == uri
	})
}

// availableToOthers is who can sign in, where signInAudience does not say it.
func (r *reader) availableToOthers(o object) take {
	return func(path string, v any) {
		switch {
		case o.text("signInAudience") != "":
			if !strings.EqualFold(o.text("signInAudience"), plan.AnyTenant) {
				r.ignore(path, "it is signInAudience that says who may sign in")
			}
		case v == true:
			r.draft.Audience = plan.AnyTenant
		default:
			r.ignore(path, "%s", noBool)
		}
	}
}

// azureADGraph is the application ID of a resource that is no more.
const azureADGraph = "00000002-0000-0000-c000-000000000000"

// Retired is a permission of Azure AD Graph, which is no more.
type Retired struct {
	Path string
	Name string // "User.Read"
	Type catalog.Type
	With plan.Permission // that took its place in Microsoft Graph
}

// retiredNames are the permissions of Azure AD Graph by type and ID. Those of Microsoft
// Graph have the same names. Source: Microsoft, Permissions differences between Azure AD
// Graph and Microsoft Graph.
var retiredNames = map[catalog.Type]map[string]string{
	catalog.Delegated: {
		"311a71cc-e848-46a1-bdf8-97ff7156d8e6": "User.Read",
		"c582532d-9d9e-43bd-a97c-2667a28ce295": "User.Read.All",
		"cba73afc-7f69-4d86-8450-4978e04ecd1a": "User.ReadBasic.All",
		"5778995a-e1bf-45b8-affa-663a9f3f4d04": "Directory.Read.All",
		"78c8a3c8-a07e-4b9e-af1b-b5ccab50a175": "Directory.ReadWrite.All",
		"a42657d6-7f20-40e3-b6f0-cee03008a62a": "Directory.AccessAsUser.All",
		"6234d376-f627-4f0f-90e0-dff25c5211a3": "Group.Read.All",
		"970d6fa6-214a-4a9b-8513-08fad511e2fd": "Group.ReadWrite.All",
		"2d05a661-f651-4d57-a595-489c91eda336": "Member.Read.Hidden",
	},
	catalog.Application: {
		"5778995a-e1bf-45b8-affa-663a9f3f4d04": "Directory.Read.All",
		"78c8a3c8-a07e-4b9e-af1b-b5ccab50a175": "Directory.ReadWrite.All",
		"3afa6a7d-9b1a-42eb-948e-1650a849e176": "Application.Read.All",
		"1cda74f2-2616-4834-b122-5cb1b07f8a59": "Application.ReadWrite.All",
		"824c81eb-e3f8-4ee6-8f6d-de7f50d565b7": "Application.ReadWrite.OwnedBy",
		"1138cb37-bd11-4084-a2b7-9f71582aeddb": "Device.ReadWrite.All",
		"abefe9df-d5a9-41c6-a60b-27b38eac3efb": "Domain.ReadWrite.All",
		"9728c0c4-a06b-4e0e-8d1b-3d694e8ec207": "Member.Read.Hidden",
		"6c2d1b1d-a490-4178-ba6b-7efceda9129b": "Policy.Read.All",
	},
}

// retired is a permission of Azure AD Graph: the requester decides whether to have the one
// of Microsoft Graph instead.
func (r *reader) retired(path string, o object) {
	t := types[strings.ToLower(o.text("type"))]
	id := strings.ToLower(o.text("id"))
	name := retiredNames[t][id]
	if name == "" {
		name = o.text("id") // as a name
	}
	with, ok := plan.Known(catalog.MicrosoftGraph, t, name)
	if !ok {
		r.ignore(path, "it is a permission of Azure AD Graph, which is retired, and no permission of Microsoft Graph is known to take its "+
			"place: choose what the app needs")
		return
	}
	if slices.ContainsFunc(r.draft.Retired, func(q Retired) bool { return q.With == with }) {
		r.asked--
		return
	}
	r.draft.Retired = append(r.draft.Retired, Retired{Path: path, Name: with.Name, Type: t, With: with})
}

// resourceCalled is the application ID of a resource by a name that people have for it.
func resourceCalled(name string) (string, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "graph", "microsoft.graph", "microsoft graph api":
		return catalog.MicrosoftGraph, true
	case "exchange", "exchange online", "microsoft exchange online":
		return catalog.ExchangeOnline, true
	case "sharepoint", "sharepoint online", "microsoft.sharepoint":
		return catalog.SharePointOnline, true
	case "azure ad graph", "windows azure active directory", "azure active directory graph":
		return azureADGraph, true
	}
	for _, p := range catalog.All() {
		if strings.EqualFold(p.Resource, name) {
			return p.ResourceAppID, true
		}
	}
	return "", false
}

// wellKnown are resources that manifests often name and the catalogue does not have.
var wellKnown = map[string]string{
	"cfa8b339-82a2-471a-a3c9-0fc0be7a4093": "Azure Key Vault",
	"797f4846-ba00-4fd7-ba43-dac1f8f63013": "Azure Service Management",
	"e406a681-f3d4-42a8-90b6-c2b029497af1": "Azure Storage",
	"022907d3-0f1b-48f7-badc-1ba6abab6d66": "Azure SQL Database",
	"499b84ac-1321-427f-aa17-267ca6975798": "Azure DevOps",
	"00000009-0000-0000-c000-000000000000": "Power BI Service",
	"00000007-0000-0000-c000-000000000000": "Dataverse",
	"c5393580-f805-4401-95e8-94b7a6ef2fc2": "Office 365 Management APIs",
	"fc780465-2017-40d4-a0c5-307022471b92": "WindowsDefenderATP",
	"ca7f3f0b-7d91-482c-8e09-c5d840d0eac5": "Log Analytics API",
	"0000000a-0000-0000-c000-000000000000": "Microsoft Intune API",
}

func calledByMany(id string) string {
	if name := wellKnown[id]; name != "" {
		return " (" + name + ")"
	}
	return ""
}

var templated = regexp.MustCompile(`\$\{\{\s*([A-Za-z0-9_.-]{1,60})\s*\}\}|\{\{\s*([A-Za-z0-9_.-]{1,60})\s*\}\}`)

// placeholder says that a value is for a tool to fill in, as in Teams' ${{NAME}}, or "".
func placeholder(v any) string {
	s, _ := v.(string)
	m := templated.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	return "it is the placeholder ${{" + m[1] + m[2] + "}}, which was never filled in"
}

// notObject says what is in the place of an object.
func notObject(v any) string { return instead(v, "is not an object, and should be one") }

const noList = "is not a list, and should be one"

// notList says what is in the place of a list.
func notList(v any) string { return instead(v, noList) }

// instead is why a value is not what it should be, where it says so itself, or else why.
func instead(v any, why string) string {
	s, _ := v.(string)
	if strings.HasPrefix(s, "Microsoft.Graph.PowerShell.Models.") || strings.HasPrefix(s, "System.") || strings.HasPrefix(s, "@{") {
		return "PowerShell left it out: convert with ConvertTo-Json -Depth 10"
	}
	return cmp.Or(placeholder(v), why)
}
