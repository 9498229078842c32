package form

import (
	"time"

	"github.com/entra-app/entra-app/workflow"
	"github.com/entra-app/entra-app/workflow/certificate"
	"github.com/entra-app/entra-app/workflow/people"
	"github.com/entra-app/entra-app/workflow/plan"
)

// A plan's form of version 1.

type credentialV1 struct {
	Kind        plan.CredentialKind `json:"kind,omitzero"`
	Lifetime    time.Duration       `json:"lifetime,omitzero"` // in nanoseconds
	Certificate certificateV1       `json:"certificate,omitzero"`
	Federated   federatedV1         `json:"federated,omitzero"`
}

type certificateV1 struct {
	DER         []byte    `json:"der,omitzero"`
	Subject     string    `json:"subject,omitzero"`
	Key         string    `json:"key,omitzero"`
	Thumbprint  string    `json:"thumbprint,omitzero"`
	Fingerprint string    `json:"fingerprint,omitzero"`
	NotBefore   time.Time `json:"not_before,omitzero"`
	NotAfter    time.Time `json:"not_after,omitzero"`
}

type backupV1 struct {
	Server   string   `json:"server,omitzero"`
	Services []string `json:"services,omitzero"`
}

type federatedV1 struct {
	Issuer   string `json:"issuer,omitzero"`
	Subject  string `json:"subject,omitzero"`
	Audience string `json:"audience,omitzero"`
}

type scopeV1 struct {
	Name          string   `json:"name,omitzero"`
	AdminsOnly    bool     `json:"admins_only,omitzero"`
	Title         string   `json:"title,omitzero"`
	Words         string   `json:"words,omitzero"`
	PreAuthorized []string `json:"pre_authorized,omitzero"`
	UserTitle     string   `json:"user_title,omitzero"`
	UserWords     string   `json:"user_words,omitzero"`
}

type appRoleV1 struct {
	Name  string `json:"name,omitzero"`
	Title string `json:"title,omitzero"`
	Words string `json:"words,omitzero"`
	Users bool   `json:"users,omitzero"`
	Apps  bool   `json:"apps,omitzero"`
}

type optionalClaimV1 struct {
	Token      string   `json:"token,omitzero"`
	Name       string   `json:"name,omitzero"`
	Source     string   `json:"source,omitzero"`
	Essential  bool     `json:"essential,omitzero"`
	Properties []string `json:"properties,omitzero"`
}

type directoryRoleV1 struct {
	TemplateID string `json:"template_id,omitzero"`
	Name       string `json:"name,omitzero"`
	Why        string `json:"why,omitzero"`
}

type azureRoleV1 struct {
	ID          string   `json:"id,omitzero"`
	Name        string   `json:"name,omitzero"`
	Why         string   `json:"why,omitzero"`
	Actions     []string `json:"actions,omitzero"`
	DataActions []string `json:"data_actions,omitzero"`
}

// azureShareV1 is roles on each of some subscriptions.
type azureShareV1 struct {
	Subscriptions []string      `json:"subscriptions,omitzero"`
	Roles         []azureRoleV1 `json:"roles,omitzero"`
}

func shareForm(s workflow.AzureShare) azureShareV1 {
	return azureShareV1{s.Subscriptions, each(s.Roles, func(r plan.AzureRole) azureRoleV1 { return azureRoleV1(r) })}
}

func (f azureShareV1) share() workflow.AzureShare {
	return workflow.AzureShare{Subscriptions: f.Subscriptions, Roles: each(f.Roles, func(r azureRoleV1) plan.AzureRole {
		return plan.AzureRole(r)
	})}
}

func planForm(p plan.Plan) planV1 {
	return planV1{
		TenantID: p.TenantID, AppName: p.AppName, Audience: p.Audience, RedirectURIs: p.RedirectURIs,
		Permissions: each(p.Permissions, func(p plan.Permission) permissionV1 { return permissionV1(p) }),
		Credential: credentialV1{
			Kind: p.Credential.Kind, Lifetime: p.Credential.Lifetime,
			Certificate: certificateV1(p.Credential.Certificate), Federated: federatedV1(p.Credential.Federated),
		},
		SPARedirectURIs: p.SPARedirectURIs, PublicRedirectURIs: p.PublicRedirectURIs, PublicClientFlows: p.PublicClientFlows,
		Scopes:         each(p.Scopes, func(s plan.Scope) scopeV1 { return scopeV1(s) }),
		DirectoryRoles: each(p.DirectoryRoles, func(r plan.DirectoryRole) directoryRoleV1 { return directoryRoleV1(r) }),
		AzureRoles:     each(p.AzureRoles, func(r plan.AzureRole) azureRoleV1 { return azureRoleV1(r) }),
		Subscriptions:  p.Subscriptions,
		Owners:         each(p.Owners, func(p people.Person) personV1 { return personV1(p) }),
		Workloads:      p.Workloads, Chosen: p.Chosen, Approvals: p.Approvals,
		Backup:         backupV1(p.Backup),
		AppRoles:       each(p.AppRoles, func(r plan.AppRole) appRoleV1 { return appRoleV1(r) }),
		OptionalClaims: each(p.OptionalClaims, func(c plan.OptionalClaim) optionalClaimV1 { return optionalClaimV1(c) }),
		IdentifierURIs: p.IdentifierURIs,
	}
}

