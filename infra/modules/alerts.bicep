import { thresholdsType } from 'types.bicep'

@description('Where the rules are kept.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('What the names begin with.')
param prefix string

@description('Who is told.')
@minLength(6)
param email string

@description('When.')
param thresholds thresholdsType

@description('Queues of the app; each has a poison queue.')
param queues string[]

@description('Id of the Log Analytics workspace that is asked.')
param workspaceId string

// Names of the app's metrics, meter BackOffice. The gauges have the dimension "queue", poison queues included.
var metric = {
  queueMessages: 'backoffice.queue.messages'
  queueAge: 'backoffice.queue.age'
  nightCompleted: 'backoffice.night.completed'
  nightAttention: 'backoffice.night.attention'
  ledgerConflicts: 'backoffice.ledger.conflicts'
  ledgerCommits: 'backoffice.ledger.commits'
}

var poison = 'let poison = dynamic(${string(map(queues, queue => '${queue}-poison'))});'

// A query answers one row for each thing that is wrong, and none when all is well.
var alerts = [
  {
    name: 'poison'
    description: 'A message could not be worked off. GET /api/operations/poison lists them; replay or discard it there.'
    severity: 1
    every: 'PT5M'
    window: 'PT15M'
    by: 'Queue'
    // The collector empties the poison queues each ten minutes, so the host's own word for it counts too.
    query: format(
      '''
{0}
union
  (AppMetrics | where Name == "{1}" and Sum > 0 | extend Queue = tostring(Properties.queue)),
  (AppTraces | where Message has "Moving message to queue" | extend Queue = extract("queue '([^']+)'", 1, Message))
| where Queue in (poison)
| summarize Seen = count() by Queue
''',
      poison,
      metric.queueMessages
    )
  }
  {
    name: 'queue-age'
    description: 'Messages wait too long: the app does not run, does not keep up, or a step fails again and again.'
    severity: 2
    every: 'PT5M'
    window: 'PT15M'
    by: 'Queue'
    query: format(
      '''
{0}
AppMetrics
| where Name == "{1}" and Sum > {2}
| extend Queue = tostring(Properties.queue)
| where Queue !in (poison)
| summarize Seconds = max(Sum) by Queue
''',
      poison,
      metric.queueAge,
      thresholds.queueAgeSeconds
    )
  }
  {
    name: 'night-attention'
    description: 'The checks of a night found a difference. GET /api/books/{book}/nights/{date} shows both numbers.'
    severity: 1
    every: 'PT15M'
    window: 'PT1H'
    by: ''
    query: format(
      '''
AppMetrics
| where Name == "{0}"
| summarize Nights = sum(Sum)
| where Nights > 0
''',
      metric.nightAttention
    )
  }
  {
    name: 'night-missing'
    description: 'No night of any book has ended for too long.'
    severity: 1
    every: 'PT1H'
    window: 'P2D'
    by: ''
    query: format(
      '''
AppMetrics
| where TimeGenerated > ago({0}h)
| where Name in ("{1}", "{2}")
| summarize Nights = countif(Sum > 0)
| where Nights == 0
''',
      thresholds.nightHours,
      metric.nightCompleted,
      metric.nightAttention
    )
  }
  {
    name: 'server-errors'
    description: 'Too many calls end in 5xx.'
    severity: 2
    every: 'PT5M'
    window: 'PT15M'
    by: ''
    query: format(
      '''
AppRequests
| extend Status = toint(ResultCode)
| where Status between (100 .. 599)
| summarize Calls = sum(ItemCount), Errors = sumif(ItemCount, Status >= 500)
| where Errors >= 5 and 100 * Errors > {0} * Calls
''',
      thresholds.serverErrorPercent
    )
  }
  {
    name: 'ledger-conflicts'
    description: 'Instances hinder each other on one book: let fewer post to it, or post in larger batches.'
    severity: 3
    every: 'PT5M'
    window: 'PT15M'
    by: ''
    query: format(
      '''
AppMetrics
| where Name in ("{0}", "{1}")
| summarize Conflicts = sumif(Sum, Name == "{0}"), Commits = sumif(Sum, Name == "{1}")
| where Conflicts >= 20 and 100 * Conflicts > {2} * Commits
''',
      metric.ledgerConflicts,
      metric.ledgerCommits,
      thresholds.conflictPercent
    )
  }
  {
    name: 'silence'
    description: 'The app has not counted its queues for half an hour: it does not run, or its telemetry does not arrive, and then no other alert can come.'
    severity: 1
    every: 'PT15M'
    window: 'PT30M'
    by: ''
    query: format(
      '''
AppMetrics
| where Name == "{0}"
| summarize Points = count()
| where Points == 0
''',
      metric.queueMessages
    )
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-operators'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'backoffice'
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource rule 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in alerts: {
    name: '${prefix}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${prefix}: ${alert.name}'
      description: alert.description
      severity: alert.severity
      enabled: true
      autoMitigate: true
      evaluationFrequency: alert.every
      windowSize: alert.window
      scopes: [workspaceId]
      // A new workspace does not know the app's tables before their first row.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: alert.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: alert.by == '' ? [] : [{ name: alert.by, operator: 'Include', values: ['*'] }]
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [group.id] }
    }
  }
]
