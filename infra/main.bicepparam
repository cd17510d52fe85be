using 'main.bicep'

// Read from the environment: azd keeps these for each of its environments, for az they are exported (README.md, "Deploy").
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param clientId = readEnvironmentVariable('BACKOFFICE_CLIENT_ID')
param alertEmail = readEnvironmentVariable('BACKOFFICE_ALERT_EMAIL')
param lockedContainers = filter(
  split(readEnvironmentVariable('BACKOFFICE_LOCKED_CONTAINERS', ''), ','),
  name => name != ''
)

var networkPrefix = readEnvironmentVariable('BACKOFFICE_NETWORK', '')
param network = networkPrefix == '' ? null : { addressPrefix: networkPrefix }

var sizes = {
  dev: {
    scale: { maximumInstances: 40, memoryMB: 2048, httpConcurrency: 100, alwaysReadyHttp: 0 }
    zoneRedundant: false
    redundancy: 'Standard_LRS'
    logRetentionDays: 30
    logDailyCapGb: 1
    storageLogs: ['StorageDelete']
    budget: 50
  }
  prod: {
    scale: { maximumInstances: 100, memoryMB: 4096, httpConcurrency: 100, alwaysReadyHttp: 1 }
    zoneRedundant: true
    redundancy: 'Standard_GZRS'
    logRetentionDays: 90
    logDailyCapGb: -1
    storageLogs: ['StorageWrite', 'StorageDelete']
    budget: 500
  }
}
var size = sizes[environmentName]
var redundancyChoice = readEnvironmentVariable('BACKOFFICE_REDUNDANCY', '')

param scale = size.scale
param zoneRedundant = size.zoneRedundant
param redundancy = redundancyChoice == '' ? size.redundancy : redundancyChoice
param logRetentionDays = size.logRetentionDays
param logDailyCapGb = size.logDailyCapGb
param storageLogs = size.storageLogs

var budgetStart = readEnvironmentVariable('BACKOFFICE_BUDGET_START', '')
param budget = budgetStart == '' ? null : { amount: size.budget, start: budgetStart }
