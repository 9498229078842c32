#!/usr/bin/env bash
# Registers the application: M<U+00FC>ller's backup
# Tenant: 7d1f2b3c-0000-4000-8000-00000000000a
# Plan: SHA-256 c38f5b867b14eb01e59e7eb3cf6dd0d4d8b7bcdaeb3d3181ba4f39aff3b64b0d
#
# Read it before you run it. It runs with your own rights, in bash on Linux, macOS,
# WSL or in Azure Cloud Shell, after: az login --tenant 7d1f2b3c-0000-4000-8000-00000000000a
# Where it stops, an error says why, and nothing after that was done.
# A character beyond ASCII is written as its number, as in \u00fc or <U+00FC>, and an @ in JSON as \u0040.
set -euo pipefail

say() { printf '%s\n' "$1"; }
fail() { printf '%s\n' "$1" >&2; exit 1; }

# known stops where $1 is not one ID.
known() {
  [[ $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]] || fail "Not found, or not just one: $2"
}

# patient tries again for twenty minutes: it can take that long until all of Entra knows what is new.
patient() {
  local try
  for try in {1..60}; do
    if "$@"; then return 0; fi
    printf 'Try %s of 60 failed. If waiting can help, wait: the next try is in 20 seconds. Ctrl-C ends it.\n' "$try" >&2
    sleep 20
  done
  return 1
}

