// What a turn of one tenant does: asks HiBob, and draws the consequences for this tenant alone. Its people and its lists are asked for
// independently, so that trouble with the one does not hold up the other. What is remembered here only spares calls: nothing is lost with it.
import { backoffMs, type HibobFailure, isLimited, type ObservedPerson } from '@hibob-sync/hibob'
import type { ListSchedule, PendingRead, TenantStore } from '@hibob-sync/mongo'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import type { FailureNotes } from './failure-notes.ts'
import type { HibobClients } from './hibob-clients.ts'
import type { ImporterMetrics } from './importer-metrics.ts'
import { type ListWatchParts, listWatch } from './list-watch.ts'
import { batchWaitMs, planBatch } from './plan-batch.ts'
import { readLists } from './read-lists.ts'
import { type PeopleReader, readPeople } from './read-people.ts'
import { steadyNow } from './steady-clock.ts'
import { afterAnswer, afterFailure, type Gate, type GateLimits, isPersonal, openGate } from './tenant-gate.ts'

export interface TenantReadingParts extends PeopleReader, ListWatchParts {
  lists: ListSchedule
  tenants: TenantStore
  clients: HibobClients
  failures: FailureNotes
  metrics: ImporterMetrics
  logger: Logger
  listsEveryMs: number
  limits: GateLimits
}

export type Endpoint = 'people' | 'lists'

/** After a fault of MongoDB or Kafka, which say nothing about the tenant. */
const faultRetryMaxMs = 5000

const tooLargeForTheLog =
  'what HiBob shows of a person is too large for the log: the person stays as they were, and due'
const mayBeTheirs =
  'a row of HiBob’s answer bears no id and may be this person’s: the person stays as they were, and due'

