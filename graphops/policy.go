package graphops

import (
	"time"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/entra-app/entra-app/workflow"
)

// policyItem asks for the default policy. One for a single app does not exist
// before the app does. Source: Graph, tenantAppManagementPolicy resource type.
func (s *session) policyItem() *item {
	return &item{op: opPolicy, req: s.get("/policies/defaultAppManagementPolicy"), as: models.CreateTenantAppManagementPolicyFromDiscriminatorValue}
}

// policyOf is what the answer forbids for apps that are made now. No answer
// forbids nothing: Entra itself has the last word.
func (s *session) policyOf(i *item) workflow.AppPolicy {
	var p workflow.AppPolicy
	t, ok := i.got.(models.TenantAppManagementPolicyable)
	if !ok || !value(t.GetIsEnabled()) || t.GetApplicationRestrictions() == nil {
		return p
	}
	on := func(state *models.AppManagementRestrictionState, since *time.Time) bool {
		return (state == nil || *state == models.ENABLED_APPMANAGEMENTRESTRICTIONSTATE) && (since == nil || s.now().After(*since))
	}
	for _, c := range t.GetApplicationRestrictions().GetPasswordCredentials() {
		if c.GetRestrictionType() == nil || !on(c.GetState(), c.GetRestrictForAppsCreatedAfterDateTime()) {
			continue
		}
		switch *c.GetRestrictionType() {
		case models.PASSWORDADDITION_APPCREDENTIALRESTRICTIONTYPE:
			p.NoSecrets = true
		case models.PASSWORDLIFETIME_APPCREDENTIALRESTRICTIONTYPE:
			p.SecretMax = lifetime(c.GetMaxLifetime())
		}
	}
	for _, c := range t.GetApplicationRestrictions().GetKeyCredentials() {
		if c.GetRestrictionType() != nil && *c.GetRestrictionType() == models.ASYMMETRICKEYLIFETIME_APPKEYCREDENTIALRESTRICTIONTYPE && on(c.GetState(), c.GetRestrictForAppsCreatedAfterDateTime()) {
			p.CertificateMax = lifetime(c.GetMaxLifetime())
		}
	}
	return p
}

func lifetime(d *serialization.ISODuration) time.Duration {
	if d == nil {
		return 0
	}
	long, err := d.ToDuration()
	if err != nil {
		return 0
	}
	return long
}
