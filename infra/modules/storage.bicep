import { immutabilityType } from 'types.bicep'

@description('Where the account is.')
param location string

@description('Tags of the account.')
param tags { *: string }

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('Copies of the data: in one data centre (LRS), in three zones (ZRS), and of these a second region far away (GRS, GZRS).')
param redundancy 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'

@description('Tables of the app.')
param tables string[]

@description('Queues of the app; beside each its poison queue is made.')
param queues string[]

@description('Blob containers of the app.')
param containers string[]

@description('Whether their blobs can be changed or deleted; null: they can.')
param immutability immutabilityType?

@description('Whether the account is reached from the internet (with a token) or by private endpoints only.')
param publicAccess 'Enabled' | 'Disabled'

@description('What happens to calls that no rule names.')
param defaultAction 'Allow' | 'Deny'

@description('Addresses or ranges that may call when the others may not.')
param allowedIpRanges string[]

@description('Id of the Log Analytics workspace that keeps the logs.')
param workspaceId string

@description('Which calls are logged. Reads are most of them and cost most.')
param logCategories ('StorageRead' | 'StorageWrite' | 'StorageDelete')[]

var logs = [for category in logCategories: { category: category, enabled: true }]

resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    networkAcls: {
      bypass: 'None'
      defaultAction: defaultAction
      ipRules: [for range in allowedIpRanges: { action: 'Allow', value: range }]
    }
    publicNetworkAccess: publicAccess
    supportsHttpsTrafficOnly: true
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-04-01' = {
  parent: account
  name: 'default'
  properties: {
    containerDeleteRetentionPolicy: { enabled: true, days: 14 }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-04-01' = [
  for item in containers: {
    parent: blobs
    name: item
    properties: { publicAccess: 'None' }
  }
]

resource policy 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2026-04-01' = [
  for (item, i) in containers: if (immutability != null && !contains(immutability!.locked, item)) {
    parent: container[i]
    name: 'default'
    properties: {
      allowProtectedAppendWrites: false
      immutabilityPeriodSinceCreationInDays: immutability!.days
    }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2026-04-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2026-04-01' = [
  for item in concat(queues, map(queues, queue => '${queue}-poison')): {
    parent: queueService
    name: item
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2026-04-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-04-01' = [
  for item in tables: {
    parent: tableService
    name: item
  }
]

resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: logs }
}

resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(queues)) {
  scope: queueService
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: logs }
}

resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(tables)) {
  scope: tableService
  name: 'to-workspace'
  properties: { workspaceId: workspaceId, logs: logs }
}
