import { scaleType } from 'types.bicep'

@description('Where the app runs.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('Name of the plan.')
param planName string

@description('Name of the function app.')
@minLength(2)
@maxLength(60)
param name string

@description('Whether instances are spread over zones.')
param zoneRedundant bool

@description('How far it scales.')
param scale scaleType

@description('What a new package does to work under way: Recreate ends it, RollingUpdate lets it finish while both versions run side by side.')
param updateStrategy 'Recreate' | 'RollingUpdate'

@description('Name of the identity that the app works as.')
param identityName string

@description('Name of the storage account.')
param storageName string

@description('Name of the storage account of the head hashes.')
param proofsName string

@description('Container of the package.')
param packageContainer string

@description('Name of the Application Insights resource.')
param insightsName string

@description('Tenant whose tokens are taken.')
param tenantId string

@description('Audiences of the tokens, separated by commas.')
param audience string

@description('Id of the subnet that the app runs in; null: none.')
param subnetId string?

@description('Id of the Log Analytics workspace that keeps the logs.')
param workspaceId string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var settings = {
  AzureWebJobsStorage__accountName: storage.name
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.properties.clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identity.properties.clientId}'
  Proofs__accountName: proofsName
  Identity__Authority: '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
  Identity__Audience: audience
  Identity__Tenant: tenantId
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: zoneRedundant }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        maximumInstanceCount: scale.maximumInstances
        instanceMemoryMB: scale.memoryMB
        alwaysReady: scale.alwaysReadyHttp == 0 ? [] : [{ name: 'http', instanceCount: scale.alwaysReadyHttp }]
        triggers: { http: { perInstanceConcurrency: scale.httpConcurrency } }
      }
      // The platform has it, its published types do not yet.
      #disable-next-line BCP037
      siteUpdateStrategy: { type: updateStrategy }
    }
    siteConfig: {
      appSettings: map(items(settings), setting => { name: setting.key, value: setting.value })
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
    }
  }
}

// Nobody publishes with a password. There is no FTP on Flex Consumption; this keeps it so should the plan ever be another.
resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

resource scmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: site
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: [{ category: 'FunctionAppLogs', enabled: true }] }
}

@description('Host name of the app.')
output hostName string = site.properties.defaultHostName
