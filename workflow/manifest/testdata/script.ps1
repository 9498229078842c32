#Requires -Version 5.1
#Requires -Modules Microsoft.Graph.Authentication, Az.Accounts
# Registers the application: M<U+00FC>ller's backup
# Tenant: 7d1f2b3c-0000-4000-8000-00000000000a
# Plan: SHA-256 c38f5b867b14eb01e59e7eb3cf6dd0d4d8b7bcdaeb3d3181ba4f39aff3b64b0d
#
# Read it before you run it. It signs you in and runs with your own rights.
# Where it stops, an error says why, and nothing after that was done.
# A character beyond ASCII is written as its number, as in \u00fc or <U+00FC>, and an @ in JSON as \u0040.
param([string]$Environment = 'Global', [string]$AzureEnvironment = 'AzureCloud')
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

function Send-Azure([string]$path, [string]$body) {
  $answer = Invoke-AzRestMethod -Method PUT -Path $path -Payload $body
  if ($answer.StatusCode -ge 300) { throw "Azure answered $($answer.StatusCode): $($answer.Content)" }
}

Connect-MgGraph -TenantId '7d1f2b3c-0000-4000-8000-00000000000a' -Environment $Environment -NoWelcome -Scopes 'User.Read', 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All', 'RoleManagement.ReadWrite.Directory', 'User.ReadBasic.All'
$context = Get-MgContext
if ($context.TenantId -ne '7d1f2b3c-0000-4000-8000-00000000000a') { throw 'You are signed in to another tenant.' }
$graph = (Get-MgEnvironment -Name $context.Environment).GraphEndpoint.TrimEnd('/')
Connect-AzAccount -Tenant '7d1f2b3c-0000-4000-8000-00000000000a' -Environment $AzureEnvironment | Out-Null
if ((Get-AzContext).Tenant.Id -ne '7d1f2b3c-0000-4000-8000-00000000000a') { throw 'You are signed in to another tenant in Azure.' }

# 1. Look up what is there. Nothing is changed here.
Write-Host 'Look up what is there. Nothing is changed here.'
if (@((Get-Graph '/applications?$select=id&$filter=displayName%20eq%20%27M%C3%BCller%27%27s%20backup%27').value).Count -ne 0) { throw 'An application called M<U+00FC>ller''s backup is there already. Choose another name, or delete it if it is what an earlier run of this left.' }
$resource1Object = Get-Graph '/servicePrincipals(appId=''00000003-0000-0000-c000-000000000000'')?$select=id,appRoles,oauth2PermissionScopes'
$resource1 = $resource1Object.id
Assert-Id $resource1 'Microsoft Graph'
$permission1 = ($resource1Object.appRoles | Where-Object { $_.value -ceq 'Directory.Read.All' -and $_.isEnabled -and $_.allowedMemberTypes -contains 'Application' }).id
Assert-Id $permission1 'the Application permission Directory.Read.All of Microsoft Graph'
$permission2 = ($resource1Object.oauth2PermissionScopes | Where-Object { $_.value -ceq 'User.Read' -and $_.isEnabled }).id
Assert-Id $permission2 'the Delegated permission User.Read of Microsoft Graph'
$permission3 = ($resource1Object.oauth2PermissionScopes | Where-Object { $_.value -ceq 'Group.Read.All' -and $_.isEnabled }).id
Assert-Id $permission3 'the Delegated permission Group.Read.All of Microsoft Graph'
$resource2Object = Get-Graph '/servicePrincipals(appId=''00000002-0000-0ff1-ce00-000000000000'')?$select=id,appRoles,oauth2PermissionScopes'
$resource2 = $resource2Object.id
Assert-Id $resource2 'Office 365 Exchange Online'
$permission4 = ($resource2Object.appRoles | Where-Object { $_.value -ceq 'full_access_as_app' -and $_.isEnabled -and $_.allowedMemberTypes -contains 'Application' }).id
Assert-Id $permission4 'the Application permission full_access_as_app of Office 365 Exchange Online'
$resource3Object = Get-Graph '/servicePrincipals(appId=''00000003-0000-0ff1-ce00-000000000000'')?$select=id,appRoles,oauth2PermissionScopes'
$resource3 = $resource3Object.id
Assert-Id $resource3 'Office 365 SharePoint Online'
$permission5 = ($resource3Object.oauth2PermissionScopes | Where-Object { $_.value -ceq 'AllSites.Read' -and $_.isEnabled }).id
Assert-Id $permission5 'the Delegated permission AllSites.Read of Office 365 SharePoint Online'
$owner1 = (Get-Graph '/users?$select=id&$filter=userPrincipalName%20eq%20%27bea.o%27%27hara%40contoso.com%27%20or%20mail%20eq%20%27bea.o%27%27hara%40contoso.com%27').value.id
Assert-Id $owner1 'the user bea.o''hara@contoso.com'

