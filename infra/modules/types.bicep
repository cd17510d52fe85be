@export()
@description('How far the app scales. On Flex Consumption HTTP is one scale group and every queue function its own.')
type scaleType = {
  @description('Most instances of one scale group. More of them make no book faster: a book is one chain (README, "Limits").')
  @minValue(1)
  @maxValue(1000)
  maximumInstances: int

  @description('Memory of an instance in MB. A book is held whole by each instance that works on it (README, "Limits").')
  memoryMB: 2048 | 4096

  @description('Calls that one instance takes at once before the next is started. Calls that meet in one instance share a commit, so this is high.')
  @minValue(1)
  @maxValue(1000)
  httpConcurrency: int

  @description('Instances of the HTTP group that are always there, paid for whether they work or not; 0: the first call after a quiet time waits for a start.')
  @minValue(0)
  @maxValue(100)
  alwaysReadyHttp: int
}

@export()
@description('A network of its own: the app in one subnet, private endpoints of the storage account in another.')
type networkType = {
  @description('Address range of the network, /24 or larger.')
  @minLength(9)
  @maxLength(18)
  addressPrefix: string
}

@export()
@description('When an alert goes out.')
type thresholdsType = {
  @description('Of all HTTP calls of a quarter of an hour so many per cent ended in 5xx.')
  @minValue(1)
  @maxValue(100)
  serverErrorPercent: int

  @description('Conflicts in per cent of commits of a quarter of an hour. Several instances on one book make some.')
  @minValue(1)
  @maxValue(10000)
  conflictPercent: int

  @description('Age in seconds of the oldest message of a queue.')
  @minValue(60)
  @maxValue(86400)
  queueAgeSeconds: int

  @description('For so many hours no night of any book has ended.')
  @minValue(25)
  @maxValue(47)
  nightHours: int
}

@export()
@description('A monthly budget of the resource group; it warns, it stops nothing.')
type budgetType = {
  @description('Amount a month, in the currency of the subscription.')
  @minValue(1)
  amount: int

  @description('First day of the month in which it was first deployed, yyyy-MM-01. The platform takes no other at first, and lets nobody change it.')
  @minLength(10)
  @maxLength(10)
  start: string
}

@export()
@description('For how long the blobs of an account can neither be changed nor deleted.')
type immutabilityType = {
  @description('Days from the creation of a blob.')
  @minValue(1)
  @maxValue(146000)
  days: int

  @description('Containers whose policy has been locked by hand. A locked one cannot be deployed again, so it is then left alone.')
  locked: string[]
}
