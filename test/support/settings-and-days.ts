// A clock that a test turns on day by day, and what a tenant's settings, days and users then are.
import { type Settings, type TenantState, tenantStateId, type UserDocument } from '@hibob-sync/domain'
import type { Prepared } from './pipeline.ts'
import { turnClock } from './turned-clock.ts'
import { until } from './until.ts'

const dayMs = 86_400_000

/** This process's clock from now on: begins at noon (UTC) of the real day; `day(1)` is the next one. */
export function dayClock() {
  const noon = Math.floor(Date.now() / dayMs) * dayMs + dayMs / 2
  const clock = turnClock(noon - Date.now())
  return {
    goTo: (days: number) => clock.setTo(noon + days * dayMs),
    day: (days: number) => new Date(noon + days * dayMs).toISOString().slice(0, 10),
  }
}

export function tenantLife({ mongo, append, eventsOf, userChangesOf }: Prepared, tenantId: string) {
  const scope = { tenantId, generation: 1 }
  const state = () => mongo.db.collection<TenantState>('tenant_states').findOne({ _id: tenantStateId(scope) })
  const document = (id: string) => mongo.db.collection<UserDocument>('users').findOne({ _id: `${tenantId}/1/${id}` })
  let version = 0

  /** Resolves when they are in force for everyone. */
  async function setTo(settings: Settings): Promise<void> {
    const basedOn = version++
    const { offset } = await append('tenant.settings.changed', tenantId, { settings, version, basedOn, by: 'test' })
    const partition = (await eventsOf(tenantId))[0]?.partition ?? 0
    const isFolded = async () => {
      const checkpoint = await mongo.db.collection<{ _id: string; position: { offset: number } }>('checkpoints')
      return ((await checkpoint.findOne({ _id: `projector/${partition}` }))?.position.offset ?? 0) > offset
    }
    await until(isFolded)
  }

  const began = (date: string, zone = 'UTC') => until(async () => (await state())?.days?.[zone] === date)

  async function daysAnnounced(zone = 'UTC'): Promise<string[]> {
    const events = (await eventsOf(tenantId)).map(({ value }) => JSON.parse(value ?? '{}'))
    const days = events.filter(({ type, data }) => type === 'tenant.day.began' && data.timeZone === zone)
    return days.map(({ data }) => data.date)
  }

  /** Types of what was told of a user, without their prefix, in order. */
  async function told(id: string): Promise<string[]> {
    const changes = (await userChangesOf(tenantId)).filter(({ key }) => key === `${tenantId}/${id}`)
    return changes.map(({ value }) => String(JSON.parse(value ?? '{}').type).replace('learnamp.user.', ''))
  }

  /** Why imports were asked for, in order. */
  async function importReasons(): Promise<string[]> {
    const events = (await eventsOf(tenantId)).map(({ value }) => JSON.parse(value ?? '{}'))
    return events.filter(({ type }) => type === 'hibob.import.requested').map(({ data }) => data.reason)
  }

  const user = async (id: string) => (await document(id))?.user
  return { state, document, user, setTo, began, daysAnnounced, told, importReasons }
}
