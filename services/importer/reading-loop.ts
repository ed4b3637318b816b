// Who is read now: looks again and again at what is due, and begins requests, at most one per tenant and a bounded number in all.
// Nothing begins for partitions that are not owned and read up, nor while the group's heartbeat is late (protocol P4).
import { listFields, listNames } from '@hibob-sync/domain'
import type { HibobFailure, ObservedPerson } from '@hibob-sync/hibob'
import type { ListSchedule, PendingRead, PendingReads, ReadModels, Tenant, TenantStore } from '@hibob-sync/mongo'
import { errorCode, type Logger } from '@hibob-sync/runtime'
import type { HibobClients } from './hibob-clients.ts'
import type { ImporterMetrics } from './importer-metrics.ts'
import { afterSighting, type KnownItems, noSightings, type Sightings, strangeItems } from './list-sightings.ts'
import type { OwnedPartitions } from './owned-partitions.ts'
import { batchWaitMs, planBatch } from './plan-batch.ts'
import { readLists } from './read-lists.ts'
import { readPeople } from './read-people.ts'
import { afterAnswer, afterFailure, type Gate, type GateLimits, openGate } from './tenant-gate.ts'

export interface ReadingParts {
  owned: OwnedPartitions
  pending: PendingReads
  lists: ListSchedule
  tenants: TenantStore
  models: ReadModels
  clients: HibobClients
  metrics: ImporterMetrics
  logger: Logger
  settlingMs: number
  requestsMax: number
  listsEveryMs: number
  limits: GateLimits
  append(partition: number, records: { key: string; value: string }[]): Promise<void>
  mayBegin(): boolean
}

const tickMs = 100
/** Rubbish for a single person may be HiBob's trouble as a whole: only when it stays so is it that person's. */
const failuresBeforePostponed = 3
const lookedAtMax = 5000
const tenantsKnownForMs = 1000

