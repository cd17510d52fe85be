@description('Name of the storage account.')
param storageName string

@description('Name of the storage account of the proofs.')
param proofsName string

@description('Containers of the proofs.')
param proofContainers string[]

@description('Name of the Application Insights resource.')
param insightsName string

@description('Name of the identity that gets the roles.')
param identityName string

// All that the app may do, and where. Blob Data Owner is what the Functions host needs for its leases and the package; it covers the policies of containers too, hence not for the proofs.
var roles = [
  { on: 'storage', name: 'Storage Blob Data Owner', id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' }
  { on: 'storage', name: 'Storage Queue Data Contributor', id: '974c5e8b-45b9-4653-ba55-5f855dd0fb88' }
  { on: 'storage', name: 'Storage Table Data Contributor', id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' }
  { on: 'insights', name: 'Monitoring Metrics Publisher', id: '3913510d-42f4-4e42-8a64-420c390055eb' }
]

var onContainers = { name: 'Storage Blob Data Contributor', id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe' }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageName
}

resource proofs 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: proofsName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource containers 'containers' existing = [
      for container in proofContainers: {
        name: container
      }
    ]
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// A loop has one kind of scope, hence three over the one table.
resource onStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in filter(roles, role => role.on == 'storage'): {
    scope: storage
    name: guid(storage.id, identity.id, role.id)
    properties: {
      description: role.name
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.id)
    }
  }
]

resource onProofs 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (container, i) in proofContainers: {
    scope: proofs::blobs::containers[i]
    name: guid(proofs::blobs::containers[i].id, identity.id, onContainers.id)
    properties: {
      description: onContainers.name
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', onContainers.id)
    }
  }
]

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in filter(roles, role => role.on == 'insights'): {
    scope: insights
    name: guid(insights.id, identity.id, role.id)
    properties: {
      description: role.name
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.id)
    }
  }
]
