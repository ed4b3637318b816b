// The replay's side of the hand-over (protocol P7): it offers its generation in the log, folds up to the offer, calls itself level, and waits
// for what the projector does there. An offer that came too early is made again.
import { setTimeout as delay } from 'node:timers/promises'
import { encodeEvent, type HibobEvent } from '@hibob-sync/domain'
import { createLanes } from '@hibob-sync/kafka'
import type { ReplayDocument, Replays } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { v7 as uuidv7 } from 'uuid'
import type { GenerationFold } from './fold-generation.ts'
import type { ReplayParts } from './parts.ts'
import { foldThrough, logEnd } from './read-log.ts'

const offersMax = 10
const appendWithinMs = 10_000
const waitMaxMs = 600_000
const askEveryMs = 50

/** Resolves when the projector has switched to the replay's generation. */
export async function offerUntilSwitched(
  parts: ReplayParts,
  replaying: Replays,
  replay: ReplayDocument,
  fold: GenerationFold,
): Promise<void> {
  const fence = { id: replay._id, run: replay.run }
  for (let offer = 0; offer < offersMax; offer++) {
    // as near as can be, so that little is left to fold while the projector waits
    await foldThrough(parts, [fold], await logEnd(parts))
    await fold.flush()
    const offset = await append(parts, replay)
    if (offset === null) continue
    await foldThrough(parts, [fold], offset)
    await fold.flush()
    if (!(await replaying.setLevel(fence, offset))) {
      await requireOpen(replaying, replay)
      continue
    }
    if (await isSwitchedAt(parts, replaying, replay, offset)) return
  }
  throw new AppError(
    'replay_not_taken',
    `the projector did not take the new generation of ${parts.tenantId} in ${offersMax} offers: see whether it runs the same release, then run the replay again, which goes on from here`,
    { retryable: true },
  )
}

/** Waits for what the projector does at an offer; false when it passed the offer over. Throws AppError `replay_lost`. */
export async function isSwitchedAt(
  parts: ReplayParts,
  replaying: Replays,
  replay: ReplayDocument,
  offset: number,
): Promise<boolean> {
  const until = performance.now() + waitMaxMs
  while (performance.now() < until) {
    const now = await requireOpen(replaying, replay)
    if (now.state === 'switched') return true
    if (now.state === 'building' && now.missedThrough >= offset) return false
    parts.signal.throwIfAborted()
    parts.onProgress({ phase: 'waiting for the projector', done: 0, total: 0 })
    await delay(askEveryMs)
  }
  throw new AppError(
    'projector_behind',
    `the projector has not come to the offer at ${parts.partition}/${offset} yet: see whether it runs. It switches ${parts.tenantId} when it comes there`,
    { retryable: true },
  )
}

async function requireOpen(replaying: Replays, { _id, run, tenantId }: ReplayDocument): Promise<ReplayDocument> {
  const now = await replaying.get(_id)
  if (now !== null && now.run === run && now.state !== 'cancelled') return now
  throw new AppError('replay_lost', `the replay of ${tenantId} was cancelled, or is carried on by another process`, {
    retryable: false,
  })
}

/** Null when it is not known whether the offer is in the log; if it is, the projector passes it over. */
async function append(
  { client, topics, partition, tenantId }: ReplayParts,
  replay: ReplayDocument,
): Promise<number | null> {
  const { _id: replayId, generation, codeVersion } = replay
  const event: HibobEvent<'tenant.replay.ready'> = {
    specversion: '1.0',
    id: uuidv7(),
    source: '/hibob-sync/replay',
    type: 'tenant.replay.ready',
    time: new Date().toISOString(),
    tenantid: tenantId,
    dataversion: 1,
    data: { replayId, generation, codeVersion },
  }
  const lanes = await createLanes(client, { deadlineMs: appendWithinMs, sendTimeoutMs: appendWithinMs / 2 })
  try {
    return (await lanes.append(topics.events, partition, { key: tenantId, value: encodeEvent(event) })).offset
  } catch (error) {
    if (error instanceof AppError && error.retryable) return null
    throw error
  } finally {
    await lanes.stop()
  }
}
