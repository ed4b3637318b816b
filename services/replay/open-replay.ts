// Who builds a tenant's next generation: one process at a time. A replay whose process died is carried on by the next that is started;
// one that lives is not disturbed. Whether it lives is seen by whether its beat moves, so no clocks are compared.
import { setTimeout as delay } from 'node:timers/promises'
import { generationStore, type NewReplay, type ReplayDocument, type Replays } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { ReplayParts } from './parts.ts'

const beatEveryMs = 400
const watchMs = 2500
const askEveryMs = 100

/** Throws AppError `replay_running` when the tenant has a replay that lives, or one of another purpose. */
export async function openReplay(parts: ReplayParts, replaying: Replays, wanted: NewReplay): Promise<ReplayDocument> {
  for (;;) {
    const begun = await replaying.begin(wanted)
    if (begun !== null) return begun
    const found = await replaying.openOf(parts.tenantId)
    if (found === null) continue
    if (found.purpose !== wanted.purpose) throw running(found)
    await watch(replaying, found)
    const taken = await replaying.takeOver(found, parts.codeVersion)
    if (taken !== null) return prepared(parts, replaying, taken)
  }
}

async function watch(replaying: Replays, found: ReplayDocument): Promise<void> {
  const until = performance.now() + watchMs
  while (performance.now() < until) {
    await delay(askEveryMs)
    const now = await replaying.get(found._id)
    if (now?.open !== true) return
    if (now.beat !== found.beat) throw running(now)
  }
}

/** A flush that was cut leaves a generation that is of no use: it is begun anew. */
async function prepared(
  { mongo, tenantId }: ReplayParts,
  replaying: Replays,
  taken: ReplayDocument,
): Promise<ReplayDocument> {
  if (taken.flushing === null || taken.state !== 'building') return taken
  await generationStore(mongo, { id: taken._id, run: taken.run }).empty(tenantId, taken.generation)
  return (await replaying.get(taken._id)) ?? taken
}

/** Shows that the replay lives until it is stopped. */
export function keepBeating(
  replaying: Replays,
  { _id: id, run }: ReplayDocument,
  progress: () => ReplayDocument['progress'],
): () => void {
  let beating = false
  const timer = setInterval(async () => {
    if (beating) return
    beating = true
    await replaying.beat({ id, run }, progress()).catch(() => {})
    beating = false
  }, beatEveryMs)
  return () => clearInterval(timer)
}

function running({ tenantId, purpose, by, startedAt, state, progress }: ReplayDocument): AppError {
  const far = progress === null ? state : `${progress.folded} of ${progress.events} events`
  return new AppError(
    'replay_running',
    `a ${purpose} of ${tenantId} is under way, begun by ${by} at ${startedAt.toISOString()} (${far}): wait for it, or \`hibob-sync replay cancel ${tenantId}\``,
    { retryable: true },
  )
}
