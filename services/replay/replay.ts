// Replay: a tenant's next generation is built from the log beside the live one, compared with it, and offered to the projector.
// Rollback is the same with the generation that readers saw before the last switch.
import {
  modelPages,
  type NewReplay,
  parkedEvents,
  type ReplayDocument,
  type Replays,
  removeGenerationOf,
  replays,
} from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { type Built, buildGenerations, compareWithLive } from './build.ts'
import type { Comparison } from './compare.ts'
import { isSwitchedAt, offerUntilSwitched } from './offer.ts'
import { keepBeating, openReplay } from './open-replay.ts'
import type { LogParts, ReplayParts } from './parts.ts'
import { requireWholeLog } from './whole-log.ts'

export interface Replayed {
  replayId: string
  generation: number
  events: number
  /** What the read models that are live now could not fold. */
  parked: number
  /** Null when a former run had compared already. */
  comparison: Comparison | null
}

/** Told of the differences, if there are any; throws when the switch is not wanted. */
export type Approve = (comparison: Comparison) => Promise<void>

/** Throws AppError `replay_running`, `replay_lost`, `replay_not_taken` or `projector_behind`, and as `requireWholeLog` does. What is not wanted is cancelled. */
export async function replayTenant(parts: ReplayParts, approve: Approve): Promise<Replayed> {
  const { tenantId, codeVersion, by } = parts
  return runReplay(parts, { tenantId, purpose: 'replay', codeVersion, by }, approve)
}

/** Throws AppError `nothing_to_roll_back` too. */
export async function rollBackTenant(parts: ReplayParts, approve: Approve): Promise<Replayed> {
  const { mongo, tenantId, codeVersion, by } = parts
  const last = await replays(mongo).lastSwitchOf(tenantId)
  const live = await modelPages(mongo).generation(tenantId)
  // what readers see is never built on
  if (last === null || last.replaced === null || last.removed || last.replaced.generation === live)
    throw new AppError(
      'nothing_to_roll_back',
      `there is no former generation of ${tenantId} any more: it is kept for 24 hours after a switch`,
      { retryable: false },
    )
  const base = { generation: last.replaced.generation, position: last.replaced.through + 1 }
  return runReplay(parts, { tenantId, purpose: 'rollback', codeVersion, by, base }, approve)
}

/** Returns what was cancelled. Throws AppError `nothing_to_cancel`. */
export async function cancelReplay({
  mongo,
  tenantId,
}: Pick<ReplayParts, 'mongo' | 'tenantId'>): Promise<ReplayDocument> {
  const cancelled = await replays(mongo).cancel(tenantId)
  if (cancelled === null)
    throw new AppError('nothing_to_cancel', `no replay of ${tenantId} is under way`, { retryable: false })
  await removeGenerationOf(mongo, cancelled)
  return cancelled
}

/** Replays tenants of one partition, whose log is read once for all of them. What fails of one is no matter of the others. */
export async function replayTenants(
  log: LogParts,
  tenantIds: readonly string[],
  approve: (tenantId: string, comparison: Comparison) => Promise<void>,
): Promise<Map<string, Replayed | Error>> {
  const { codeVersion, by } = log
  const wanted = tenantIds.map(tenantId => ({ tenantId, purpose: 'replay' as const, codeVersion, by }))
  return runReplays(log, wanted, approve)
}

async function runReplay(parts: ReplayParts, wanted: NewReplay, approve: Approve): Promise<Replayed> {
  const results = await runReplays(parts, [wanted], (_, comparison) => approve(comparison))
  const result = results.get(wanted.tenantId)
  if (result === undefined || result instanceof Error) throw result ?? new Error('a replay has ended without a result')
  return result
}

interface Running {
  replay: ReplayDocument
  stopBeating(): void
}

async function runReplays(
  log: LogParts,
  wanted: readonly NewReplay[],
  approve: (tenantId: string, comparison: Comparison) => Promise<void>,
): Promise<Map<string, Replayed | Error>> {
  await requireWholeLog(log)
  const replaying = replays(log.mongo)
  const results = new Map<string, Replayed | Error>()
  const running = new Map<string, Running>()
  let progress: ReplayDocument['progress'] = null
  const watched: LogParts = {
    ...log,
    onProgress(told) {
      if (told.phase === 'folding') progress = { events: told.total, folded: told.done }
      log.onProgress(told)
    },
  }
  /** Nothing more of the tenant is done once one act of it has failed. */
  const attempt = async (tenantId: string, act: () => Promise<Replayed | null>) => {
    if (results.has(tenantId)) return
    const result = await act().catch(error => (error instanceof Error ? error : new Error(String(error))))
    if (result !== null) results.set(tenantId, result)
  }
  try {
    for (const one of wanted)
      await attempt(one.tenantId, async () => {
        const replay = await openReplay({ ...watched, tenantId: one.tenantId }, replaying, one)
        running.set(one.tenantId, { replay, stopBeating: keepBeating(replaying, replay, () => progress) })
        return offeredBefore({ ...watched, tenantId: one.tenantId }, replaying, replay)
      })
    const building = [...running.values()].filter(({ replay }) => !results.has(replay.tenantId))
    if (building.length === 0) return results
    const built = await buildGenerations(
      watched,
      building.map(({ replay }) => replay),
    )
    for (const [index, own] of building.entries()) {
      const { tenantId } = own.replay
      await attempt(tenantId, () => {
        const parts = { ...watched, tenantId }
        return finish(parts, replaying, own.replay, built[index] as Built, found => approve(tenantId, found))
      })
    }
    return results
  } finally {
    for (const { stopBeating } of running.values()) stopBeating()
  }
}

/** An earlier run has offered its generation, and the projector may come to the offer yet. */
async function offeredBefore(parts: ReplayParts, replaying: Replays, replay: ReplayDocument): Promise<Replayed | null> {
  const { _id: replayId, generation, level, state } = replay
  if (state !== 'level' || level === null || !(await isSwitchedAt(parts, replaying, replay, level))) return null
  return { replayId, generation, events: 0, parked: await parkedIn(parts), comparison: null }
}

async function finish(
  parts: ReplayParts,
  replaying: Replays,
  replay: ReplayDocument,
  built: Built,
  approve: Approve,
): Promise<Replayed> {
  const comparison = await compareWithLive(parts, built)
  if (comparison.count > 0) await approved(parts, approve, comparison)
  await offerUntilSwitched(parts, replaying, replay, built.fold)
  const { _id: replayId, generation } = replay
  return { replayId, generation, events: built.events, parked: await parkedIn(parts), comparison }
}

// an earlier run may have noted some of it
const parkedIn = ({ mongo, tenantId }: ReplayParts) => parkedEvents(mongo).count(tenantId)

async function approved(parts: ReplayParts, approve: Approve, comparison: Comparison): Promise<void> {
  try {
    await approve(comparison)
  } catch (error) {
    await cancelReplay(parts)
    throw error
  }
}
