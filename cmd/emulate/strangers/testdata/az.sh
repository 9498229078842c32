# The main job with the Azure CLI alone. What it leaves is looked at in az_test.go.
set -euxo pipefail
graph=00000003-0000-0000-c000-000000000000

[ "$(az account list --query 'length(@)' -o tsv)" = 2 ]
[ "$(az ad signed-in-user show --query userPrincipalName -o tsv)" = ada@contoso.onmicrosoft.com ]
app=$(az ad app create --display-name "From az" --web-redirect-uris https://az.example.com/cb --query appId -o tsv)
object=$(az ad app show --id "$app" --query id -o tsv)
az ad app permission add --id "$app" --api $graph --api-permissions df021288-bdef-4463-88db-98f22de89214=Role 5f8c59db-677d-491f-a6b8-5f174b11ec1d=Scope
principal=$(az ad sp create --id "$app" --query id -o tsv)
az ad app permission grant --id "$app" --api $graph --scope "Group.Read.All User.Read" -o none
resource=$(az ad sp show --id $graph --query id -o tsv)
az rest --method post --url "https://graph.microsoft.com/v1.0/servicePrincipals/$resource/appRoleAssignedTo" \
  --body "{\"principalId\":\"$principal\",\"resourceId\":\"$resource\",\"appRoleId\":\"df021288-bdef-4463-88db-98f22de89214\"}" -o none
bea=$(az ad user show --id bea@contoso.onmicrosoft.com --query id -o tsv)
az ad app owner add --id "$app" --owner-object-id "$bea"
[ "$(az ad app owner list --id "$app" --query "contains([].displayName, 'Bea Lind')" -o tsv)" = true ]
az ad app credential reset --id "$app" --display-name second --query password -o tsv >/dev/null
az ad app credential reset --id "$app" --append --cert "@$CERT" -o none
az ad app update --id "$app" --set notes="Made with az"
[ "$(az ad app list --display-name "From az" --query '[].appId' -o tsv)" = "$app" ]
[ "$(az ad sp list --filter "appId eq '$app' or displayName eq 'nobody'" --query 'length(@)' -o tsv)" = 1 ]
az role assignment create --assignee "$app" --role Reader --scope /subscriptions/7d1f2b3c-0000-4000-8000-00000000000b -o none
[ "$(az role assignment list --assignee "$app" --scope /subscriptions/7d1f2b3c-0000-4000-8000-00000000000b --query '[].roleDefinitionName' -o tsv)" = Reader ]
az role assignment create --assignee "$app" --role Contributor --scope /subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/resourceGroups/Backup -o none
az role assignment create --assignee "$app" --role Reader --scope /providers/Microsoft.Management/managementGroups/platform -o none
[ "$(az role assignment list --assignee "$app" --scope /providers/Microsoft.Management/managementGroups/platform --query '[].roleDefinitionName' -o tsv)" = Reader ]
# The list of az drops what is inherited from a management group: Azure itself does not.
group=https://management.azure.com/subscriptions/7d1f2b3c-0000-4000-8000-00000000000b/resourceGroups/Backup
[ "$(az rest --method get --url "$group/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&\$filter=principalId%20eq%20'$principal'" \
  --query 'length(value)' -o tsv)" = 3 ]
other=$(az ad app create --display-name Other --query appId -o tsv)
az ad app delete --id "$other"
echo "APP $app $object"
