// A tenant as it was at some time, kept under a name: the log folded up to there into a generation that nobody is switched to.
// A run that ends before its end, however it ends, keeps nothing under the name; what it has stored goes with the old generations.
import { offsetForTime } from '@hibob-sync/kafka'
import { removeGenerationOf, type SnapshotContent, snapshotExists, snapshots } from '@hibob-sync/mongo'
import { type Built, buildGenerations } from './build.ts'
import type { GenerationFold } from './fold-generation.ts'
import type { ReplayParts } from './parts.ts'
import { requireWholeLog } from './whole-log.ts'

export interface WantedSnapshot {
  name: string
  timeMs: number
  /** Whether it may take the place of the one that has the name. */
  replace: boolean
}

export interface Kept extends SnapshotContent {
  events: number
  /** Events whose fold failed. */
  parked: number
}

/** Throws AppError `snapshot_exists` before anything is done, or `tenant_removed`. */
export async function keepSnapshot(parts: ReplayParts, { name, timeMs, replace }: WantedSnapshot): Promise<Kept> {
  const { mongo, tenantId, codeVersion, by } = parts
  const store = snapshots(mongo)
  if (!replace && (await store.find(tenantId, name)) !== null) throw snapshotExists(tenantId, name)
  await requireWholeLog(parts)
  const offset = await offsetForTime(parts.client, parts.topics.events, parts.partition, timeMs)
  const building = await store.begin({ tenantId, codeVersion, by })
  try {
    const [{ fold, events }] = (await buildGenerations(parts, [building], offset)) as [Built]
    await fold.flush()
    const content = { name, asOf: new Date(timeMs), offset, ...(await counted(fold)) }
    parts.signal.throwIfAborted()
    const former = await store.keep({ id: building._id, run: building.run }, tenantId, content, replace)
    if (former !== null) await removeGenerationOf(mongo, former)
    return { ...content, events, parked: fold.totals().parked }
  } catch (error) {
    const givenUp = await store.giveUp(building)
    if (givenUp !== null) await removeGenerationOf(mongo, givenUp)
    throw error
  }
}

async function counted(fold: GenerationFold): Promise<Pick<SnapshotContent, 'users' | 'teams' | 'managers'>> {
  const counts = { users: 0, teams: 0, managers: 0 }
  for await (const page of fold.all('users'))
    counts.users += page.filter(({ user }) => user.status !== 'deleted').length
  for (const name of ['teams', 'managers'] as const)
    for await (const page of fold.all(name)) counts[name] += page.length
  return counts
}
