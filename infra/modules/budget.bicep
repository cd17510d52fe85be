import { budgetType } from 'types.bicep'

@description('Amount and start.')
param budget budgetType

@description('Who is told.')
@minLength(6)
param email string

var notice = { enabled: true, operator: 'GreaterThanOrEqualTo', contactEmails: [email] }

resource monthly 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: 'backoffice-monthly'
  properties: {
    amount: budget.amount
    category: 'Cost'
    timeGrain: 'Monthly'
    timePeriod: { startDate: budget.start }
    notifications: {
      spent80: { ...notice, threshold: 80, thresholdType: 'Actual' }
      spent100: { ...notice, threshold: 100, thresholdType: 'Actual' }
      expected100: { ...notice, threshold: 100, thresholdType: 'Forecasted' }
    }
  }
}
