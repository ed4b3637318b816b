// Which imports go on now: the open ones of tenants whose partitions this process owns and has read up, a bounded number at a time
// (protocols P4 and P8). An import that ends in a fault, or whose process died, is begun anew under the same id.
import type { Needs } from '@hibob-sync/domain'
import { backoffMs } from '@hibob-sync/hibob'
import type { ImportDocument, ImportOutcome, Imports, TenantStore } from '@hibob-sync/mongo'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import { requireTaken } from './append-events.ts'
import type { HibobClients } from './hibob-clients.ts'
import { importSlots } from './import-slots.ts'
import { cancelledBy, type Verdict, verdictOnFault } from './import-verdicts.ts'
import { watchRun } from './import-watch.ts'
import type { ImporterMetrics } from './importer-metrics.ts'
import { type LoopRounds, lookAgainAndAgain } from './look-again.ts'
import { endEvent, type FinalFailure, failedBefore, failedBy, type ImportParts, runImport } from './run-import.ts'
import { steadyNow } from './steady-clock.ts'
import type { GateLimits } from './tenant-gate.ts'

export interface ImportLoopParts extends ImportParts {
  imports: Imports
  tenants: TenantStore
  clients: HibobClients
  metrics: ImporterMetrics
  logger: Logger
  limits: GateLimits
  importsMax: number
  failuresMax: number
  loops: LoopRounds
  needsOf(tenantId: string): Promise<Needs>
}

const lookEveryMs = 300
/** So long an import of a paused tenant is put off. */
export const pausedMs = 5000

export function startImports(parts: ImportLoopParts) {
  const { imports, tenants, clients, metrics, logger, limits, owned } = parts
  const ending = new AbortController()
  const running = new Map<string, Promise<void>>()
  const slots = importSlots(parts.importsMax)
  /** After a fault of MongoDB or Kafka, when to try again, on the monotonic clock. */
  const faults = new Map<string, { count: number; until: number }>()
  const watching = {
    ...parts,
    outside: slots.outside,
    onFailure: (kind: string) => metrics.requested('import', kind),
    ending: ending.signal,
  }
  const looping = lookAgainAndAgain({
    everyMs: lookEveryMs,
    mayBegin: parts.mayBegin,
    look,
    fault: 'imports cannot be looked up',
    loops: parts.loops,
    logger,
    signal: ending.signal,
  })

  async function look(): Promise<void> {
    const partitions = owned.readUp()
    if (partitions.length === 0) return
    for (const document of await imports.due(partitions, steadyNow())) {
      const { _id } = document
      if (ending.signal.aborted || !slots.isFree()) return
      if (running.has(_id) || (faults.get(_id)?.until ?? 0) > performance.now()) continue
      slots.begin()
      const turn = goOn(document)
        .then(() => void faults.delete(_id))
        .catch(error => faulted(document, error))
        .finally(() => {
          slots.end()
          running.delete(_id)
        })
      running.set(_id, turn)
    }
  }

  async function goOn(document: ImportDocument): Promise<void> {
    const own = owned.get(document.partition)
    if (own === undefined) return
    if (document.outcome !== null) return tell(document, document.outcome)
    const needs = await parts.needsOf(document.tenantId)
    if (!(await imports.begin(document._id, own.owner, needs))) return
    const outcome = await carriedOut(document, own.owner, needs)
    if (outcome === null) return
    const decided = await imports.conclude(document._id, own.owner, outcome)
    if (decided !== null) await tell(document, decided)
  }

  /** Null when it is to be looked at again later. */
  async function carriedOut(document: ImportDocument, owner: string, needs: Needs): Promise<ImportOutcome | null> {
    const { tenantId } = document
    if (document.cancelledBy !== null) return failedBefore(document, cancelledBy(document.cancelledBy))
    const tenant = await tenants.get(tenantId)
    if (tenant?.state === 'paused') {
      await imports.postpone(document._id, steadyNow() + pausedMs, 'the tenant is paused')
      return null
    }
    if (tenant?.state !== 'active') return failedBefore(document, notActive(tenantId, tenant?.state_detail ?? null))
    const run = watchRun(watching, document, owner)
    const failed = (outcome: ImportOutcome) => ({ ...outcome, counts: run.shown.counts ?? outcome.counts })
    try {
      const { serviceUserId, token, hibobUrl, version } = await tenants.credentials(tenantId)
      const client = clients.of({ tenantId, baseUrl: hibobUrl, serviceUserId, token: token.reveal(), version })
      const ended = await runImport(parts, { ...run, document, client, owner, needs })
      if (!('kind' in ended)) return ended
      run.signal.throwIfAborted()
      await stopRefused(document, version, ended)
      return failed(failedBy(document, ended))
    } catch (error) {
      const by = run.cancelledBy()
      const verdict = by === null ? verdictOnFault(error) : cancelledBy(by)
      if (verdict === null) throw error
      return failed(failedBefore(document, verdict))
    } finally {
      run.stop()
    }
  }

  async function stopRefused({ tenantId }: ImportDocument, version: number, { failure }: FinalFailure): Promise<void> {
    if (failure.kind !== 'unauthorized' && failure.kind !== 'forbidden') return
    metrics.stopped()
    await tenants.markCredentialsInvalid(tenantId, version, failure.detail)
    clients.stopped(tenantId)
  }

  async function tell(document: ImportDocument, outcome: ImportOutcome): Promise<void> {
    const { tenantId, _id: importId, reason } = document
    requireTaken(await parts.append(document.partition, [endEvent(document, outcome)]))
    await imports.close(importId, outcome)
    metrics.imported(tenantId, outcome)
    const { code } = outcome.failure ?? { code: 'completed' }
    logger.info({ tenantId, importId, reason, code, people: outcome.counts.seen }, 'an import has ended')
  }

  function faulted({ _id, tenantId }: ImportDocument, error: unknown): void {
    if (ending.signal.aborted) return
    const count = (faults.get(_id)?.count ?? 0) + 1
    const wait = backoffMs(count, Math.random(), limits.retryBaseMs, Math.min(5000, limits.retryMaxMs))
    faults.set(_id, { count, until: performance.now() + wait })
    const fields = { tenantId, importId: _id, code: errorCode(error) }
    sparing(logger).warn(fields, 'an import could not go on here, it is begun anew')
  }

  /** Begins nothing more and breaks off; what is open goes on elsewhere. */
  async function stop(): Promise<void> {
    ending.abort(new AppError('service_stopping', 'the importer ends', { retryable: true }))
    await looping
    await Promise.all(running.values())
  }

  return { stop, isIdle: () => running.size === 0 }
}

const notActive = (tenantId: string, detail: string | null): Verdict => ({
  code: 'tenant_not_active',
  detail: `HiBob does not accept the tenant's credentials${detail === null ? '' : ` (${detail})`}; renew them: hibob-sync tenants set ${tenantId} --service-user-token-file <file>`,
})