# 2. Register the application.
Write-Host 'Register the application.'
$made = Send-Graph POST '/applications' ('{
  "displayName": "M\u00fcller''s backup",
  "notes": "From a plan of entra-app, SHA-256 c38f5b867b14eb01e59e7eb3cf6dd0d4d8b7bcdaeb3d3181ba4f39aff3b64b0d",
  "signInAudience": "AzureADMyOrg",
  "servicePrincipalLockConfiguration": {
    "isEnabled": true,
    "allProperties": true,
    "credentialsWithUsageVerify": true,
    "credentialsWithUsageSign": true,
    "tokenEncryptionKeyId": true
  },
  "isFallbackPublicClient": true,
  "web": {
    "redirectUris": [
      "https://backup.example.com/cb?x=\u00401",
      "https://localhost"
    ]
  },
  "spa": {
    "redirectUris": [
      "https://backup.example.com:4443"
    ]
  },
  "publicClient": {
    "redirectUris": [
      "http://localhost"
    ]
  },
  "appRoles": [
    {
      "id": "55723d8d-07f4-59e9-aa1a-fb4414fefa5d",
      "value": "Restore.Run",
      "displayName": "Restore operators",
      "description": "Restore for others.",
      "isEnabled": true,
      "allowedMemberTypes": [
        "User",
        "Application"
      ]
    },
    {
      "id": "e5b252d7-40ea-57d3-9a01-503c40634fb7",
      "value": "Audit",
      "displayName": "Auditors",
      "description": "Read what was restored.",
      "isEnabled": true,
      "allowedMemberTypes": [
        "User"
      ]
    }
  ],
  "optionalClaims": {
    "idToken": [
      {
        "name": "email",
        "source": null,
        "essential": true,
        "additionalProperties": []
      }
    ],
    "accessToken": [
      {
        "name": "groups",
        "source": null,
        "essential": false,
        "additionalProperties": [
          "sam_account_name"
        ]
      },
      {
        "name": "extension_x",
        "source": "user",
        "essential": false,
        "additionalProperties": []
      }
    ],
    "saml2Token": []
  },
  "requiredResourceAccess": [
    {
      "resourceAppId": "00000003-0000-0000-c000-000000000000",
      "resourceAccess": [
        {
          "id": "' + $permission1 + '",
          "type": "Role"
        },
        {
          "id": "' + $permission2 + '",
          "type": "Scope"
        },
        {
          "id": "' + $permission3 + '",
          "type": "Scope"
        }
      ]
    },
    {
      "resourceAppId": "00000002-0000-0ff1-ce00-000000000000",
      "resourceAccess": [
        {
          "id": "' + $permission4 + '",
          "type": "Role"
        }
      ]
    },
    {
      "resourceAppId": "00000003-0000-0ff1-ce00-000000000000",
      "resourceAccess": [
        {
          "id": "' + $permission5 + '",
          "type": "Scope"
        }
      ]
    }
  ]
}')
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
  ]
}') }).id
Assert-Id $principal 'the new service principal'

