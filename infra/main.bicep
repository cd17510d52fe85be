// BackOffice on Azure: one resource group, deployed by one identity, worked by another. README.md tells how.
targetScope = 'resourceGroup'

import { budgetType, networkType, scaleType, thresholdsType } from 'modules/types.bicep'

@description('Which environment this is; part of every name.')
param environmentName 'dev' | 'prod'

@description('Region of everything.')
param location string = resourceGroup().location

@description('Client id of the app registration: tokens must be meant for it.')
@minLength(36)
@maxLength(36)
param clientId string

@description('Tenant whose tokens are taken.')
@minLength(36)
@maxLength(36)
param tenantId string = tenant().tenantId

@description('Who gets alerts and warnings of the budget.')
@minLength(6)
param alertEmail string

@description('How far the app scales.')
param scale scaleType = { maximumInstances: 40, memoryMB: 2048, httpConcurrency: 100, alwaysReadyHttp: 0 }

@description('Whether instances are spread over the zones of the region. Not every region can.')
param zoneRedundant bool = false

@description('What a new package does to work under way: Recreate ends it (what it was doing comes again), RollingUpdate (in preview) lets it finish while both versions run side by side.')
param updateStrategy 'Recreate' | 'RollingUpdate' = 'Recreate'

@description('Copies of the data: in one data centre (LRS), in three zones (ZRS), and of these a second region far away (GRS, GZRS).')
param redundancy 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' = 'Standard_ZRS'

@description('A network of its own with private endpoints to the storage account; null: none, and the account is reached by its public address, with a token.')
param network networkType?

@description('Whether the storage account has a public address. With a network it needs none.')
param storagePublicAccess 'Enabled' | 'Disabled' = network == null ? 'Enabled' : 'Disabled'

@description('With a network and a public address: who else may call the storage account, as addresses or ranges.')
param storageAllowedIpRanges string[] = []

@description('Days for which the head hash of a night and a file that came in cannot be changed or deleted. Books are kept ten years from the end of the year (HGB §257), so eleven years of days: 11 · 365 + 3.')
@minValue(1)
@maxValue(146000)
param proofDays int = 4018

@description('The containers whose policies have been locked by hand (README, "Lock the proofs").')
param lockedContainers string[] = []

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('GB of logs a day, after which no more are taken until the next day (alerts are blind then); -1: no limit.')
@minValue(-1)
param logDailyCapGb int = -1

@description('Which calls to the storage account are logged. Reads are most of them and cost most.')
param storageLogs ('StorageRead' | 'StorageWrite' | 'StorageDelete')[] = ['StorageWrite', 'StorageDelete']

@description('When an alert goes out.')
param thresholds thresholdsType = { serverErrorPercent: 5, conflictPercent: 100, queueAgeSeconds: 900, nightHours: 30 }

@description('Monthly budget; null: none.')
param budget budgetType?

// The one list of tables, queues and containers; the app reads it too (functions/Kernel/Storage.cs).
var names = loadJsonContent('storage.json')
var packageContainer = 'deployments'
var proofContainers = ['head-hashes', 'originals']
var prefix = 'backoffice-${environmentName}'
var token = uniqueString(resourceGroup().id, environmentName)
var storageName = 'st${environmentName}${token}'
var proofsName = 'stproof${environmentName}${token}'
var insightsName = 'appi-${prefix}'
var workspaceName = 'log-${prefix}'
var functionAppName = 'func-${prefix}-${token}'
var tags = { application: 'backoffice', environment: environmentName, 'azd-env-name': environmentName }

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${prefix}'
  location: location
  tags: tags
}

module observation 'modules/observation.bicep' = {
  params: {
    location: location
    tags: tags
    workspaceName: workspaceName
    insightsName: insightsName
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

module storage 'modules/storage.bicep' = {
  params: {
    location: location
    tags: tags
    name: storageName
    redundancy: redundancy
    tables: names.tables
    queues: names.queues
    containers: filter(names.containers, container => !contains(proofContainers, container))
    publicAccess: storagePublicAccess
    defaultAction: network == null ? 'Allow' : 'Deny'
    allowedIpRanges: storageAllowedIpRanges
    workspaceId: observation.outputs.workspaceId
    logCategories: storageLogs
  }
}

// An account of their own: where a container is immutable the platform refuses to fail the account over to the other region, and the app must not be able to undo the policy.
module proofs 'modules/storage.bicep' = {
  params: {
    location: location
    tags: tags
    name: proofsName
    redundancy: redundancy
    tables: []
    queues: []
    containers: filter(names.containers, container => contains(proofContainers, container))
    immutability: { days: proofDays, locked: lockedContainers }
    publicAccess: storagePublicAccess
    defaultAction: network == null ? 'Allow' : 'Deny'
    allowedIpRanges: storageAllowedIpRanges
    workspaceId: observation.outputs.workspaceId
    logCategories: ['StorageRead', 'StorageWrite', 'StorageDelete']
  }
}

module roles 'modules/roles.bicep' = {
  params: {
    storageName: storageName
    proofsName: proofsName
    proofContainers: proofContainers
    insightsName: insightsName
    identityName: identity.name
  }
  dependsOn: [storage, proofs, observation]
}

module vnet 'modules/network.bicep' = if (network != null) {
  params: {
    location: location
    tags: tags
    name: 'vnet-${prefix}'
    network: network!
    storageName: storageName
    proofsName: proofsName
  }
  dependsOn: [storage, proofs]
}

module app 'modules/app.bicep' = {
  params: {
    location: location
    tags: tags
    planName: 'plan-${prefix}'
    name: functionAppName
    zoneRedundant: zoneRedundant
    scale: scale
    updateStrategy: updateStrategy
    identityName: identity.name
    storageName: storageName
    proofsName: proofsName
    packageContainer: packageContainer
    insightsName: insightsName
    tenantId: tenantId
    audience: clientId
    subnetId: vnet.?outputs.appSubnetId
    workspaceId: observation.outputs.workspaceId
  }
  // Its first start needs its rights.
  dependsOn: [roles]
}

module alerts 'modules/alerts.bicep' = {
  params: {
    location: location
    tags: tags
    prefix: prefix
    email: alertEmail
    thresholds: thresholds
    queues: names.queues
    workspaceId: observation.outputs.workspaceId
  }
}

module costs 'modules/budget.bicep' = if (budget != null) {
  params: {
    budget: budget!
    email: alertEmail
  }
}

@description('Name of the function app: packages are deployed to it.')
output functionAppName string = functionAppName

@description('Host name of the function app.')
output functionAppHostName string = app.outputs.hostName

@description('Name of the storage account.')
output storageAccountName string = storageName

@description('Name of the storage account of the proofs.')
output proofsAccountName string = proofsName

@description('Name of the Log Analytics workspace.')
output workspaceName string = workspaceName

@description('Name of the Application Insights resource.')
output insightsName string = insightsName

@description('Object id of the identity that the app works as.')
output principalId string = identity.properties.principalId
