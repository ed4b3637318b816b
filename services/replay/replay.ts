// Replay: a tenant's next generation is built from the log beside the live one, compared with it, and offered to the projector.
// Rollback is the same with the generation that readers saw before the last switch.
import { type NewReplay, type ReplayDocument, removeGenerationOf, replays } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { type Built, buildGeneration, compareWithLive } from './build.ts'
import type { Comparison } from './compare.ts'
import { isSwitchedAt, offerUntilSwitched } from './offer.ts'
import { keepBeating, openReplay } from './open-replay.ts'
import type { ReplayParts } from './parts.ts'

export interface Replayed {
  replayId: string
  generation: number
  events: number
  parked: number
  /** Null when a former run had compared already. */
  comparison: Comparison | null
}

/** Told of the differences, if there are any; throws when the switch is not wanted. */
export type Approve = (comparison: Comparison) => Promise<void>

/** Throws AppError `replay_running`, `replay_lost`, `replay_not_taken` or `projector_behind`. What is not wanted is cancelled. */
export async function replayTenant(parts: ReplayParts, approve: Approve): Promise<Replayed> {
  const { tenantId, codeVersion, by } = parts
  return runReplay(parts, { tenantId, purpose: 'replay', codeVersion, by }, approve)
}

/** Throws AppError `nothing_to_roll_back` too. */
export async function rollBackTenant(parts: ReplayParts, approve: Approve): Promise<Replayed> {
  const { mongo, tenantId, codeVersion, by } = parts
  const last = await replays(mongo).lastSwitchOf(tenantId)
  if (last === null || last.replaced === null || last.removed)
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

async function runReplay(parts: ReplayParts, wanted: NewReplay, approve: Approve): Promise<Replayed> {
  const replaying = replays(parts.mongo)
  const replay = await openReplay(parts, replaying, wanted)
  let progress: ReplayDocument['progress'] = replay.progress
  let built: Built | null = null
  const stopBeating = keepBeating(
    replaying,
    replay,
    () => progress,
    () => built?.fold.isStoring() ?? false,
  )
  const watched: ReplayParts = {
    ...parts,
    onProgress(told) {
      if (told.phase === 'folding') progress = { events: told.total, folded: told.done }
      parts.onProgress(told)
    },
  }
  try {
    const result = { replayId: replay._id, generation: replay.generation, events: 0, parked: 0, comparison: null }
    const { level } = replay
    // an earlier run offered it, and the projector may come to the offer yet
    if (replay.state === 'level' && level !== null && (await isSwitchedAt(watched, replaying, replay, level)))
      return result
    built = await buildGeneration(watched, replay)
    const comparison = await compareWithLive(watched, built)
    if (comparison.count > 0) await approved(parts, approve, comparison)
    await offerUntilSwitched(watched, replaying, replay, built.fold)
    return { ...result, events: built.events, parked: built.fold.totals().parked, comparison }
  } finally {
    stopBeating()
  }
}

async function approved(parts: ReplayParts, approve: Approve, comparison: Comparison): Promise<void> {
  try {
    await approve(comparison)
  } catch (error) {
    await cancelReplay(parts)
    throw error
  }
}