func (f planV1) plan() plan.Plan {
	return plan.Plan{
		TenantID: f.TenantID, AppName: f.AppName, Audience: f.Audience, RedirectURIs: f.RedirectURIs,
		Permissions: each(f.Permissions, func(p permissionV1) plan.Permission { return plan.Permission(p) }),
		Credential: plan.Credential{
			Kind: f.Credential.Kind, Lifetime: f.Credential.Lifetime,
			Certificate: certificate.Certificate(f.Credential.Certificate), Federated: plan.FederatedIssuer(f.Credential.Federated),
		},
		SPARedirectURIs: f.SPARedirectURIs, PublicRedirectURIs: f.PublicRedirectURIs, PublicClientFlows: f.PublicClientFlows,
		Scopes:         each(f.Scopes, func(s scopeV1) plan.Scope { return plan.Scope(s) }),
		DirectoryRoles: each(f.DirectoryRoles, func(r directoryRoleV1) plan.DirectoryRole { return plan.DirectoryRole(r) }),
		AzureRoles:     each(f.AzureRoles, func(r azureRoleV1) plan.AzureRole { return plan.AzureRole(r) }),
		Subscriptions:  f.Subscriptions,
		Owners:         each(f.Owners, func(p personV1) people.Person { return people.Person(p) }),
		Workloads:      f.Workloads, Chosen: f.Chosen, Approvals: f.Approvals,
		Backup:         plan.Backup(f.Backup),
		AppRoles:       each(f.AppRoles, func(r appRoleV1) plan.AppRole { return plan.AppRole(r) }),
		OptionalClaims: each(f.OptionalClaims, func(c optionalClaimV1) plan.OptionalClaim { return plan.OptionalClaim(c) }),
		IdentifierURIs: f.IdentifierURIs,
	}
}

// foundV1 is what is known of an app that was not made here.
type foundV1 struct {
	AppID       string        `json:"app_id,omitzero"`
	Name        string        `json:"name,omitzero"`
	Read        bool          `json:"read,omitzero"`
	Thumbprints []string      `json:"thumbprints,omitzero"`
	Federated   []federatedV1 `json:"federated,omitzero"`
	AzureRoles  []string      `json:"azure_roles,omitzero"`
	AzureAround bool          `json:"azure_around,omitzero"`
	Secrets     int           `json:"secrets,omitzero"`
	Owners      []string      `json:"owners,omitzero"`

	PrincipalThumbprints []string `json:"principal_thumbprints,omitzero"`
	PrincipalSecrets     int      `json:"principal_secrets,omitzero"`

	NoIdentifierURI bool     `json:"no_identifier_uri,omitzero"`
	Required        []string `json:"required,omitzero"`
}

func foundForm(f workflow.Discovery) foundV1 {
	return foundV1{
		AppID: f.AppID, Name: f.Name, Read: f.Read, Thumbprints: f.Thumbprints, AzureRoles: f.AzureRoles, AzureAround: f.AzureAround,
		Secrets: f.Secrets, Owners: f.Owners, NoIdentifierURI: f.NoIdentifierURI, Required: f.Required,
		PrincipalThumbprints: f.PrincipalThumbprints, PrincipalSecrets: f.PrincipalSecrets,
		Federated: each(f.Federated, func(i plan.FederatedIssuer) federatedV1 { return federatedV1(i) }),
	}
}

func (f foundV1) found() workflow.Discovery {
	return workflow.Discovery{
		AppID: f.AppID, Name: f.Name, Read: f.Read, Thumbprints: f.Thumbprints, AzureRoles: f.AzureRoles, AzureAround: f.AzureAround,
		Secrets: f.Secrets, Owners: f.Owners, NoIdentifierURI: f.NoIdentifierURI, Required: f.Required,
		PrincipalThumbprints: f.PrincipalThumbprints, PrincipalSecrets: f.PrincipalSecrets,
		Federated: each(f.Federated, func(i federatedV1) plan.FederatedIssuer { return plan.FederatedIssuer(i) }),
	}
}

// ewsV1 is what is known of an app on Exchange's list.
type ewsV1 struct {
	AppID     string    `json:"app_id,omitzero"`
	At        time.Time `json:"at,omitzero"`
	By        string    `json:"by,omitzero"`
	Reminders int       `json:"reminders,omitzero"`
	Reminded  time.Time `json:"reminded,omitzero"`
}

// dependentsV1 is what depends on an app that is to be deleted.
type dependentsV1 struct {
	List    []dependentV1 `json:"list,omitzero"`
	More    bool          `json:"more,omitzero"`
	Unknown string        `json:"unknown,omitzero"`
	Rev     int           `json:"rev,omitzero"`
}

func dependentsForm(d workflow.Dependents) dependentsV1 {
	return dependentsV1{More: d.More, Unknown: d.Unknown, Rev: d.Rev,
		List: each(d.List, func(n workflow.Dependent) dependentV1 { return dependentV1(n) })}
}

func (f dependentsV1) dependents() workflow.Dependents {
	return workflow.Dependents{More: f.More, Unknown: f.Unknown, Rev: f.Rev,
		List: each(f.List, func(n dependentV1) workflow.Dependent { return workflow.Dependent(n) })}
}
