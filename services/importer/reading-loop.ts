// Who is read now: looks again and again at what is due, and begins requests, at most one per tenant and endpoint, a bounded number in all.
// Nothing begins for partitions that are not owned and read up, nor while the group's heartbeat is late (protocol P4).
import type { ClockWatch } from './clock-watch.ts'
import { type LoopRounds, lookAgainAndAgain } from './look-again.ts'
import { batchWaitMs } from './plan-batch.ts'
import { steadyNow } from './steady-clock.ts'
import { type Endpoint, type TenantReadingParts, tenantReadings } from './tenant-readings.ts'

export interface ReadingParts extends Omit<TenantReadingParts, 'signal'> {
  requestsMax: number
  loops: LoopRounds
  clocks: Pick<ClockWatch, 'isTrusted'>
}

const lookedAtMax = 5000
const tenantsKnownForMs = 1000

export function startReading(parts: ReadingParts) {
  const { owned, pending, logger, settlingMs } = parts
  const ending = new AbortController()
  const readings = tenantReadings({ ...parts, signal: ending.signal })
  const underWay = new Map<string, Promise<void>>()
  // a small part of the settling time, so that looking adds little to the delay and an idle importer little to MongoDB's load
  const tickMs = Math.min(500, Math.max(50, settlingMs / 20))
  let known = { at: Number.NEGATIVE_INFINITY, all: [] as string[], active: new Set<string>() }
  const looping = lookAgainAndAgain({
    everyMs: tickMs,
    mayBegin: parts.mayBegin,
    look,
    fault: 'what is due cannot be looked up',
    loops: parts.loops,
    logger,
    signal: ending.signal,
  })

  async function look(): Promise<void> {
    const partitions = owned.readUp()
    if (partitions.length === 0) return
    const now = steadyNow()
    await refreshTenants()
    if (parts.clocks.isTrusted()) await pending.wakeDated(partitions, now, Date.now())
    await beginLists(partitions, now)
    await beginPeople(partitions, now)
  }

  async function beginLists(partitions: number[], now: number): Promise<void> {
    for (const { tenantId, partition } of await parts.lists.due(partitions, now))
      if (isFree('lists', tenantId)) begin('lists', tenantId, () => readings.lists(tenantId, partition))
  }

  async function beginPeople(partitions: number[], now: number): Promise<void> {
    // what a stopped tenant has piled up must not hide the others
    const passedOver = known.all.filter(tenantId => !isFree('people', tenantId))
    const due = await pending.dueBy(partitions, now + batchWaitMs(settlingMs), lookedAtMax, passedOver)
    for (const [tenantId, people] of Map.groupBy(due, read => read.tenantId)) {
      const partition = people[0]?.partition ?? -1
      if (!isFree('people', tenantId)) continue
      const named = readings.plan(tenantId, people, owned.position(partition), now)
      if (named !== null) begin('people', tenantId, () => readings.people(tenantId, partition, named))
    }
  }

  async function refreshTenants(): Promise<void> {
    if (performance.now() - known.at < tenantsKnownForMs) return
    const at = performance.now()
    const found = await parts.tenants.list()
    const active = found.filter(({ state }) => state === 'active')
    known = { at, all: found.map(({ tenant }) => tenant), active: new Set(active.map(({ tenant }) => tenant)) }
  }

  /** Whether a request may begin: the tenant is active, none such is under way, and it need not wait. */
  function isFree(endpoint: Endpoint, tenantId: string): boolean {
    if (ending.signal.aborted || underWay.size >= parts.requestsMax || underWay.has(`${endpoint}/${tenantId}`))
      return false
    return known.active.has(tenantId) && readings.mayAsk(endpoint, tenantId)
  }

  function begin(endpoint: Endpoint, tenantId: string, turn: () => Promise<void>): void {
    const name = `${endpoint}/${tenantId}`
    const running = turn()
      .catch(error => readings.faulted(endpoint, tenantId, error))
      .finally(() => underWay.delete(name))
    underWay.set(name, running)
  }

  /** Begins nothing more, breaks off requests, and waits until what was answered is in the log. */
  async function stop(): Promise<void> {
    ending.abort()
    await looping
    await Promise.all(underWay.values())
  }

  return { forget: readings.forget, stop, isIdle: () => underWay.size === 0 }
}
