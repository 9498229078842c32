// Package pack says what a product needs of an app: its built-in packs are here as files, and
// package packfile reads them.
package pack

import (
	"fmt"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A Product is what an app is for, and what it needs.
type Product struct {
	Name     string // "vbo365", as it is typed
	Version  string // of what it needs: "8.5"
	Title    string // "Veeam Backup for Microsoft 365"
	Summary  string // one sentence
	Audience string // signInAudience

	// Source is the page that the needs are from, Checked the day of that page ("2026-07-03", or
	// "2026-07"), and Note what else has to be known about them. They may be empty.
	Source, Checked, Note string

	// RedirectURIs are what the form suggests, for Platform.
	RedirectURIs []string
	Platform     plan.Platform
	// RedirectExample is what its field shows as long as it is empty.
	RedirectExample string
	// RedirectRequired says that an app without one for Platform is of no use: nobody
	// could sign in with it.
	RedirectRequired bool
	// Redirects are those that every app of the product gets, and Fields what people
	// fill in for the {name} in them.
	Redirects []Redirect
	Fields    []TemplateField
	// PublicClientFlows is isFallbackPublicClient: device code without a credential.
	PublicClientFlows bool
	Scopes            []plan.Scope // that the app exposes as api://{appId}

	// Organization says that an organization on a backup server is protected or restored
	// with the app, whoever connected it: people can be told what they reach there.
	Organization bool

	Workloads []Workload // to choose from; none is no choice
	// OneWorkload says that exactly one of them has to be chosen.
	OneWorkload bool
	Permissions []Need
	// Custom says that the requester names the permissions.
	Custom         bool
	DirectoryRoles []RoleNeed
	AzureRoles     []AzureNeed
	// Credentials are those that the requester may choose from, the first suggested.
	Credentials []Offer
	// Approvals is how many approvers have to agree; 0 is one.
	Approvals int
	// NextSteps are shown at the end: what to do in the product. {appId}, {tenantId},
	// {thumbprint} and {appName} stand for what was made.
	NextSteps []string
	// Guide is the product step by step, for the person who runs it: Markdown, in which
	// the line {nextSteps} stands for NextSteps. It may be empty.
	Guide string
}

// A Workload is a part of what a product does.
type Workload struct {
	Name, Title string
	// Service is what of an organization a backup server backs up for it: one of
	// Services. Where no workload has one, the app is not for a backup server.
	Service string
}

// A Need is a permission that a product needs, always or for some of what it does.
type Need struct {
	plan.Permission
	Workloads   []string              // empty: for all
	Credentials []plan.CredentialKind // empty: with any
}

// A RoleNeed is a directory role that the app itself needs.
type RoleNeed struct {
	plan.DirectoryRole
	Workloads   []string              // empty: for all
	Credentials []plan.CredentialKind // empty: with any
}

// An AzureNeed is a role in Azure that a product needs.
type AzureNeed struct {
	plan.AzureRole
	Workloads []string // empty: for all
}

// An Offer is a kind of credential, with the lifetime that the form suggests and
// the longest that the product allows; 0 is the policy's.
type Offer struct {
	Kind     plan.CredentialKind
	Lifetime time.Duration
	Max      time.Duration
	// Lifetimes are those to choose from, as far as Max and the policy allow; none
	// are the usual ones.
	Lifetimes []time.Duration
}

// Needed returns a permission of the catalogue with what a product needs it for.
func Needed(resourceAppID string, t catalog.Type, name, why string) (plan.Permission, error) {
	p, ok := plan.Known(resourceAppID, t, name)
	if !ok {
		return plan.Permission{}, fmt.Errorf("%s has no %s permission %q", resourceAppID, t, name)
	}
	p.Why = why
	return p, nil
}
