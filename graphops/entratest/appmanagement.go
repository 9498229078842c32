package entratest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An AppManagement is what a policy forbids for applications: the tenant's default one,
// made of [Knobs], or that of one application. Since December 2024 only restrictions that
// the application's own policy defines override those of the tenant's, and it exempts from
// one by defining it as disabled.
// Sources: Graph, "Microsoft Entra application management policies API overview" and
// "Create appManagementPolicy"; Azure-Samples/entra-app-management-policy-script.
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
	// Off are the types of restrictions, as above, that the policy of one application
	// defines as disabled.
	Off []string
}

// The types of restrictions, and the audiences rule.
const (
	passwordAddition   = "passwordAddition"
	passwordLifetime   = "passwordLifetime"
	keyLifetime        = "asymmetricKeyLifetime"
	trustedAuthorities = "trustedCertificateAuthority"
	audiences          = "audiences"
)

// restricts reports whether a policy has a restriction of a type.
func (m *AppManagement) restricts(kind string) bool {
	return map[string]bool{passwordAddition: m.ForbidSecrets, passwordLifetime: m.MaxSecretLifetime > 0, keyLifetime: m.MaxKeyLifetime > 0,
		trustedAuthorities: m.TrustedOnly, audiences: m.ForbidMultitenant}[kind]
}

func (m *AppManagement) defines(kind string) bool {
	return m.restricts(kind) || slices.Contains(m.Off, kind)
}

// take adds a restriction of another policy.
func (m *AppManagement) take(kind string, of *AppManagement) {
	switch kind {
	case passwordAddition:
		m.ForbidSecrets = true
	case passwordLifetime:
		m.MaxSecretLifetime = of.MaxSecretLifetime
	case keyLifetime:
		m.MaxKeyLifetime = of.MaxKeyLifetime
	case trustedAuthorities:
		m.TrustedOnly = true
	case audiences:
		m.ForbidMultitenant = true
	}
}

// Exempt gives an application a policy of its own, by AppID. What that does not define
// is as in the tenant's: the zero AppManagement exempts from nothing. It reports whether
// there is such an application.
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
	m := &AppManagement{k.ForbidSecrets, k.MaxSecretLifetime, k.MaxKeyLifetime, k.TrustedOnly, k.ForbidMultitenant, k.PolicyFrom,
		k.PolicyExempts, nil}
	if !m.ForbidSecrets && m.MaxSecretLifetime == 0 && m.MaxKeyLifetime == 0 && !m.TrustedOnly && !m.ForbidMultitenant {
		return nil
	}
	return m
}

// policy is what holds for what the caller does to an application: each restriction of
// its own policy if that defines it, and else the tenant's. One that is not made yet is
// created now.
func (c *call) policy(a *app) (holds AppManagement) {
	created := a.created
	if created.IsZero() {
		created = c.at
	}
	for _, kind := range []string{passwordAddition, passwordLifetime, keyLifetime, trustedAuthorities, audiences} {
		m := c.t.defaultPolicy()
		if own := c.t.ownPolicies[a.id]; own != nil && own.defines(kind) {
			m = own
		}
		if m != nil && m.restricts(kind) && !created.Before(m.From) && !m.exempts(c.who.user) {
			holds.take(kind, m)
		}
	}
	return holds
}

func (m *AppManagement) exempts(u *User) bool {
	return u != nil && slices.ContainsFunc(m.Exempt, func(upn string) bool { return strings.EqualFold(upn, u.UPN) })
}

// heedPolicy checks what a body would make of an application against the policy for it.
func (c *call) heedPolicy(a *app, body object, keys []*key) error {
	m := c.policy(a)
	if was := text(a.body["signInAudience"]); m.ForbidMultitenant && body["signInAudience"] != was &&
		strings.HasPrefix(text(body["signInAudience"]), "AzureADMultipleOrgs") {
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
		o := object{"restrictionType": kind, "state": "enabled", "maxLifetime": nil, "restrictForAppsCreatedAfterDateTime": nil,
			"excludeActors": nil}
		if slices.Contains(m.Off, kind) {
			o["state"] = "disabled"
		}
		if kind == trustedAuthorities && !strings.Contains(c.header.Get("Prefer"), "include-unknown-enum-members") {
			o["restrictionType"] = "unknownFutureValue" // this version of the enumeration had it not when it began
		}
		if most > 0 {
			o["maxLifetime"] = iso(most)
		}
		if !m.From.IsZero() {
			o["restrictForAppsCreatedAfterDateTime"] = stamp(m.From)
		}
		if len(m.Exempt) > 0 {
			o["excludeActors"] = object{"customSecurityAttributes": []any{
				object{"@odata.type": "#microsoft.graph.customSecurityAttributeStringValueExemption",
					"id": "PolicyExemptions_AppManagementExemption", "operator": "equals", "value": "ExemptFromPolicy"}}}
		}
		return o
	}
	if m.defines(passwordAddition) {
		passwords = append(passwords, restricted(passwordAddition, 0))
	}
	if m.defines(passwordLifetime) {
		passwords = append(passwords, restricted(passwordLifetime, m.MaxSecretLifetime))
	}
	if m.defines(keyLifetime) {
		keys = append(keys, restricted(keyLifetime, m.MaxKeyLifetime))
	}
	if m.defines(trustedAuthorities) {
		keys = append(keys, restricted(trustedAuthorities, 0))
	}
	o := object{"passwordCredentials": passwords, "keyCredentials": keys}
	if m.defines(audiences) && c.t.knobs.PolicyShowsAudiences {
		rule := restricted(audiences, 0)
		delete(rule, "restrictionType")
		o["audiences"] = object{"azureAdMultipleOrgs": rule, "personalMicrosoftAccount": nil}
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
			o := m.show(c)
			if rule := o["audiences"]; rule != nil { // of a customAppManagementConfiguration
				o["applicationRestrictions"] = object{"audiences": rule}
				delete(o, "audiences")
			}
			items = append(items, object{"id": id, "displayName": "For one application", "description": "", "isEnabled": true,
				"restrictions": o})
		}
	}
	return c.list("appManagementPolicy", "policies/appManagementPolicies", items)
}
