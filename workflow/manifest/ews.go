package manifest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/entra-app/entra-app/workflow/catalog"
	"github.com/entra-app/entra-app/workflow/cloud"
)

// A Listing is a change of the organization's list of apps that may use Exchange Web
// Services: App IDs to add, and to remove.
type Listing struct {
	TenantID, AppName string
	Add, Remove       []string
	Cloud             cloud.Cloud // the tenant's; zero is the public one
}

// EWSScript returns a script for Exchange Online PowerShell that makes the change.
//
// The list is one value, and setting it overwrites what another run has written since it
// was read. So the script reads, merges and writes, and then looks again after a while that
// is longer than another run takes from reading to writing. What is missing then is merged
// and written again, until two readings in a row have it all. Where nothing is missing
// nothing is written, so it may be run any number of times; it looks twice all the same, as
// another run may have read the list before this app was on it. A configuration without
// the property is not an empty list: nothing is written then. The list comes before
// EwsEnabled, which blocks everything while the list is empty.
// Source: Exchange PowerShell, Set-OrganizationConfig, EwsAllowedAppIDs and EwsEnabled.
func EWSScript(l Listing) (string, error) {
	if len(l.Add)+len(l.Remove) == 0 {
		return "", errors.New("there is no App ID to add or to remove")
	}
	for _, id := range append(append([]string{l.TenantID}, l.Add...), l.Remove...) {
		if !guid.MatchString(id) {
			return "", fmt.Errorf("%q is not a GUID", id)
		}
	}
	environment := ""
	if in := l.Cloud; in.Name != "" && in.Name != cloud.Public.Name {
		environment = " -ExchangeEnvironmentName " + in.Exchange
	}
	return strings.NewReplacer(
		"{environment}", environment,
		"{app}", plain(l.AppName), "{tenant}", l.TenantID, "{add}", psIDs(l.Add), "{remove}", psIDs(l.Remove),
		"{ends}", catalog.EWS().Ends.Format(time.DateOnly), "{hours}", fmt.Sprint(int(catalog.EWS().Acts.Hours())),
	).Replace(ewsScript), nil
}

func psIDs(ids []string) string {
	quoted := make([]string, len(ids))
	for i, id := range ids {
		quoted[i] = psQuote(strings.ToLower(id))
	}
	return "@(" + strings.Join(quoted, ", ") + ")"
}

const ewsScript = `#Requires -Version 5.1
#Requires -Modules ExchangeOnlineManagement
# Changes which apps may use Exchange Web Services (EWS), for the application: {app}
# Tenant: {tenant}
#
# Read it before you run it. It signs you in and runs with your own rights: it takes an
# Exchange Administrator. It may be run again, and while somebody else runs it for another app.
# With -EnableEws it also turns EWS on for the organization, for the apps on the list alone.
param([switch]$EnableEws)
$ErrorActionPreference = 'Stop'
$tenant = '{tenant}'
$add = {add}
$remove = {remove}

if ((Get-Date).ToUniversalTime() -ge [datetime]'{ends}') { throw 'Exchange Online has ended EWS. There is no list any more.' }

# Get-AllowedIds reads the list. It is one value with commas in it, or several values.
function Get-AllowedIds {
  $config = Get-OrganizationConfig -RetrieveEwsOperationAccessPolicy
  if ($null -eq $config) { throw 'The configuration of the organization cannot be read, so the list was left as it is. Run this again.' }
  if ($null -eq $config.PSObject.Properties['EwsAllowedAppIDs']) {
    throw 'Exchange Online did not return EwsAllowedAppIDs, so nobody knows what is on the list, and it was left as it is. Update the module (Update-Module ExchangeOnlineManagement), open a new PowerShell, sign in as an Exchange Administrator, and run this again.'
  }
  foreach ($value in @($config.EwsAllowedAppIDs)) {
    foreach ($id in ("$value" -split ',')) { if ($id.Trim()) { $id.Trim() } }
  }
}

Connect-ExchangeOnline{environment} -ShowBanner:$false -CommandName 'Get-OrganizationConfig', 'Set-OrganizationConfig'
$connections = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' })
if ($connections.Count -ne 1) { throw 'There is more than one connection to Exchange Online. Close the others with Disconnect-ExchangeOnline, and run this again.' }
if ("$($connections[0].TenantID)" -ne $tenant) { throw 'You are signed in to another tenant. Run Disconnect-ExchangeOnline, and then this again.' }

# 1. The list: read, merge, write, and look again.
# It always looks twice: another run may have read the list before our App ID was on it.
$quiet = 0
for ($try = 1; $quiet -lt 2; $try++) {
  if ($try -gt 30) { throw 'The list keeps being changed by somebody else. Find out who is doing that, and run this again.' }
  $now = @(Get-AllowedIds)
  $missing = @($add | Where-Object { $now -notcontains $_ })
  $kept = @($now | Where-Object { $remove -notcontains $_ })
  $want = @($kept) + @($missing)
  if ($want.Count -eq 0 -and $now.Count -gt 0) {
    Write-Warning 'An empty list would block every app, so the last App ID stays on it.'
    $want = $now
  }
  if ($missing.Count -eq 0 -and $want.Count -eq $now.Count) {
    $quiet++
  } else {
    $quiet = 0
    Write-Host "Before: $($now -join ',')"
    Write-Host "After:  $($want -join ',')"
    Set-OrganizationConfig -EwsAllowedAppIDs ($want -join ',')
  }
  if ($quiet -lt 2) {
    Write-Host 'Looking again within a minute, as somebody else may be changing the list.'
    Start-Sleep -Seconds (30 + (Get-Random -Maximum 30))
  }
}
Write-Host "The list is now: $(@(Get-AllowedIds) -join ',')"

# 2. EWS itself, which has to be on for the apps on the list, and only then.
if ($add.Count -gt 0 -and (Get-OrganizationConfig).EwsEnabled -ne $true) {
  if (-not $EnableEws) {
    Write-Warning 'EwsEnabled is not True, so EWS is off for the whole organization: Exchange Online or somebody here has turned it off.'
    Write-Warning 'Ask whoever decides that, and run this again with -EnableEws. Until then no app on the list can use EWS.'
    exit 2
  }
  Set-OrganizationConfig -EwsEnabled $true
  if ((Get-OrganizationConfig).EwsEnabled -ne $true) { throw 'EwsEnabled was set, and does not read as True. Run this again.' }
}
Write-Host 'Done. It can take {hours} hours to take effect. Then say in Slack that it is on the list.'
`
