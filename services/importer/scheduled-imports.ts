// Asks for imports that nobody asks for: each tenant's nightly one, one for every tenant after an outage, and one for settings that need more
// of HiBob than was asked for. Their ids are derived from what they are for, so that asking twice, here or elsewhere, is asking once. Only for
// tenants of partitions owned and read up.
import type { HibobEvent, ImportReason } from '@hibob-sync/domain'
import type { Imports, Outage, ServiceBeats, Tenant, TenantStates, TenantStore } from '@hibob-sync/mongo'
import type { Logger } from '@hibob-sync/runtime'
import { type AppendEvents, requireTaken } from './append-events.ts'
import { type LoopRounds, lookAgainAndAgain } from './look-again.ts'
import { lastNightly } from './nightly.ts'
import type { OwnedPartitions } from './owned-partitions.ts'
import { importForSettings } from './settings-imports.ts'
import { newStamp } from './stamp.ts'

export interface ScheduleParts {
  owned: OwnedPartitions
  imports: Imports
  states: TenantStates
  tenants: TenantStore
  beats: ServiceBeats
  logger: Logger
  everyMs: number
  spreadMs: number
  partitionOf(tenantId: string): number
  append: AppendEvents
  loops: LoopRounds
  mayBegin(): boolean
}

interface Wanted {
  importId: string
  reason: ImportReason
}

// older than any nightly import by then
const outageForgottenMs = 7 * 86_400_000

export function scheduleImports(parts: ScheduleParts) {
  const { owned, imports, states, tenants, beats, logger } = parts
  /** Of each tenant, imports known to have been asked for. */
  const asked = new Map<string, Set<string>>()
  const ending = new AbortController()
  const looking = lookAgainAndAgain({ ...parts, look, fault: 'imports cannot be scheduled', signal: ending.signal })

  async function look(): Promise<void> {
    const now = Date.now()
    const outages = (await beats.outages()).filter(({ to }) => to > now - outageForgottenMs)
    for (const tenant of await tenants.list()) {
      const partition = parts.partitionOf(tenant.tenant)
      if (tenant.state !== 'active' || !owned.isReadUp(partition)) continue
      const wanted = [...wantedBy(tenant, outages, now, parts.spreadMs), ...(await wantedForSettings(tenant.tenant))]
      const before = asked.get(tenant.tenant)
      for (const one of wanted) if (!before?.has(one.importId)) await request(tenant.tenant, partition, one)
      asked.set(tenant.tenant, new Set(wanted.map(({ importId }) => importId)))
    }
  }

  async function wantedForSettings(tenantId: string): Promise<Wanted[]> {
    const state = await states.live(tenantId)
    if (state?.settings === undefined) return []
    // settings first: an import that is not open by now, and begins later, begins under these or newer ones
    const open = await imports.openOf(tenantId)
    const completed = (await imports.newestCompleted(tenantId))?.needs ?? null
    const importId = importForSettings(tenantId, state, { completed, open })
    return importId === null ? [] : [{ importId, reason: 'settings' }]
  }

  async function request(tenantId: string, partition: number, { importId, reason }: Wanted): Promise<void> {
    if ((await imports.get(importId)) !== null || !parts.mayBegin()) return
    const event: HibobEvent<'hibob.import.requested'> = {
      specversion: '1.0',
      id: `${importId}/requested`,
      source: '/hibob-sync/importer',
      type: 'hibob.import.requested',
      time: newStamp().time,
      tenantid: tenantId,
      dataversion: 1,
      data: { importId, reason, by: 'system' },
    }
    requireTaken(await parts.append(partition, [event]))
    logger.info({ tenantId, importId, reason }, 'an import is due')
  }

  async function stop(): Promise<void> {
    ending.abort()
    await looking
  }

  return { stop }
}

/** Nothing that was due before the tenant came, or before its time was set. */
export function wantedBy(tenant: Tenant, outages: readonly Outage[], now: number, spreadMs: number): Wanted[] {
  const { tenant: tenantId } = tenant
  const since = Date.parse(tenant.added_at)
  const wanted: Wanted[] = []
  const nightly = { at: tenant.nightly_at, timeZone: tenant.time_zone }
  const { named, dueAt } = lastNightly(nightly, tenantId, now, spreadMs)
  // a night that was missed is made good, one from before the tenant's present time is not
  if (dueAt >= Math.max(since, Date.parse(tenant.nightly_since)))
    wanted.push({ importId: `nightly-${tenantId}-${new Date(named).toISOString()}`, reason: 'schedule' })
  for (const { service, to } of outages)
    if (to >= since)
      wanted.push({ importId: `outage-${service}-${tenantId}-${new Date(to).toISOString()}`, reason: 'outage' })
  return wanted
}
