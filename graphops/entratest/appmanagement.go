package entratest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An AppManagement is what a policy forbids for applications: the tenant's default one,
// made of [Knobs], or that of one application, which then takes its place altogether.
// Source: Graph, "Microsoft Entra application management policies API overview".
type AppManagement struct {
	ForbidSecrets     bool          // passwordAddition
	MaxSecretLifetime time.Duration // passwordLifetime; 0 means no limit
	MaxKeyLifetime    time.Duration // asymmetricKeyLifetime; 0 means no limit
	TrustedOnly       bool          // trustedCertificateAuthority: certificates that sign themselves are refused
	ForbidMultitenant bool          // audiences, azureAdMultipleOrgs

	// From is restrictForAppsCreatedAfterDateTime of all of it: applications that were
	// created before are not restricted. Zero restricts all.
	From time.Time
	// Exempt are the UPNs of people who have the custom security attribute that
	// excludeActors names: what they do is not restricted.
	Exempt []string
}

// Exempt gives an application a policy of its own, by AppID: the zero AppManagement
// exempts it from the tenant's. It reports whether there is such an application.
func (t *Tenant) Exempt(appID string, m AppManagement) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	a := t.appByAppID(appID)
	if a == nil {
		return false
	}
	t.ownPolicies[a.id] = &m
	t.s.changed()
	return true
}

// defaultPolicy is the tenant's, or nil where it is not enabled.
func (t *Tenant) defaultPolicy() *AppManagement {
	k := t.knobs
	m := &AppManagement{k.ForbidSecrets, k.MaxSecretLifetime, k.MaxKeyLifetime, k.TrustedOnly, k.ForbidMultitenant, k.PolicyFrom, k.PolicyExempts}
	if !m.ForbidSecrets && m.MaxSecretLifetime == 0 && m.MaxKeyLifetime == 0 && !m.TrustedOnly && !m.ForbidMultitenant {
		return nil
	}
	return m
}

// policy is what holds for what the caller does to an application. One that is not made
// yet is created now.
func (c *call) policy(a *app) AppManagement {
	m, created := c.t.ownPolicies[a.id], a.created
	if m == nil {
		m = c.t.defaultPolicy()
	}
	if created.IsZero() {
		created = c.at
	}
	if m == nil || created.Before(m.From) || c.who.user != nil && slices.ContainsFunc(m.Exempt, func(upn string) bool { return strings.EqualFold(upn, c.who.user.UPN) }) {
		return AppManagement{}
	}
	return *m
}

// heedPolicy checks what a body would make of an application against the policy for it.
func (c *call) heedPolicy(a *app, body object, keys []*key) error {
	m := c.policy(a)
	if was := text(a.body["signInAudience"]); m.ForbidMultitenant && body["signInAudience"] != was && strings.HasPrefix(text(body["signInAudience"]), "AzureADMultipleOrgs") {
		return c.against("SignInAudienceNotAllowedAsPerAppPolicy", "The sign-in audience is not allowed")
	}
	for _, k := range keys {
		if slices.ContainsFunc(a.keys, func(old *key) bool { return old.keyID == k.keyID }) {
			continue
		}
		switch {
		case m.TrustedOnly && k.cert != nil && bytes.Equal(k.cert.RawIssuer, k.cert.RawSubject):
			return c.against("CredentialTypeNotAllowedAsPerAppPolicy", "The certificate was not issued by a trusted certificate authority")
		case m.MaxKeyLifetime > 0 && k.end.Sub(k.start) > m.MaxKeyLifetime:
			return c.tooLong()
		}
	}
	return nil
}

func (c *call) tooLong() error {
	return c.against("CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed")
}

func (c *call) against(code, what string) error {
	return &problem{status: 400, code: code, message: what + " as per assigned policy '" + c.t.ID + "'."}
}

// show is the policy as Graph writes it, where it lists it for an application
// ("restrictions") or for all ("applicationRestrictions").
func (m *AppManagement) show(c *call) object {
	passwords, keys := []any{}, []any{}
	restricted := func(kind string, most time.Duration) object {
		o := object{"restrictionType": kind, "state": "enabled", "maxLifetime": nil, "restrictForAppsCreatedAfterDateTime": nil, "excludeActors": nil}
		if most > 0 {
			o["maxLifetime"] = iso(most)
		}
		if !m.From.IsZero() {
			o["restrictForAppsCreatedAfterDateTime"] = stamp(m.From)
		}
		if len(m.Exempt) > 0 {
			o["excludeActors"] = object{"customSecurityAttributes": []any{object{"@odata.type": "#microsoft.graph.customSecurityAttributeStringValueExemption",
				"id": "PolicyExemptions_AppManagementExemption", "operator": "equals", "value": "ExemptFromPolicy"}}}
		}
		return o
	}
	if m.ForbidSecrets {
		passwords = append(passwords, restricted("passwordAddition", 0))
	}
	if m.MaxSecretLifetime > 0 {
		passwords = append(passwords, restricted("passwordLifetime", m.MaxSecretLifetime))
	}
	if m.MaxKeyLifetime > 0 {
		keys = append(keys, restricted("asymmetricKeyLifetime", m.MaxKeyLifetime))
	}
	if m.TrustedOnly { // a member that this version of the enumeration had not when it began
		kind := "unknownFutureValue"
		if strings.Contains(c.header.Get("Prefer"), "include-unknown-enum-members") {
			kind = "trustedCertificateAuthority"
		}
		keys = append(keys, restricted(kind, 0))
	}
	o := object{"passwordCredentials": passwords, "keyCredentials": keys}
	if m.ForbidMultitenant && c.t.knobs.PolicyShowsAudiences {
		o["audiences"] = object{"azureAdMultipleOrgs": restricted("", 0), "personalMicrosoftAccount": nil}
	}
	return o
}

func getPolicy(c *call) (answer, error) {
	if !c.hasRole(readsPolicy) {
		return answer{}, denied()
	}
	m := c.t.defaultPolicy()
	on := m != nil
	if !on {
		m = &AppManagement{}
	}
	o := object{"id": "00000000-0000-0000-0000-000000000000", "displayName": "Default app management tenant policy",
		"description": "Default tenant policy that enforces app management restrictions on applications and service principals.",
		"isEnabled":   on, "applicationRestrictions": m.show(c),
		"servicePrincipalRestrictions": object{"passwordCredentials": []any{}, "keyCredentials": []any{}}}
	o, err := c.selected("tenantAppManagementPolicy", o)
	if err != nil {
		return answer{}, err
	}
	return ok(c.context("policies/defaultAppManagementPolicy/$entity", o))
}

// iso writes a duration the way policies do: P90D, or PT36H.
func iso(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return fmt.Sprintf("P%dD", d/(24*time.Hour))
	}
	return fmt.Sprintf("PT%dS", d/time.Second)
}

// listPolicies lists the policies that single applications have: all, or that of the
// one that the path names.
func listPolicies(c *call) (answer, error) {
	if !c.hasRole(readsPolicy) {
		return answer{}, denied()
	}
	only := ""
	if len(c.keys) > 0 {
		a, err := c.app()
		if err != nil {
			return answer{}, err
		}
		only = a.id
	}
	var items []object
	for id, m := range c.t.ownPolicies {
		if only == "" || id == only {
			items = append(items, object{"id": id, "displayName": "For one application", "description": "", "isEnabled": true, "restrictions": m.show(c)})
		}
	}
	return c.list("appManagementPolicy", "policies/appManagementPolicies", items)
}
