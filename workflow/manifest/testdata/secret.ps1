#Requires -Version 5.1
#Requires -Modules Microsoft.Graph.Authentication
# Registers the application: small
# Tenant: 7d1f2b3c-0000-4000-8000-00000000000a
# Plan: SHA-256 949ac8b89bb4b8fd7da6fd6e7e40426a758506437e06e80744c4fc815a326824
#
# Read it before you run it. It signs you in and runs with your own rights.
# Where it stops, an error says why, and nothing after that was done.
# A character beyond ASCII is written as its number, as in \u00fc or <U+00FC>, and an @ in JSON as \u0040.
param([string]$Environment = 'Global')
$ErrorActionPreference = 'Stop'

# Assert-Id stops where a value is not one ID.
function Assert-Id($value, [string]$what) {
  if (@($value).Count -ne 1 -or "$value" -notmatch '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\z') { throw "Not found, or not just one: $what" }
}

# Invoke-Patiently tries again for twenty minutes: it can take that long until all of Entra knows what is new.
function Invoke-Patiently([scriptblock]$call) {
  for ($try = 1; ; $try++) {
    try { return & $call } catch { if ($try -ge 60) { throw }; Write-Host $_ }
    Write-Host "Try $try of 60 failed. If waiting can help, wait: the next try is in 20 seconds. Ctrl-C ends it."
    Start-Sleep -Seconds 20
  }
}

function Get-Graph([string]$path) {
  Invoke-MgGraphRequest -Method GET -Uri "$graph/v1.0$path" -OutputType PSObject
}

function Send-Graph([string]$method, [string]$path, [string]$body) {
  Invoke-MgGraphRequest -Method $method -Uri "$graph/v1.0$path" -Body $body -ContentType 'application/json' -OutputType PSObject
}

if ([Console]::IsOutputRedirected) { throw 'This shows a client secret. Run it in a terminal, so that the secret does not get into a file.' }
Connect-MgGraph -TenantId '7d1f2b3c-0000-4000-8000-00000000000a' -Environment $Environment -NoWelcome -Scopes 'User.Read', 'Application.ReadWrite.All'
$context = Get-MgContext
if ($context.TenantId -ne '7d1f2b3c-0000-4000-8000-00000000000a') { throw 'You are signed in to another tenant.' }
$graph = (Get-MgEnvironment -Name $context.Environment).GraphEndpoint.TrimEnd('/')

# 1. Look up what is there. Nothing is changed here.
Write-Host 'Look up what is there. Nothing is changed here.'
if (@((Get-Graph '/applications?$select=id&$filter=displayName%20eq%20%27small%27').value).Count -ne 0) { throw 'An application called small is there already. Choose another name, or delete it if it is what an earlier run of this left.' }

# 2. Register the application.
Write-Host 'Register the application.'
$made = Send-Graph POST '/applications' '{
  "displayName": "small",
  "notes": "From a plan of entra-app, SHA-256 949ac8b89bb4b8fd7da6fd6e7e40426a758506437e06e80744c4fc815a326824",
  "servicePrincipalLockConfiguration": {
    "isEnabled": true,
    "allProperties": true,
    "credentialsWithUsageVerify": true,
    "credentialsWithUsageSign": true,
    "tokenEncryptionKeyId": true
  },
  "web": {
    "redirectUris": []
  },
  "requiredResourceAccess": []
}'
$object = $made.id
$app = $made.appId
Assert-Id $object 'the new application'
Assert-Id $app 'the App ID of the new application'
Write-Host "App ID: $app"

# 3. Make its service principal, and show it under Enterprise applications.
Write-Host 'Make its service principal, and show it under Enterprise applications.'
$principal = (Invoke-Patiently { Send-Graph POST '/servicePrincipals' ('{
  "appId": "' + $app + '",
  "tags": [
    "WindowsAzureActiveDirectoryIntegratedApp"
  ],
  "appRoleAssignmentRequired": true
}') }).id
Assert-Id $principal 'the new service principal'

# 4. Make the client secret. It is shown once, and is nowhere else.
Write-Host 'Make the client secret. It is shown once, and is nowhere else.'
$until = [DateTime]::UtcNow.AddSeconds(7776000).ToString('s') + 'Z'
$password = Send-Graph POST ('/applications/' + $object + '/addPassword') ('{
  "passwordCredential": {
    "displayName": "entra-app",
    "endDateTime": "' + $until + '"
  }
}')
Write-Host "Valid until: $until"
Write-Host 'WARNING: the next line is the client secret. Put it into your vault now, and clear this terminal. It cannot be shown again.'
Write-Host $password.secretText
$password = $null

Write-Host "Done. App ID: $app"