[ "$(az account show --query tenantId --output tsv)" = '7d1f2b3c-0000-4000-8000-00000000000a' ] || fail 'You are signed in to another tenant. First: az login --tenant 7d1f2b3c-0000-4000-8000-00000000000a'
graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
graph=${graph%/}
[[ $graph =~ ^https://[a-z0-9.-]+(:[0-9]+)?$ ]] || fail 'az does not say where Microsoft Graph is.'
azure=$(az cloud show --query endpoints.resourceManager --output tsv)
azure=${azure%/}
[[ $azure =~ ^https://[a-z0-9.-]+(:[0-9]+)?$ ]] || fail 'az does not say where Azure Resource Manager is.'

# 1. Look up what is there. Nothing is changed here.
say 'Look up what is there. Nothing is changed here.'
[ "$(az rest --method get --url "$graph"'/v1.0/applications?$select=id&$filter=displayName%20eq%20%27M%C3%BCller%27%27s%20backup%27' --query 'length(value)' --output tsv)" = 0 ] || fail 'An application called M<U+00FC>ller'\''s backup is there already. Choose another name, or delete it if it is what an earlier run of this left.'
resource1=$(az rest --method get --url "$graph"'/v1.0/servicePrincipals(appId='\''00000003-0000-0000-c000-000000000000'\'')?$select=id' --query 'id' --output tsv)
known "$resource1" 'Microsoft Graph'
permission1=$(az rest --method get --url "$graph"'/v1.0/servicePrincipals/'"$resource1"'?$select=appRoles' --query 'appRoles[?value==`"Directory.Read.All"` && isEnabled && contains(allowedMemberTypes, '\''Application'\'')].id | [0]' --output tsv)
known "$permission1" 'the Application permission Directory.Read.All of Microsoft Graph'
permission2=$(az rest --method get --url "$graph"'/v1.0/servicePrincipals/'"$resource1"'?$select=oauth2PermissionScopes' --query 'oauth2PermissionScopes[?value==`"User.Read"` && isEnabled].id | [0]' --output tsv)
known "$permission2" 'the Delegated permission User.Read of Microsoft Graph'
permission3=$(az rest --method get --url "$graph"'/v1.0/servicePrincipals/'"$resource1"'?$select=oauth2PermissionScopes' --query 'oauth2PermissionScopes[?value==`"Group.Read.All"` && isEnabled].id | [0]' --output tsv)
known "$permission3" 'the Delegated permission Group.Read.All of Microsoft Graph'
resource2=$(az rest --method get --url "$graph"'/v1.0/servicePrincipals(appId='\''00000002-0000-0ff1-ce00-000000000000'\'')?$select=id' --query 'id' --output tsv)
known "$resource2" 'Office 365 Exchange Online'
permission4=$(az rest --method get --url "$graph"'/v1.0/servicePrincipals/'"$resource2"'?$select=appRoles' --query 'appRoles[?value==`"full_access_as_app"` && isEnabled && contains(allowedMemberTypes, '\''Application'\'')].id | [0]' --output tsv)
known "$permission4" 'the Application permission full_access_as_app of Office 365 Exchange Online'
resource3=$(az rest --method get --url "$graph"'/v1.0/servicePrincipals(appId='\''00000003-0000-0ff1-ce00-000000000000'\'')?$select=id' --query 'id' --output tsv)
known "$resource3" 'Office 365 SharePoint Online'
permission5=$(az rest --method get --url "$graph"'/v1.0/servicePrincipals/'"$resource3"'?$select=oauth2PermissionScopes' --query 'oauth2PermissionScopes[?value==`"AllSites.Read"` && isEnabled].id | [0]' --output tsv)
known "$permission5" 'the Delegated permission AllSites.Read of Office 365 SharePoint Online'
owner1=$(az rest --method get --url "$graph"'/v1.0/users?$select=id&$filter=userPrincipalName%20eq%20%27bea.o%27%27hara%40contoso.com%27%20or%20mail%20eq%20%27bea.o%27%27hara%40contoso.com%27' --query 'value[].id' --output tsv)
known "$owner1" 'the user bea.o'\''hara@contoso.com'

# 2. Register the application.
say 'Register the application.'
made=$(az rest --method post --url "$graph"'/v1.0/applications' --body '{
  "displayName": "M\u00fcller'\''s backup",
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
          "id": "'"$permission1"'",
          "type": "Role"
        },
        {
          "id": "'"$permission2"'",
          "type": "Scope"
        },
        {
          "id": "'"$permission3"'",
          "type": "Scope"
        }
      ]
    },
    {
      "resourceAppId": "00000002-0000-0ff1-ce00-000000000000",
      "resourceAccess": [
        {
          "id": "'"$permission4"'",
          "type": "Role"
        }
      ]
    },
    {
      "resourceAppId": "00000003-0000-0ff1-ce00-000000000000",
      "resourceAccess": [
        {
          "id": "'"$permission5"'",
          "type": "Scope"
        }
      ]
    }
  ]
}' --query 'join('\'' '\'', [id, appId])' --output tsv)
object=${made% *}
app=${made#* }
known "$object" 'the new application'
known "$app" 'the App ID of the new application'
say "App ID: $app"

# 3. Make its service principal, and show it under Enterprise applications.
say 'Make its service principal, and show it under Enterprise applications.'
principal=$(patient az rest --method post --url "$graph"'/v1.0/servicePrincipals' --body '{
  "appId": "'"$app"'",
  "tags": [
    "WindowsAzureActiveDirectoryIntegratedApp"
  ]
}' --query id --output tsv)
known "$principal" 'the new service principal'

# 4. Add the owners.
say 'Add the owners.'
# Owner: Bea, bea.o'hara@contoso.com
[ "$(patient az rest --method get --url "$graph"'/v1.0/applications/'"$object"'/owners?$select=id' --query "contains(value[].id, '$owner1')" --output tsv)" = true ] ||
patient az rest --method post --url "$graph"'/v1.0/applications/'"$object"'/owners/$ref' --body '{
  "@odata.id": "'"$graph"'/v1.0/directoryObjects/'"$owner1"'"
}' --output none

# 5. Offer its scopes as api://<App ID>, and ask for those that it needs itself.
say 'Offer its scopes as api://<App ID>, and ask for those that it needs itself.'
# Scope: access_as_user: Use the backup
# Scope: restore.all: Restore
patient az rest --method patch --url "$graph"'/v1.0/applications/'"$object" --body '{
  "identifierUris": [
    "api://'"$app"'",
    "api://'"$app"'/restore",
    "api://7d1f2b3c-0000-4000-8000-00000000000a/backup"
  ],
  "requiredResourceAccess": [
    {
      "resourceAppId": "00000003-0000-0000-c000-000000000000",
      "resourceAccess": [
        {
          "id": "'"$permission1"'",
          "type": "Role"
        },
        {
          "id": "'"$permission2"'",
          "type": "Scope"
        },
        {
          "id": "'"$permission3"'",
          "type": "Scope"
        }
      ]
    },
    {
      "resourceAppId": "00000002-0000-0ff1-ce00-000000000000",
      "resourceAccess": [
        {
          "id": "'"$permission4"'",
          "type": "Role"
        }
      ]
    },
    {
      "resourceAppId": "00000003-0000-0ff1-ce00-000000000000",
      "resourceAccess": [
        {
          "id": "'"$permission5"'",
          "type": "Scope"
        }
      ]
    },
    {
      "resourceAppId": "'"$app"'",
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
}' --output none

# 6. Name the clients that need no consent for its scopes.
say 'Name the clients that need no consent for its scopes.'
patient az rest --method patch --url "$graph"'/v1.0/applications/'"$object" --body '{
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
}' --output none