# 4. Add the owners.
Write-Host 'Add the owners.'
# - Owner: Bea, bea.o'hara@contoso.com
if ((Invoke-Patiently { Get-Graph ('/applications/' + $object + '/owners?$select=id') }).value.id -notcontains $owner1) {
Invoke-Patiently { Send-Graph POST ('/applications/' + $object + '/owners/$ref') ('{
  "@odata.id": "' + $graph + '/v1.0/directoryObjects/' + $owner1 + '"
}') } | Out-Null
}

# 5. Offer its scopes as api://<App ID>, and ask for those that it needs itself.
Write-Host 'Offer its scopes as api://<App ID>, and ask for those that it needs itself.'
# - Scope: access_as_user: Use the backup
# - Scope: restore.all: Restore
Invoke-Patiently { Send-Graph PATCH ('/applications/' + $object) ('{
  "identifierUris": [
    "api://' + $app + '",
    "api://' + $app + '/restore",
    "api://7d1f2b3c-0000-4000-8000-00000000000a/backup"
  ],
  "requiredResourceAccess": [
    {
      "resourceAppId": "00000003-0000-0000-c000-000000000000",
      "resourceAccess": [
        {
          "id": "' + $permission1 + '",
          "type": "Role"
        },
        {
          "id": "' + $permission2 + '",
          "type": "Scope"
        },
        {
          "id": "' + $permission3 + '",
          "type": "Scope"
        }
      ]
    },
    {
      "resourceAppId": "00000002-0000-0ff1-ce00-000000000000",
      "resourceAccess": [
        {
          "id": "' + $permission4 + '",
          "type": "Role"
        }
      ]
    },
    {
      "resourceAppId": "00000003-0000-0ff1-ce00-000000000000",
      "resourceAccess": [
        {
          "id": "' + $permission5 + '",
          "type": "Scope"
        }
      ]
    },
    {
      "resourceAppId": "' + $app + '",
      "resourceAccess": [
        {
          "id": "284ae04f-597b-5f2c-998f-4ec95b645a9d",
          "type": "Scope"
        }
      ]
    }
  ],
  "api": {
    "requestedAccessTokenVersion": 2,
    "oauth2PermissionScopes": [
      {
        "id": "284ae04f-597b-5f2c-998f-4ec95b645a9d",
        "value": "access_as_user",
        "type": "User",
        "isEnabled": true,
        "adminConsentDisplayName": "Use the backup",
        "adminConsentDescription": "Use the backup as the signed-in person.",
        "userConsentDisplayName": "Use the backup",
        "userConsentDescription": "Use the backup as the signed-in person."
      },
      {
        "id": "4a890088-faa3-5ef7-89ec-25c83defcb2f",
        "value": "restore.all",
        "type": "Admin",
        "isEnabled": true,
        "adminConsentDisplayName": "Restore",
        "adminConsentDescription": "Restore what anybody lost.",
        "userConsentDisplayName": "Restore yours",
        "userConsentDescription": "Restore what you lost."
      }
    ]
  }
}') } | Out-Null

# 6. Name the clients that need no consent for its scopes.
Write-Host 'Name the clients that need no consent for its scopes.'
Invoke-Patiently { Send-Graph PATCH ('/applications/' + $object) '{
  "api": {
    "requestedAccessTokenVersion": 2,
    "oauth2PermissionScopes": [
      {
        "id": "284ae04f-597b-5f2c-998f-4ec95b645a9d",
        "value": "access_as_user",
        "type": "User",
        "isEnabled": true,
        "adminConsentDisplayName": "Use the backup",
        "adminConsentDescription": "Use the backup as the signed-in person.",
        "userConsentDisplayName": "Use the backup",
        "userConsentDescription": "Use the backup as the signed-in person."
      },
      {
        "id": "4a890088-faa3-5ef7-89ec-25c83defcb2f",
        "value": "restore.all",
        "type": "Admin",
        "isEnabled": true,
        "adminConsentDisplayName": "Restore",
        "adminConsentDescription": "Restore what anybody lost.",
        "userConsentDisplayName": "Restore yours",
        "userConsentDescription": "Restore what you lost."
      }
    ],
    "preAuthorizedApplications": [
      {
        "appId": "7d1f2b3c-0000-4000-8000-00000000000d",
        "delegatedPermissionIds": [
          "284ae04f-597b-5f2c-998f-4ec95b645a9d"
        ]
      }
    ]
  }
}' } | Out-Null

# 7. Consent to its application permissions.
Write-Host 'Consent to its application permissions.'
# - Permission: Microsoft Graph, Directory.Read.All. Why: Finds users and groups.
Invoke-Patiently { Send-Graph POST ('/servicePrincipals/' + $resource1 + '/appRoleAssignedTo') ('{
  "principalId": "' + $principal + '",
  "resourceId": "' + $resource1 + '",
  "appRoleId": "' + $permission1 + '"
}') } | Out-Null
# - Permission: Office 365 Exchange Online, full_access_as_app. Why: Reads mailboxes.
Invoke-Patiently { Send-Graph POST ('/servicePrincipals/' + $resource2 + '/appRoleAssignedTo') ('{
  "principalId": "' + $principal + '",
  "resourceId": "' + $resource2 + '",
  "appRoleId": "' + $permission4 + '"
}') } | Out-Null

# 8. Consent to its delegated permissions, for all users.
Write-Host 'Consent to its delegated permissions, for all users.'
# - Permission: Microsoft Graph, User.Read. Why: Lets people sign in.
# - Permission: Microsoft Graph, Group.Read.All
Invoke-Patiently { Send-Graph POST '/oauth2PermissionGrants' ('{
  "clientId": "' + $principal + '",
  "consentType": "AllPrincipals",
  "resourceId": "' + $resource1 + '",
  "scope": "User.Read Group.Read.All"
}') } | Out-Null
# - Permission: Office 365 SharePoint Online, AllSites.Read. Why: Reads sites.
Invoke-Patiently { Send-Graph POST '/oauth2PermissionGrants' ('{
  "clientId": "' + $principal + '",
  "consentType": "AllPrincipals",
  "resourceId": "' + $resource3 + '",
  "scope": "AllSites.Read"
}') } | Out-Null
# - Permission: The app itself, access_as_user. Why: The portal calls its own interface.
Invoke-Patiently { Send-Graph POST '/oauth2PermissionGrants' ('{
  "clientId": "' + $principal + '",
  "consentType": "AllPrincipals",
  "resourceId": "' + $principal + '",
  "scope": "access_as_user"
}') } | Out-Null

# 9. Give it its directory roles.
Write-Host 'Give it its directory roles.'
# - Role: Global Reader. Why: Reads settings.
Invoke-Patiently { Send-Graph POST '/roleManagement/directory/roleAssignments' ('{
  "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
  "roleDefinitionId": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  "principalId": "' + $principal + '",
  "directoryScopeId": "/"
}') } | Out-Null

# 10. Give it its roles in Azure.
Write-Host 'Give it its roles in Azure.'
# - Role: Contributor. Why: Makes workers.
$assignment1 = [guid]::NewGuid().ToString()
Invoke-Patiently { Send-Azure ('/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/providers/Microsoft.Authorization/roleAssignments/' + $assignment1 + '?api-version=2022-04-01') ('{
  "properties": {
    "roleDefinitionId": "/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
    "principalId": "' + $principal + '",
    "principalType": "ServicePrincipal"
  }
}') }
$assignment2 = [guid]::NewGuid().ToString()
Invoke-Patiently { Send-Azure ('/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c/providers/Microsoft.Authorization/roleAssignments/' + $assignment2 + '?api-version=2022-04-01') ('{
  "properties": {
    "roleDefinitionId": "/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
    "principalId": "' + $principal + '",
    "principalType": "ServicePrincipal"
  }
}') }
# - Role: Snapshots. Why: Takes snapshots.
Invoke-Patiently { Send-Azure '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/providers/Microsoft.Authorization/roleDefinitions/9f26f74a-0061-5a38-82b2-7d74ef0e6d52?api-version=2022-04-01' '{
  "properties": {
    "roleName": "Snapshots (M\u00fcller''s backup)",
    "description": "Takes snapshots.",
    "type": "CustomRole",
    "assignableScopes": [
      "/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b",
      "/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c"
    ],
    "permissions": [
      {
        "actions": [
          "Microsoft.Compute/snapshots/*"
        ],
        "notActions": [],
        "dataActions": [
          "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
        ],
        "notDataActions": []
      }
    ]
  }
}' }
$assignment3 = [guid]::NewGuid().ToString()
Invoke-Patiently { Send-Azure ('/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/providers/Microsoft.Authorization/roleAssignments/' + $assignment3 + '?api-version=2022-04-01') ('{
  "properties": {
    "roleDefinitionId": "/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/providers/Microsoft.Authorization/roleDefinitions/9f26f74a-0061-5a38-82b2-7d74ef0e6d52",
    "principalId": "' + $principal + '",
    "principalType": "ServicePrincipal"
  }
}') }
$assignment4 = [guid]::NewGuid().ToString()
Invoke-Patiently { Send-Azure ('/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c/providers/Microsoft.Authorization/roleAssignments/' + $assignment4 + '?api-version=2022-04-01') ('{
  "properties": {
    "roleDefinitionId": "/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c/providers/Microsoft.Authorization/roleDefinitions/9f26f74a-0061-5a38-82b2-7d74ef0e6d52",
    "principalId": "' + $principal + '",
    "principalType": "ServicePrincipal"
  }
}') }

# 11. Add the public certificate. Whoever has its private key can sign in as the app.
Write-Host 'Add the public certificate. Whoever has its private key can sign in as the app.'
# - Certificate: CN=leaf, SHA-1 86FE19215936BD13E5F78EED2CB2CFCD8E8FF457
Invoke-Patiently { Send-Graph PATCH ('/applications/' + $object) '{
  "keyCredentials": [
    {
      "type": "AsymmetricX509Cert",
      "usage": "Verify",
      "displayName": "CN=leaf",
      "startDateTime": "2026-01-01T00:00:00Z",
      "endDateTime": "2027-01-01T00:00:00Z",
      "key": "MIICPjCCAeOgAwIBAgIUWtQK+2xU6pZCnvjqfRCQeJTKI9wwCgYIKoZIzj0EAwIwETEPMA0GA1UEAwwGbWlkZGxlMB4XDTI2MDEwMTAwMDAwMFoXDTI3MDEwMTAwMDAwMFowDzENMAsGA1UEAwwEbGVhZjCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBALSgXT4MMBgSuHbY8zZEWL8bMwbXHHvhS4VBSOVUEzipgm4W+6sUVz32DF0EyGhIniyuHUMOEJFmICwa19Hgi9yEv5J+dZVrq3EpKkEEmY9RyiCtCp6dlYUylUDd8eCgwgrPOALjI7GRgf6ke8/s3Pj6R2CmFwjiUFnNDq6auEDRrWeXYGKcbXmNjvBkEvptz7fO++iwnGbhnuPAAEEP6Qr5WWmVkgtMYQKXGusdoAkFvGJ6ZFJMfX2OLxaxzfMxCLxqt64Rno53eYYONXTF+7SAFL/4mNllraITHivyNYfP+Ez1IfrPZEoQwGNQeaKfo7x4BrUGWkis15yWdFhxP3UCAwEAAaNQME4wDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQUz3Rt2UgJcUSmvYc08/ZJkIlhL/QwHwYDVR0jBBgwFoAU75s3IJZG3C/guWoyJCOlC5PSGigwCgYIKoZIzj0EAwIDSQAwRgIhAMmCd5tNTuQ7T7rydDEqiiB37YfNA2BwBmkh38Xy5Q/sAiEAoWUc6HW/Mb+J8Q30y2Ia9yvyq6KOIm+c72ynaPUTAL8="
    }
  ]
}' } | Out-Null

Write-Host "Done. App ID: $app"
