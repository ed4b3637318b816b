// What goes on beside a run: it is shown how far it is, it waits where HiBob asks for patience, and it is broken off when it is cancelled,
// when another run has begun, when the tenant is stopped, or when the process ends.
import { setTimeout as sleep } from 'node:timers/promises'
import { askPatiently, type HibobFailure, isFailure, type RetryLimits } from '@hibob-sync/hibob'
import type { ImportDocument, ImportProgress, Imports, TenantStore } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { FinalFailure } from './run-import.ts'

export interface WatchParts {
  imports: Imports
  tenants: TenantStore
  limits: RetryLimits
  /** Failures one after the other, after which a step is given up. */
  failuresMax: number
  onFailure(kind: string): void
  /** Waits, and lets others go on meanwhile. */
  outside(wait: () => Promise<unknown>, signal: AbortSignal): Promise<void>
  ending: AbortSignal
}

export type WatchedRun = ReturnType<typeof watchRun>

const progressEveryMs = 400

export function watchRun(parts: WatchParts, { _id, tenantId }: ImportDocument, owner: string) {
  const { imports, limits } = parts
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, parts.ending])
  const shown: ImportProgress = {}
  let cancelledBy: string | null = null
  let writing = false
  const timer = setInterval(() => void write().catch(() => {}), progressEveryMs)

  async function write(): Promise<void> {
    if (writing) return
    writing = true
    const code = await mustEnd().finally(() => {
      writing = false
    })
    if (code !== null) over.abort(new AppError(code, 'the import is broken off', { retryable: true }))
  }

  async function mustEnd(): Promise<string | null> {
    const state = await imports.progress(_id, owner, shown)
    if (state === 'lost') return 'ownership_lost'
    if (state === 'cancelled') {
      cancelledBy = (await imports.get(_id))?.cancelledBy ?? null
      return 'import_cancelled'
    }
    return (await parts.tenants.get(tenantId))?.state === 'active' ? null : 'tenant_not_active'
  }

  const shows = (progress: ImportProgress) => void Object.assign(shown, progress)

  /** Asks until HiBob has answered, or has failed in a way that waiting does not mend. Throws when the run is broken off. */
  async function patiently<T extends { kind: string }>(
    ask: () => Promise<T | HibobFailure>,
  ): Promise<T | FinalFailure> {
    const answer = await askPatiently(ask, {
      limits,
      failuresMax: parts.failuresMax,
      signal,
      onFailure: ({ kind }) => parts.onFailure(kind),
      onWait: ({ detail }) => shows({ waiting: detail }),
      wait: ms => parts.outside(() => sleep(ms, undefined, { signal }).catch(() => undefined), signal),
    })
    if (isFailure(answer)) return { kind: 'final', failure: answer }
    shows({ waiting: null })
    return answer
  }

  return { signal, shown, shows, patiently, cancelledBy: () => cancelledBy, stop: () => clearInterval(timer) }
}