# 7. Consent to its application permissions.
say 'Consent to its application permissions.'
# Permission: Microsoft Graph, Directory.Read.All. Why: Finds users and groups.
patient az rest --method post --url "$graph"'/v1.0/servicePrincipals/'"$resource1"'/appRoleAssignedTo' --body '{
  "principalId": "'"$principal"'",
  "resourceId": "'"$resource1"'",
  "appRoleId": "'"$permission1"'"
}' --output none
# Permission: Office 365 Exchange Online, full_access_as_app. Why: Reads mailboxes.
patient az rest --method post --url "$graph"'/v1.0/servicePrincipals/'"$resource2"'/appRoleAssignedTo' --body '{
  "principalId": "'"$principal"'",
  "resourceId": "'"$resource2"'",
  "appRoleId": "'"$permission4"'"
}' --output none

# 8. Consent to its delegated permissions, for all users.
say 'Consent to its delegated permissions, for all users.'
# Permission: Microsoft Graph, User.Read. Why: Lets people sign in.
# Permission: Microsoft Graph, Group.Read.All
patient az rest --method post --url "$graph"'/v1.0/oauth2PermissionGrants' --body '{
  "clientId": "'"$principal"'",
  "consentType": "AllPrincipals",
  "resourceId": "'"$resource1"'",
  "scope": "User.Read Group.Read.All"
}' --output none
# Permission: Office 365 SharePoint Online, AllSites.Read. Why: Reads sites.
patient az rest --method post --url "$graph"'/v1.0/oauth2PermissionGrants' --body '{
  "clientId": "'"$principal"'",
  "consentType": "AllPrincipals",
  "resourceId": "'"$resource3"'",
  "scope": "AllSites.Read"
}' --output none
# Permission: The app itself, access_as_user. Why: The portal calls its own interface.
patient az rest --method post --url "$graph"'/v1.0/oauth2PermissionGrants' --body '{
  "clientId": "'"$principal"'",
  "consentType": "AllPrincipals",
  "resourceId": "'"$principal"'",
  "scope": "access_as_user"
}' --output none

# 9. Give it its directory roles.
say 'Give it its directory roles.'
# Role: Global Reader. Why: Reads settings.
patient az rest --method post --url "$graph"'/v1.0/roleManagement/directory/roleAssignments' --body '{
  "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
  "roleDefinitionId": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  "principalId": "'"$principal"'",
  "directoryScopeId": "/"
}' --output none

# 10. Give it its roles in Azure.
say 'Give it its roles in Azure.'
# Role: Contributor. Why: Makes workers.
patient az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --role '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c' --scope '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b' --output none
patient az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --role '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c' --scope '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c' --output none
# Role: Snapshots. Why: Takes snapshots.
patient az rest --method put --url "$azure"'/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/providers/Microsoft.Authorization/roleDefinitions/9f26f74a-0061-5a38-82b2-7d74ef0e6d52?api-version=2022-04-01' --body '{
  "properties": {
    "roleName": "Snapshots (M\u00fcller'\''s backup)",
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
}' --output none
patient az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --role '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/providers/Microsoft.Authorization/roleDefinitions/9f26f74a-0061-5a38-82b2-7d74ef0e6d52' --scope '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b' --output none
patient az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal --role '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c/providers/Microsoft.Authorization/roleDefinitions/9f26f74a-0061-5a38-82b2-7d74ef0e6d52' --scope '/subscriptions/7d1f2b3c-0000-4000-8000-00000000000c' --output none

# 11. Add the public certificate. Whoever has its private key can sign in as the app.
say 'Add the public certificate. Whoever has its private key can sign in as the app.'
# Certificate: CN=leaf, SHA-1 86FE19215936BD13E5F78EED2CB2CFCD8E8FF457
patient az rest --method patch --url "$graph"'/v1.0/applications/'"$object" --body '{
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
}' --output none

say "Done. App ID: $app"
