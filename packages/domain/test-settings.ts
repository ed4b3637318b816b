// Settings, days and decisions as events, for the tests of what a customer decides.
import type { Settings } from './index.ts'
import type { Given } from './test-events.ts'

export const settings = (document: Settings, version = 1, basedOn = version - 1): Given => [
  'tenant.settings.changed',
  { settings: document, version, basedOn, by: 'ada' },
]

export const day = (date: string, timeZone = 'UTC'): Given => ['tenant.day.began', { date, timeZone }]

export const approved = (holdId: string, userIds?: string[]): Given => [
  'tenant.hold.approved',
  { holdId, by: 'ada', ...(userIds === undefined ? {} : { userIds }) },
]

export const rejected = (holdId: string, userIds?: string[]): Given => [
  'tenant.hold.rejected',
  { holdId, by: 'ada', ...(userIds === undefined ? {} : { userIds }) },
]