export function startReading(parts: ReadingParts) {
  const { owned, pending, lists, tenants, clients, metrics, logger, settlingMs, limits } = parts
  const gates = new Map<string, Gate>()
  const sightings = new Map<string, Sightings>()
  const underWay = new Map<string, Promise<void>>()
  const waitMaxMs = batchWaitMs(settlingMs)
  let known: { at: number; byId: Map<string, Tenant> } = { at: Number.NEGATIVE_INFINITY, byId: new Map() }
  let stopped = false
  const looping = loop()

  async function loop(): Promise<void> {
    while (!stopped) {
      try {
        if (parts.mayBegin()) await look()
      } catch (error) {
        logger.warn({ code: errorCode(error) }, 'what is due cannot be looked up')
      }
      await new Promise(resolve => setTimeout(resolve, tickMs))
    }
  }

  async function look(): Promise<void> {
    const partitions = owned.readUp()
    if (partitions.length === 0) return
    const now = Date.now()
    await refreshTenants()
    await pending.wakeDated(partitions, now)
    for (const { tenantId, partition } of await lists.due(partitions, now))
      if (isFree(tenantId)) begin(tenantId, () => takeLists(tenantId, partition))
    const passedOver = [...known.byId.keys()].filter(tenantId => !isFree(tenantId))
    const due = await pending.dueBy(partitions, now + waitMaxMs, lookedAtMax, passedOver)
    for (const [tenantId, people] of Map.groupBy(due, read => read.tenantId)) {
      const partition = people[0]?.partition ?? -1
      if (!isFree(tenantId)) continue
      const plan = planBatch(people, owned.position(partition), now, { batchMax: gateOf(tenantId).batchMax, waitMaxMs })
      if (plan.kind === 'read') begin(tenantId, () => takePeople(tenantId, partition, plan.people))
    }
  }

  async function refreshTenants(): Promise<void> {
    if (performance.now() - known.at < tenantsKnownForMs) return
    known = { at: performance.now(), byId: new Map((await tenants.list()).map(tenant => [tenant.tenant, tenant])) }
  }

  const gateOf = (tenantId: string) => gates.get(tenantId) ?? openGate(limits.batchMax)

  /** Whether a request of the tenant may begin: it is active, none is under way, and it need not wait. */
  function isFree(tenantId: string): boolean {
    if (stopped || underWay.size >= parts.requestsMax || underWay.has(tenantId)) return false
    return known.byId.get(tenantId)?.state === 'active' && gateOf(tenantId).closedUntil <= performance.now()
  }

  function begin(tenantId: string, request: () => Promise<void>): void {
    const running = request()
      .catch(error => {
        logger.warn({ tenantId, code: errorCode(error) }, 'a reading was not taken into the log, it is made again')
        gates.set(tenantId, { ...gateOf(tenantId), closedUntil: performance.now() + limits.retryBaseMs })
      })
      .finally(() => underWay.delete(tenantId))
    underWay.set(tenantId, running)
  }

  async function clientOf(tenantId: string) {
    const { serviceUserId, token, hibobUrl, version } = await tenants.credentials(tenantId)
    return { version, client: clients.of({ tenantId, baseUrl: hibobUrl, serviceUserId, token: token.reveal() }) }
  }

  async function takePeople(tenantId: string, partition: number, people: PendingRead[]): Promise<void> {
    const { client, version } = await clientOf(tenantId)
    const outcome = await readPeople(parts, client, tenantId, partition, people)
    if (outcome.kind === 'not-owned') return
    metrics.requested('people', outcome.kind)
    if (outcome.kind !== 'read') return failed(tenantId, version, outcome, people)
    gates.set(tenantId, afterAnswer(gateOf(tenantId), limits))
    metrics.appended({ observed: outcome.found.length, missing: outcome.missing })
    for (const { newestWebhookAt } of people)
      if (newestWebhookAt !== null) metrics.answered(Date.now() - newestWebhookAt)
    await lookForStrangeItems(tenantId, partition, outcome.found)
  }

  async function takeLists(tenantId: string, partition: number): Promise<void> {
    const { client, version } = await clientOf(tenantId)
    const outcome = await readLists(parts, client, tenantId, partition)
    if (outcome.kind === 'not-owned') return
    metrics.requested('lists', outcome.kind)
    if (outcome.kind !== 'read') {
      await failed(tenantId, version, outcome, [])
      return lists.postpone(tenantId, Date.now() + Math.max(0, gateOf(tenantId).closedUntil - performance.now()))
    }
    gates.set(tenantId, afterAnswer(gateOf(tenantId), limits))
    sightings.set(tenantId, { ...(sightings.get(tenantId) ?? noSightings), listsReadAt: outcome.beganAt })
    await lists.read(tenantId, outcome.beganAt, outcome.beganAt + parts.listsEveryMs)
  }

  async function failed(
    tenantId: string,
    version: number,
    failure: HibobFailure,
    people: readonly PendingRead[],
  ): Promise<void> {
    logger.warn(
      { tenantId, kind: failure.kind, status: failure.status, detail: failure.detail },
      'HiBob did not answer as asked',
    )
    if (failure.kind === 'unauthorized' || failure.kind === 'forbidden') {
      metrics.stopped()
      known.at = Number.NEGATIVE_INFINITY
      return tenants.markCredentialsInvalid(tenantId, version, failure.detail)
    }
    const gate = afterFailure(gateOf(tenantId), failure, people.length, performance.now(), Math.random(), limits)
    const [alone, ...others] = people
    const isOnes =
      failure.kind === 'rejected' || (failure.kind === 'invalid_answer' && gate.failures >= failuresBeforePostponed)
    if (alone === undefined || others.length > 0 || !isOnes) return void gates.set(tenantId, gate)
    gates.set(tenantId, openGate(1))
    await postpone(alone)
  }

  /** One person whom HiBob cannot tell of keeps waiting, and holds up nobody else. */
  async function postpone({ tenantId, employeeId, throughOffset }: PendingRead): Promise<void> {
    metrics.postponed()
    await pending.readingsDone([{ tenantId, employeeId, throughOffset, dueAgainAt: Date.now() + limits.retryMaxMs }])
  }

  async function lookForStrangeItems(
    tenantId: string,
    partition: number,
    found: readonly ObservedPerson[],
  ): Promise<void> {
    const strange = strangeItems(found, await knownItems(tenantId))
    if (strange.size === 0) return
    const now = Date.now()
    const sighted = afterSighting(sightings.get(tenantId) ?? noSightings, strange, now, settlingMs)
    sightings.set(tenantId, sighted.sightings)
    if (sighted.readLists)
      await lists.dueBy(tenantId, partition, Math.max(now, (sighted.sightings.listsReadAt ?? 0) + settlingMs))
  }

  async function knownItems(tenantId: string): Promise<KnownItems> {
    const items: KnownItems = {}
    for (const name of listNames) {
      const list = listFields[name] === undefined ? null : await parts.models.list(tenantId, name)
      if (list !== null) items[name] = new Map(list.items.map(item => [item.id, item.name]))
    }
    return items
  }

  function forget(tenantId: string): void {
    gates.delete(tenantId)
    sightings.delete(tenantId)
    clients.forget(tenantId)
    known.at = Number.NEGATIVE_INFINITY
  }

  /** Begins nothing more and waits for what is under way. */
  async function stop(): Promise<void> {
    stopped = true
    await looping
    await Promise.all(underWay.values())
  }

  return { forget, stop, isIdle: () => underWay.size === 0 }
}
