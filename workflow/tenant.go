package workflow

import (
	"slices"
	"strings"

	"github.com/entra-app/entra-app/workflow/cloud"
)

// A Tenant is where apps are registered, and who may approve that.
type Tenant struct {
	Name      string // as configured, and shown to people
	ID        string // the directory (tenant) ID
	Cloud     string // public, usgov, dod or china; empty means public
	ClientID  string // App ID of the bot's own client, with which approvers sign in
	Channel   string // Slack ID of the channel where requests are approved
	Approvers []Approver
	// Sufficient are roles that the operator takes for enough, beside the built-in ones.
	Sufficient []SufficientRole
}

// A SufficientRole is a directory role that is enough for something.
type SufficientRole struct {
	ID  string // of the role's definition, or its template
	For RolePurpose
}

// A RolePurpose is what a directory role is needed for.
type RolePurpose string

// What directory roles are needed for, as the configuration names it.
const (
	ForApplications   RolePurpose = "applications"    // to register and change applications
	ForConsent        RolePurpose = "consent"         // to consent to application permissions of Microsoft Graph
	ForDirectoryRoles RolePurpose = "directory-roles" // to give an app a directory role
)

// RolePurposes are all of them.
var RolePurposes = []RolePurpose{ForApplications, ForConsent, ForDirectoryRoles}

// in is the cloud that the tenant is in.
func (t Tenant) in() cloud.Cloud { return cloud.Of(t.Cloud) }

// An Approver is one person: a Slack account, and the Entra account that must sign in.
type Approver struct {
	Slack string // user ID
	Entra string // user principal name, or object ID
}

// Approver returns who this Slack user is as an approver of t, or false.
func (t Tenant) Approver(slack string) (Approver, bool) {
	i := slices.IndexFunc(t.Approvers, func(a Approver) bool { return a.Slack == slack })
	if i < 0 {
		return Approver{}, false
	}
	return t.Approvers[i], true
}

// is reports whether an Entra account, by object ID and UPN, is the approver's.
func (a Approver) is(objectID, upn string) bool {
	return a.Entra != "" && (strings.EqualFold(a.Entra, objectID) || strings.EqualFold(a.Entra, upn))
}

// lists reports whether the operator lists any role as enough for a purpose.
func (t Tenant) lists(of RolePurpose) bool {
	return slices.ContainsFunc(t.Sufficient, func(s SufficientRole) bool { return s.For == of })
}

// region is what a backup server calls the tenant's cloud.
func (t Tenant) region() string { return t.in().Veeam }

// azureEnvironment is what a backup server calls the tenant's Azure.
func (t Tenant) azureEnvironment() string { return t.in().VeeamAzure }
