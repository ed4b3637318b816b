// What goes on beside a run: it is shown how far it is, it waits where HiBob asks for patience, and it is broken off when it is cancelled,
// when another run has begun, or when the process ends.
import { setTimeout as wait } from 'node:timers/promises'
import type { HibobFailure } from '@hibob-sync/hibob'
import type { ImportDocument, ImportProgress, Imports } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { FinalFailure } from './run-import.ts'
import { backoffMs, type GateLimits } from './tenant-gate.ts'

export interface WatchParts {
  imports: Imports
  limits: GateLimits
  /** Failures one after the other, after which a step is given up. */
  failuresMax: number
  onFailure(kind: string): void
  ending: AbortSignal
}

export type WatchedRun = ReturnType<typeof watchRun>

const progressEveryMs = 400

export function watchRun(parts: WatchParts, { _id }: ImportDocument, owner: string) {
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
    const state = await imports.progress(_id, owner, shown).finally(() => {
      writing = false
    })
    if (state === 'going') return
    if (state === 'cancelled') cancelledBy = (await imports.get(_id))?.cancelledBy ?? null
    over.abort(new AppError(state === 'lost' ? 'ownership_lost' : 'import_cancelled', state, { retryable: false }))
  }

  const shows = (progress: ImportProgress) => void Object.assign(shown, progress)

  /** Asks until HiBob has answered, or has failed in a way that waiting does not mend. Throws when the run is broken off. */
  async function patiently<T extends { kind: string }>(
    ask: () => Promise<T | HibobFailure>,
  ): Promise<T | FinalFailure> {
    for (let failures = 0; ; ) {
      const answer = await ask()
      signal.throwIfAborted()
      if (!isFailure(answer)) {
        shows({ waiting: null })
        return answer
      }
      parts.onFailure(answer.kind)
      const isLimit = answer.kind === 'rate_limited' || (answer.status === null && answer.retryAfterMs !== undefined)
      const mayPass = isLimit || answer.kind === 'unavailable' || answer.kind === 'invalid_answer'
      if (!isLimit) failures++
      if (!mayPass || failures >= parts.failuresMax) return { kind: 'final', failure: answer }
      shows({ waiting: answer.detail })
      const waitMs = isLimit ? 0 : backoffMs(failures, Math.random(), limits.retryBaseMs, limits.retryMaxMs)
      await pause(Math.max(waitMs, answer.retryAfterMs ?? 0), signal)
    }
  }

  return { signal, shown, shows, patiently, cancelledBy: () => cancelledBy, stop: () => clearInterval(timer) }
}

function isFailure(answer: { kind: string }): answer is HibobFailure {
  return 'detail' in answer && 'status' in answer
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {})
  signal.throwIfAborted()
}
