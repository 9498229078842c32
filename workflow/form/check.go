package form

import (
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/pack"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
	"github.com/entra-app/entra-app/workflow/set"
)

// The rules for what is typed into the fields of the form.

// CheckWorkloads refuses workloads that the product does not have, and too few or too many.
func CheckWorkloads(wrong Errors, p pack.Product, c pack.Choice) {
	if len(p.Workloads) == 0 {
		return
	}
	for _, w := range c.Workloads {
		if !slices.ContainsFunc(p.Workloads, func(of pack.Workload) bool { return of.Name == w }) {
			wrong[FieldWorkloads] = "Choose from the list."
		}
	}
	switch n := len(c.Workloads); {
	case n == 0:
		wrong[FieldWorkloads] = "Choose at least one."
	case n > 1 && p.OneWorkload:
		wrong[FieldWorkloads] = "Choose one."
	}
}

// SubscriptionsMax is the greatest number of subscriptions and other scopes in one request.
const SubscriptionsMax = 20

// KeyRefused is what somebody is told who has put a private key where it does not belong.
const KeyRefused = "This contains a private key. It was not stored, but treat it as compromised: create a new key pair and keep its " +
	"private key to yourself. This bot never needs it."

// CheckKeys refuses private keys in all texts of a draft. What is for a
// certificate is looked at where that is read.
func CheckKeys(wrong Errors, d Draft) {
	all := map[Field][]string{
		FieldAppName: {d.AppName}, FieldReason: {d.Reason}, FieldRedirectURIs: d.RedirectURIs, FieldSubscriptions: d.Subscriptions,
		FieldScopes: d.Scopes,
		FieldIssuer: {d.Federated.Issuer}, FieldSubject: {d.Federated.Subject}, FieldAudience: {d.Federated.Audience},
	}
	maps.Copy(all, d.Redirects)
	for f, texts := range all {
		if certificate.HasPrivateKey(strings.Join(texts, "\n")) {
			wrong[f] = KeyRefused
		}
	}
	for name, lines := range d.Fields {
		if certificate.HasPrivateKey(strings.Join(lines, "\n")) {
			wrong[FieldOf(pack.TemplateField{Name: name})] = KeyRefused
		}
	}
}

// OwnersMax is the greatest number of owners besides the requester.
const OwnersMax = 10

// CheckOwners refuses people who may not take part, and leaves out the requester.
func CheckOwners(wrong Errors, by people.Person, users []people.Person) []people.Person {
	var out []people.Person
	for _, p := range users {
		_, err := mail.ParseAddress(p.Email)
		switch {
		case p.ID == by.ID || slices.ContainsFunc(out, func(q people.Person) bool { return p.ID == q.ID }):
		case p.Outside != "":
			wrong[FieldOwners] = fmt.Sprintf("%s can't be an owner: %s.", p.Name, p.Outside)
		case p.Confirmed == people.EmailUnproved:
			wrong[FieldOwners] = fmt.Sprintf("%s never confirmed the e-mail address in their Slack profile, so no account in the tenant "+
				"is looked up by it.", p.Name)
		case err != nil:
			wrong[FieldOwners] = fmt.Sprintf("Slack has no e-mail address of %s, so the account in the tenant can't be found.", p.Name)
		default:
			out = append(out, p)
		}
	}
	if len(out) > OwnersMax {
		wrong[FieldOwners] = fmt.Sprintf("There are %d people; at most %d are allowed.", len(out), OwnersMax)
	}
	return out
}

// PermissionsEntra is how many permissions an app may ask for. Source: Graph,
// application resource type, requiredResourceAccess.
const PermissionsEntra = 400

// CheckPermissions reads what was chosen. Those in had are the app's already, and not
// counted.
func CheckPermissions(wrong Errors, keys []string, mayBeNone bool, had ...plan.Permission) []plan.Permission {
	var out []plan.Permission
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		c, ok := catalog.ByKey(k)
		if !ok {
			wrong[FieldPermissions] = "One of these permissions is not known here. Choose from the list."
			return nil
		}
		p, _ := plan.Known(c.ResourceAppID, c.Type, c.Name)
		out = append(out, p)
	}
	added := len(set.Minus(out, had, plan.SamePermission))
	switch {
	case len(out) == 0 && !mayBeNone:
		wrong[FieldPermissions] = "Choose at least one permission."
	case added > PermissionsMax && len(had) > 0:
		wrong[FieldPermissions] = fmt.Sprintf("There are %d permissions that the app does not have yet; at most %d are allowed in one "+
			"request.",
			added, PermissionsMax)
	case added > PermissionsMax:
		wrong[FieldPermissions] = fmt.Sprintf("There are %d permissions; at most %d are allowed in one request.", added, PermissionsMax)
	case added > 0 && len(out) > PermissionsEntra:
		wrong[FieldPermissions] = fmt.Sprintf("With these the app has %d permissions, and Entra allows %d. Choose %d fewer.", len(out),
			PermissionsEntra, len(out)-PermissionsEntra)
	}
	return out
}

// CheckCustom fills in what the requester names: permissions one by one, or all
// that a manifest says.
func CheckCustom(wrong Errors, draft Draft, p *plan.Plan) {
	CheckWhoSignsIn(wrong, draft, p)
	p.PublicRedirectURIs = CheckRedirects(wrong, FieldPublicRedirectURIs, plan.PublicClient, draft.Redirects[FieldPublicRedirectURIs])
	if draft.Imported != nil {
		checkImported(wrong, draft, p)
		return
	}
	p.Scopes = CheckScopes(wrong, draft.Scopes, nil)
	p.Permissions = CheckPermissions(wrong, draft.Permissions, len(p.Scopes) > 0)
}

// CheckWhoSignsIn fills in who can sign in to a custom app, and whether people can
// without a secret of the app's.
func CheckWhoSignsIn(wrong Errors, draft Draft, p *plan.Plan) {
	switch draft.WhoSignsIn {
	case "":
	case plan.ThisTenant, plan.AnyTenant:
		p.Audience = draft.WhoSignsIn
	default:
		wrong[FieldWhoSignsIn] = "Choose from the list."
	}
	if draft.PublicClientFlows != nil {
		p.PublicClientFlows = *draft.PublicClientFlows
	}
}
