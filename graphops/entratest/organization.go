package entratest

import (
	"slices"
	"strings"
	"time"
)

// The configuration of the Exchange organization, as far as it is about Exchange Web
// Services (EWS). There is no HTTP API for it in life: administrators use Exchange Online
// PowerShell, so this has the semantics of its cmdlets in Go.
// Source: Exchange PowerShell, Get-OrganizationConfig and Set-OrganizationConfig.

// An OrganizationConfig is what Get-OrganizationConfig -RetrieveEwsOperationAccessPolicy
// shows. EwsEnabled is nil where it is not set. EwsAllowedAppIDs is one value: application
// IDs with commas between them.
type OrganizationConfig struct {
	EwsEnabled       *bool
	EwsAllowedAppIDs string
}

// Since and until when Exchange Online has EWS for the apps on the list alone.
var (
	ewsBlocked = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	ewsEnded   = time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)
)

// ewsActs is how long a change can take to act.
const ewsActs = 24 * time.Hour

// A setting of the configuration, and when it was made.
type ewsSetting struct {
	at     time.Time
	config OrganizationConfig
}

// OrganizationConfig returns the configuration as it was set last, whether it acts already
// or not.
func (t *Tenant) OrganizationConfig() OrganizationConfig {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	return t.organizationConfig()
}

func (t *Tenant) organizationConfig() OrganizationConfig {
	if len(t.ewsSettings) == 0 {
		return OrganizationConfig{}
	}
	return t.ewsSettings[len(t.ewsSettings)-1].config
}

// SetEwsAllowedAppIDs sets the whole list: what was on it and is not in ids is not on it
// any more. It reports whether ids is such a value.
func (t *Tenant) SetEwsAllowedAppIDs(ids string) bool {
	for id := range strings.SplitSeq(ids, ",") {
		if ids != "" && !guid.MatchString(strings.TrimSpace(id)) {
			return false
		}
	}
	t.setOrganization(func(c *OrganizationConfig) { c.EwsAllowedAppIDs = ids })
	return true
}

// SetEwsEnabled turns EWS on or off for the organization; nil is neither.
func (t *Tenant) SetEwsEnabled(on *bool) {
	t.setOrganization(func(c *OrganizationConfig) { c.EwsEnabled = on })
}

func (t *Tenant) setOrganization(set func(*OrganizationConfig)) {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	c := t.organizationConfig()
	set(&c)
	t.ewsSettings = append(t.ewsSettings, ewsSetting{t.s.now(), c})
	t.s.changed()
}

// MayUseEWS reports whether Exchange Online answers an app that calls EWS now, as far as
// the organization's configuration goes: the one that acts is a day old.
func (t *Tenant) MayUseEWS(appID string) bool {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	now := t.s.now()
	var c OrganizationConfig
	for _, s := range t.ewsSettings {
		if !s.at.Add(ewsActs).After(now) {
			c = s.config
		}
	}
	listed := slices.ContainsFunc(strings.Split(c.EwsAllowedAppIDs, ","), func(id string) bool {
		return strings.EqualFold(strings.TrimSpace(id), appID)
	})
	switch {
	case !now.Before(ewsEnded), c.EwsEnabled != nil && !*c.EwsEnabled:
		return false
	case now.Before(ewsBlocked):
		return c.EwsEnabled == nil || c.EwsAllowedAppIDs == "" || listed
	}
	return c.EwsEnabled != nil && listed
}
