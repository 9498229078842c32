#Requires -Version 5.1
#Requires -Modules ExchangeOnlineManagement
# Changes which apps may use Exchange Web Services (EWS), for the application: M<U+00FC>ller's backup
# Tenant: 7d1f2b3c-0000-4000-8000-00000000000a
#
# Read it before you run it. It signs you in and runs with your own rights: it takes an
# Exchange Administrator. It may be run again, and while somebody else runs it for another app.
# With -EnableEws it also turns EWS on for the organization, for the apps on the list alone.
param([switch]$EnableEws)
$ErrorActionPreference = 'Stop'
$tenant = '7d1f2b3c-0000-4000-8000-00000000000a'
$add = @('8c2f1d3e-0a5b-4c8e-9d1f-2b7e6a4c9f10')
$remove = @('3f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b')

if ((Get-Date).ToUniversalTime() -ge [datetime]'2027-04-01') { throw 'Exchange Online has ended EWS. There is no list any more.' }

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

Connect-ExchangeOnline -ShowBanner:$false -CommandName 'Get-OrganizationConfig', 'Set-OrganizationConfig'
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
Write-Host 'Done. It can take 24 hours to take effect. Then say in Slack that it is on the list.'