export function tenantReadings(parts: TenantReadingParts) {
  const { tenants, clients, failures, metrics, logger, settlingMs, limits, signal } = parts
  const gates = new Map<string, Gate>()
  /** People whom HiBob could not tell of when they were asked for alone: from then on never asked for together with others. */
  const troubled = new Set<string>()
  const watch = listWatch(parts)

  const gateOf = (endpoint: Endpoint, tenantId: string) =>
    gates.get(`${endpoint}/${tenantId}`) ?? openGate(limits.batchMax)
  const setGate = (endpoint: Endpoint, tenantId: string, gate: Gate) => void gates.set(`${endpoint}/${tenantId}`, gate)
  const mayAsk = (endpoint: Endpoint, tenantId: string) => gateOf(endpoint, tenantId).closedUntil <= performance.now()

  /** Who is to be named in a request now; null when nobody is. */
  function plan(tenantId: string, due: readonly PendingRead[], position: number, now: number): PendingRead[] | null {
    const waitMaxMs = batchWaitMs(settlingMs)
    const { batchMax } = gateOf('people', tenantId)
    const together = planBatch(
      due.filter(({ _id }) => !troubled.has(_id)),
      position,
      now,
      { batchMax, waitMaxMs },
    )
    if (together.kind === 'read') return together.people
    const alone = planBatch(
      due.filter(({ _id }) => troubled.has(_id)),
      position,
      now,
      { batchMax: 1, waitMaxMs },
    )
    return alone.kind === 'read' ? alone.people : null
  }

  async function people(tenantId: string, partition: number, named: PendingRead[]): Promise<void> {
    const access = await accessTo(tenantId)
    if (access === null) return
    const outcome = await readPeople(parts, access.client, tenantId, partition, named)
    if (outcome.kind === 'not-owned' || signal.aborted) return
    metrics.requested('people', outcome.kind)
    if (outcome.kind !== 'read') return failed('people', tenantId, access.version, outcome, named)
    setGate('people', tenantId, afterAnswer(gateOf('people', tenantId), limits))
    await failures.answered(tenantId, 'people')
    await failures.noted(tenantId, 'people', outcome.notes)
    const { tooLarge, unclear } = outcome
    const told = named.filter(person => !tooLarge.includes(person) && !unclear.includes(person))
    count(told, outcome)
    for (const { _id } of told) troubled.delete(_id)
    for (const person of tooLarge) await unreadable(person, 'log_refused', tooLargeForTheLog)
    for (const person of unclear) await unreadable(person, 'row_without_id', mayBeTheirs)
    await watch.seen(tenantId, partition, outcome.found)
  }

  function count(named: readonly PendingRead[], outcome: { found: readonly ObservedPerson[]; missing: number }): void {
    metrics.appended({ observed: outcome.found.length, missing: outcome.missing })
    for (const { newestWebhookAt } of named)
      if (newestWebhookAt !== null) metrics.answered(steadyNow() - newestWebhookAt)
  }

  async function lists(tenantId: string, partition: number): Promise<void> {
    const access = await accessTo(tenantId)
    if (access === null) return
    const outcome = await readLists(parts, access.client, tenantId, partition)
    if (outcome.kind === 'not-owned' || signal.aborted) return
    metrics.requested('lists', outcome.kind)
    if (outcome.kind !== 'read') return failed('lists', tenantId, access.version, outcome, [])
    setGate('lists', tenantId, afterAnswer(gateOf('lists', tenantId), limits))
    await failures.answered(tenantId, 'lists')
    await failures.noted(tenantId, 'lists', outcome.notes)
    await watch.read(tenantId, outcome.beganAt, parts.listsEveryMs)
  }

  /** Null when the tenant is not to be asked for; looked up each time, so that nothing is sent after it was stopped. */
  async function accessTo(tenantId: string) {
    if ((await tenants.get(tenantId))?.state !== 'active') return null
    const { serviceUserId, token, hibobUrl, version } = await tenants.credentials(tenantId)
    const client = clients.of({ tenantId, baseUrl: hibobUrl, serviceUserId, token: token.reveal(), version })
    return { version, client }
  }

  async function failed(
    endpoint: Endpoint,
    tenantId: string,
    version: number,
    failure: HibobFailure,
    named: readonly PendingRead[],
  ): Promise<void> {
    const { kind, status, detail } = failure
    logger.warn({ tenantId, endpoint, kind, status, detail }, 'HiBob did not answer as asked')
    // without its lists a tenant is still worth reading
    if (kind === 'unauthorized' || (kind === 'forbidden' && endpoint === 'people')) {
      metrics.stopped()
      await tenants.markCredentialsInvalid(tenantId, version, detail)
      return clients.stopped(tenantId)
    }
    if (!isLimited(failure)) await failures.failed(tenantId, endpoint, detail)
    const before = gateOf(endpoint, tenantId)
    const after = afterFailure(before, failure, named.length, performance.now(), Math.random(), limits)
    const [person, ...others] = named
    if (person === undefined || others.length > 0 || !isPersonal(before, failure))
      return setGate(endpoint, tenantId, after)
    // of someone known to be trouble nothing more is learnt about HiBob as a whole
    if (!troubled.has(person._id)) setGate(endpoint, tenantId, after)
    await postpone(person)
  }

  async function unreadable(person: PendingRead, code: string, what: string): Promise<void> {
    const { tenantId, employeeId } = person
    metrics.unreadable(1)
    logger.warn({ tenantId, employeeId, code }, what)
    await postpone(person)
  }

  /** One person of whom HiBob cannot tell keeps waiting, and holds up nobody else. */
  async function postpone({ _id, tenantId, employeeId, throughOffset }: PendingRead): Promise<void> {
    troubled.add(_id)
    metrics.postponed()
    const dueAgainAt = steadyNow() + limits.retryMaxMs
    await parts.pending.readingsDone([{ tenantId, employeeId, throughOffset, dueAgainAt }])
  }

  /** A turn ended in a fault: what was due is still due. */
  function faulted(endpoint: Endpoint, tenantId: string, error: unknown): void {
    sparing(logger).warn(
      { tenantId, endpoint, code: errorCode(error) },
      'a reading was not taken into the log, it is made again',
    )
    const gate = gateOf(endpoint, tenantId)
    const inRow = gate.failures + 1
    // what does not pass by itself, such as a URL that is not allowed, is for an operator to see
    const lasts = error instanceof AppError && !error.retryable && error.code !== 'ownership_lost'
    if (lasts) void failures.failed(tenantId, endpoint, error.message)
    const maxMs = lasts ? limits.retryMaxMs : Math.min(faultRetryMaxMs, limits.retryMaxMs)
    const wait = backoffMs(inRow, Math.random(), limits.retryBaseMs, maxMs)
    setGate(endpoint, tenantId, { ...gate, failures: inRow, closedUntil: performance.now() + wait })
  }

  function forget(tenantId: string): void {
    for (const endpoint of ['people', 'lists']) gates.delete(`${endpoint}/${tenantId}`)
    for (const person of troubled) if (person.startsWith(`${tenantId}/`)) troubled.delete(person)
    watch.forget(tenantId)
    failures.forget(tenantId)
    clients.forget(tenantId)
  }

  return { plan, people, lists, mayAsk, faulted, forget }
}
