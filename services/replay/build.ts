// Builds a generation from the log up to where the live one stands, and compares the two there.
import { setTimeout as delay } from 'node:timers/promises'
import { tenantStateId } from '@hibob-sync/domain'
import { generationStore, modelPages, projectionStore, type ReplayDocument, withSnapshot } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { type Comparison, compareGenerations } from './compare.ts'
import { foldGeneration, type GenerationFold } from './fold-generation.ts'
import type { LogParts, ReplayParts } from './parts.ts'
import { countEvents, type EventCount, foldThrough } from './read-log.ts'

export interface Built {
  fold: GenerationFold
  /** Events of the tenant that the generation holds. */
  events: number
}

const projectorWaitMs = 60_000
const askEveryMs = 200

/**
 * Builds the generations of replays, all of tenants of one partition, in one pass over its log.
 * `to`: where to end; by default where the live read models stand.
 */
export async function buildGenerations(
  log: LogParts,
  replays: readonly ReplayDocument[],
  to?: number,
): Promise<Built[]> {
  const target = to ?? (await livePosition(log)).offset
  const folds = await Promise.all(replays.map(replay => foldOf(log, replay, replays.length)))
  const from = new Map(folds.map(fold => [fold.scope.tenantId, fold.position()]))
  const counts = await countEvents(log, target, from)
  const countOf = (fold: GenerationFold) => counts.get(fold.scope.tenantId) as EventCount
  for (const [index, fold] of folds.entries()) if (replays[index]?.position === null) beginAt(fold, countOf(fold))
  const total = sum([...counts.values()].map(({ events }) => events))
  let done = sum([...counts.values()].map(({ before }) => before))
  log.onProgress({ phase: 'folding', done, total })
  await foldThrough(log, folds, target, events => {
    done += events
    log.onProgress({ phase: 'folding', done, total })
  })
  return folds.map(fold => ({ fold, events: countOf(fold).events }))
}

/** Memory is shared alike by the generations that are built together. */
function foldOf({ mongo, config }: LogParts, replay: ReplayDocument, together: number): Promise<GenerationFold> {
  const { _id: id, run, tenantId, generation, position, purpose } = replay
  return foldGeneration({
    scope: { tenantId, generation },
    from: position,
    store: projectionStore(mongo),
    pages: modelPages(mongo),
    generation: generationStore(mongo, { id, run }),
    documentsMax: Math.max(1, Math.floor(config.REPLAY_DOCUMENTS_MAX / together)),
    // what no later run can go on with is stored at its end
    storeEveryMs: mayBeOffered(purpose) ? config.REPLAY_STORE_EVERY_MS : Number.POSITIVE_INFINITY,
    notesParked: mayBeOffered(purpose),
  })
}

const mayBeOffered = (purpose: ReplayDocument['purpose']) => purpose === 'replay' || purpose === 'rollback'
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/** Nothing of before a removal is left but that the tenant is removed. */
function beginAt(fold: GenerationFold, { begin, removed }: EventCount): void {
  fold.begin(begin)
  if (!removed) return
  const id = tenantStateId(fold.scope)
  const state = { _id: id, ...fold.scope, kind: 'tenant' as const, removed: true, lastResendId: null }
  fold.seed({ users: new Map(), teams: new Map(), managers: new Map(), states: new Map([[id, state]]) })
}

/** Folds on to where the live read models stand at one moment, and compares with them as they stand then. */
export async function compareWithLive(parts: ReplayParts, { fold }: Built): Promise<Comparison> {
  const { mongo, tenantId, partition, onProgress, signal } = parts
  const until = performance.now() + projectorWaitMs
  await foldThrough(parts, [fold], (await livePosition(parts)).offset)
  for (;;) {
    const compared = await withSnapshot(mongo, async snapshot => {
      const position = (await snapshot.position(partition)) ?? { offset: 0, step: 0 }
      if (position.step > 0 || position.offset < fold.position()) return null
      const live = { tenantId, generation: await snapshot.generation(tenantId) }
      await foldThrough(parts, [fold], position.offset)
      return compareGenerations(snapshot, live, fold, done => {
        signal.throwIfAborted()
        onProgress({ phase: 'comparing', done, total: 0 })
      })
    })
    if (compared !== null) return compared
    if (performance.now() > until) throw projectorBehind(partition)
    onProgress({ phase: 'waiting for the projector', done: 0, total: 0 })
    signal.throwIfAborted()
    await delay(askEveryMs)
  }
}

async function livePosition({ mongo, partition }: LogParts): Promise<{ offset: number; step: number }> {
  return (await modelPages(mongo).position(partition)) ?? { offset: 0, step: 0 }
}

const projectorBehind = (partition: number) =>
  new AppError(
    'projector_behind',
    `the projector has not folded partition ${partition} as far as this: see whether it runs (\`hibob-sync status\`), then try again`,
    { retryable: true },
  )
