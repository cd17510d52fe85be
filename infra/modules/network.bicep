import { networkType } from 'types.bicep'

@description('Where the network is.')
param location string

@description('Tags of the resources.')
param tags { *: string }

@description('Name of the network.')
param name string

@description('Its address range.')
param network networkType

@description('Name of the storage account that is reached through it.')
param storageName string

@description('Name of the storage account of the head hashes, which is too.')
param proofsName string

var services = ['blob', 'queue', 'table']
var endpoints = [
  ...map(services, service => { account: storageName, service: service })
  { account: proofsName, service: 'blob' }
]

resource vnet 'Microsoft.Network/virtualNetworks@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [network.addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(network.addressPrefix, 26, 0)
          delegations: [{ name: 'flex', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(network.addressPrefix, 26, 1)
          defaultOutboundAccess: false
        }
      }
    ]
  }

  resource app 'subnets' existing = {
    name: 'app'
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for service in services: {
    name: 'privatelink.${service}.${environment().suffixes.storage}'
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, i) in services: {
    parent: zone[i]
    name: name
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: vnet.id } }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = [
  for item in endpoints: {
    name: 'pe-${item.account}-${item.service}'
    location: location
    tags: tags
    properties: {
      subnet: { id: vnet::endpoints.id }
      privateLinkServiceConnections: [
        {
          name: item.service
          properties: {
            privateLinkServiceId: resourceId('Microsoft.Storage/storageAccounts', item.account)
            groupIds: [item.service]
          }
        }
      ]
    }
  }
]

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = [
  for (item, i) in endpoints: {
    parent: endpoint[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        { name: item.service, properties: { privateDnsZoneId: zone[indexOf(services, item.service)].id } }
      ]
    }
  }
]

@description('Id of the subnet that the app runs in.')
output appSubnetId string = vnet::app.id
