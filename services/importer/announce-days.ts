// Time as events (protocol P10): per tenant with settings, each day that begins in a zone that is in use. A day that has begun is announced
// again when somebody fell due on it since. Only the partition's owner announces, and only once all that was announced before is folded, so
// that each day comes once; twice does no harm. What has begun is what the read model shows: a day that the fold passed over, since it came
// early by the log's time, is announced again when it comes. Nothing is announced while clocks are apart.
import { type HibobEvent, ownValue } from '@hibob-sync/domain'
import type { Tenant, TenantStates, TenantStore } from '@hibob-sync/mongo'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import { type AppendEvents, requireTaken } from './append-events.ts'
import type { ClockWatch } from './clock-watch.ts'
import { daysToAnnounce, isZone, localDay } from './due-days.ts'
import { importerSource } from './list-events.ts'
import { type LoopRounds, lookAgainAndAgain } from './look-again.ts'
import type { OwnedPartitions } from './owned-partitions.ts'

export interface DaysParts {
  owned: OwnedPartitions
  states: TenantStates
  tenants: TenantStore
  logger: Logger
  everyMs: number
  /** After so long a day is announced again that was folded and does not show. */
  againMs: number
  clocks: Pick<ClockWatch, 'measure' | 'mayAnnounce'>
  partitionOf(tenantId: string): number
  append: AppendEvents
  loops: LoopRounds
  mayBegin(): boolean
  /** The offset that the projector folds next in a partition. */
  foldedTo(partition: number): Promise<number | null>
}

interface Announced {
  date: string
  offset: number
  /** On the monotonic clock. */
  at: number
  /** Of the tenant: one that was removed and came again begins anew. */
  addedAt: string
}

/** What the event can name. */
const zoneLengthMax = 64

export function announceDays(parts: DaysParts) {
  const { owned, states, tenants, logger } = parts
  /** By tenant and zone, the newest of this process. */
  const announced = new Map<string, Announced>()
  const warnedOf = new Set<string>()
  const ending = new AbortController()
  const looking = lookAgainAndAgain({ ...parts, look, fault: 'days cannot be announced', signal: ending.signal })

  async function look(): Promise<void> {
    await parts.clocks.measure()
    for (const tenant of await tenants.list()) {
      if (tenant.state === 'removed' || ending.signal.aborted) continue
      // one tenant's trouble is not the others'
      await lookAt(tenant).catch(error =>
        sparing(logger).warn(
          { tenantId: tenant.tenant, code: errorCode(error) },
          'days of a tenant cannot be announced',
        ),
      )
    }
  }

  async function lookAt({ tenant: tenantId, added_at: addedAt }: Tenant): Promise<void> {
    const partition = parts.partitionOf(tenantId)
    const own = owned.isReadUp(partition) ? owned.get(partition) : undefined
    const foldedTo = (await parts.foldedTo(partition)) ?? 0
    // what the former owner announced shows in the tenant's state first
    if (own === undefined || foldedTo < own.logEnd || !parts.clocks.mayAnnounce(partition)) return
    const state = await states.live(tenantId)
    if (state?.settings === undefined || state.removed) return
    const personZones = await states.zones(tenantId)
    warnOfZones(tenantId, personZones)
    const tenantZone = (JSON.parse(state.settings.json) as { time_zone?: string }).time_zone ?? 'UTC'
    for (const zone of new Set([tenantZone, ...personZones])) {
      const known = announced.get(keyOf(tenantId, zone))
      const mine = known?.addedAt === addedAt ? known : undefined
      if (zone.length > zoneLengthMax) continue
      const last = ownValue(state.days, zone) ?? null
      if (mine !== undefined && (isUnderWay(mine, foldedTo) || isPassedOver(mine, last))) continue
      const days = daysToAnnounce(last, localDay(zone, tenantZone, Date.now()))
      if (days.length === 0 && last !== null) {
        // only an event that is folded after the announcement has touched somebody since
        const due = { zone, date: last, sinceOffset: mine?.offset ?? 0 }
        if (await states.isDue(tenantId, due)) days.push(last)
      }
      for (const date of days) {
        // the append before may have shown that they are apart
        if (!parts.clocks.mayAnnounce(partition)) return
        const offset = await announce(tenantId, partition, own.owner, { date, timeZone: zone })
        announced.set(keyOf(tenantId, zone), { date, offset, addedAt, at: performance.now() })
      }
    }
  }

  /** Passed over by the fold, or parked, and not long ago. */
  const isPassedOver = ({ date, at }: Announced, last: string | null) =>
    (last === null || last < date) && performance.now() - at < parts.againMs

  function warnOfZones(tenantId: string, zones: readonly string[]): void {
    const count = zones.filter(zone => !isZone(zone)).length
    if (count === 0 || warnedOf.has(tenantId)) return
    warnedOf.add(tenantId)
    logger.warn({ tenantId, count }, 'some people’s time zone is none: for them the tenant’s days begin')
  }

  async function announce(
    tenantId: string,
    partition: number,
    owner: string,
    data: { date: string; timeZone: string },
  ): Promise<number> {
    if (ending.signal.aborted || !parts.mayBegin() || owned.get(partition)?.owner !== owner)
      throw new AppError('ownership_lost', 'the partition is no longer owned', { retryable: true })
    const { date, timeZone } = data
    const event: HibobEvent<'tenant.day.began'> = {
      specversion: '1.0',
      id: `day-${tenantId}-${timeZone}-${date}`,
      source: importerSource,
      type: 'tenant.day.began',
      time: new Date().toISOString(),
      tenantid: tenantId,
      dataversion: 1,
      data,
    }
    const appended = await parts.append(partition, [event])
    requireTaken(appended)
    // not the zone: by a rule it may be whatever HiBob holds of a person
    logger.info({ tenantId, date, partition, offset: appended.offset }, 'a day has begun')
    return appended.offset ?? 0
  }

  /** Resolves when nothing more will be announced. */
  async function stop(): Promise<void> {
    ending.abort()
    await looking
  }

  return { stop }
}

const isUnderWay = ({ offset }: Announced, foldedTo: number) => foldedTo <= offset

const keyOf = (tenantId: string, zone: string) => `${tenantId}/${zone}`
