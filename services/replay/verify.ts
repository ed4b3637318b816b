// Verify: the log is folded anew beside the live read models and compared with them at the same offset. Leaves nothing behind.
import { type ReplayDocument, removeGenerationOf, replays } from '@hibob-sync/mongo'
import { type Built, buildGenerations, compareWithLive } from './build.ts'
import type { Comparison } from './compare.ts'
import type { ReplayParts } from './parts.ts'
import { requireWholeLog } from './whole-log.ts'

export interface Verified extends Comparison {
  events: number
  /** Events whose fold failed. */
  parked: number
}

export async function verifyTenant(parts: ReplayParts): Promise<Verified> {
  return withScratch(parts, async replay => {
    const [built] = (await buildGenerations(parts, [replay])) as [Built]
    const comparison = await compareWithLive(parts, built)
    return { ...comparison, events: built.events, parked: built.fold.totals().parked }
  })
}

/** Gives a generation that goes again when `act` has ended. Throws as `requireWholeLog` does. */
export async function withScratch<T>(parts: ReplayParts, act: (replay: ReplayDocument) => Promise<T>): Promise<T> {
  const { mongo, tenantId, codeVersion, by } = parts
  await requireWholeLog(parts)
  const replay = await replays(mongo).begin({ tenantId, purpose: 'scratch', codeVersion, by })
  if (replay === null) throw new Error('a comparison is never refused')
  try {
    return await act(replay)
  } finally {
    await removeGenerationOf(mongo, replay)
  }
}
