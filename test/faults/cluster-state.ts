// What the engines say of themselves: leaders, replicas in sync, the primary.
import { connectMongo, type Mongo } from '@hibob-sync/mongo'
import { withAdmin } from '../../packages/kafka/admin.ts'
import { type Cluster, everyMemberFollows } from './cluster.ts'
import { delay, type World } from './fault.ts'

const pollMs = 50
const stepDownTries = 10
const stepDownAgainMs = 500

export type KafkaWorld = Pick<World, 'client' | 'topic'>

/** Of the events' topic. */
export async function partitionsOf({ client, topic }: KafkaWorld) {
  return withAdmin(
    client,
    async admin => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions ?? [],
  )
}

/** The id of the broker that leads a partition of the events, once one does. */
export async function leaderOf(world: KafkaWorld, partition: number): Promise<number> {
  for (;;) {
    const found = (await partitionsOf(world)).find(({ partitionId }) => partitionId === partition)
    if (found !== undefined && found.leader > 0) return found.leader
    await delay(pollMs)
  }
}

/** How many partitions have so few replicas in sync, or fewer. */
export const inSyncAtMost = async (world: KafkaWorld, replicas: number) =>
  (await partitionsOf(world)).filter(({ isr }) => isr.length <= replicas).length

/** Asks one member by itself. */
async function withMember<T>({ mongo }: Cluster, index: number, act: (mongo: Mongo) => Promise<T>): Promise<T> {
  const url = `mongodb://127.0.0.1:${mongo.members[index]?.port}/admin?directConnection=true`
  const member = await connectMongo(url, { appName: 'faults', waitMs: 2000 })
  try {
    return await act(member)
  } finally {
    await member.close()
  }
}

/** The index of the primary, as the members say; null when there is none. `except`: a member that is not asked. */
export async function primaryOf(cluster: Cluster, except: number | null = null): Promise<number | null> {
  for (const index of cluster.mongo.members.keys()) {
    if (index === except) continue
    const hello = await withMember(cluster, index, ({ db }) => db.command({ hello: 1 })).catch(() => null)
    if (hello?.['isWritablePrimary'] === true) return index
  }
  return null
}

export async function primaryNow(cluster: Cluster): Promise<number> {
  for (;;) {
    const found = await primaryOf(cluster)
    if (found !== null) return found
    await delay(pollMs)
  }
}

/** The member steps down for some seconds; asked again while no other one has caught up so far that it could take its place. */
export async function stepDown(cluster: Cluster, index: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const command = { replSetStepDown: 5, secondaryCatchUpPeriodSecs: 3 }
      await withMember(cluster, index, ({ db }) => db.command(command))
      return
    } catch (error) {
      if (tries === stepDownTries || (await primaryOf(cluster)) !== index) throw error
    }
    await delay(stepDownAgainMs)
  }
}

/** Has one member write to its disk what it holds in memory. */
export async function flushMember(cluster: Cluster, index: number): Promise<void> {
  await withMember(cluster, index, ({ db }) => db.command({ fsync: 1 })).catch(() => {})
}

/** Members that the given one cannot reach. */
export async function unreachableFrom(cluster: Cluster, index: number): Promise<number> {
  const status = await withMember(cluster, index, ({ db }) => db.command({ replSetGetStatus: 1 })).catch(() => null)
  return ((status?.['members'] ?? []) as { health: number }[]).filter(({ health }) => health === 0).length
}

/** 1 when a write with `w: majority` that the member takes is not confirmed. */
export async function majorityStalls(cluster: Cluster, index: number): Promise<number> {
  return withMember(cluster, index, async ({ db }) => {
    const answer = await db.command({
      insert: 'stalls',
      documents: [{ at: new Date() }],
      writeConcern: { w: 'majority', wtimeout: 300 },
    })
    return answer['writeConcernError'] === undefined ? 0 : 1
  }).catch(error => (/write concern|waiting for replication/i.test(String(error)) ? 1 : 0))
}

/** What a round did to the engines is undone: every process runs, every member follows, every replica is in sync. */
export async function restore(world: KafkaWorld & Pick<World, 'cluster'>): Promise<void> {
  const { kafka, mongo } = world.cluster
  for (const engine of [...kafka.nodes, ...mongo.members]) engine.kill('SIGCONT')
  await everyMemberFollows(world.cluster)
  await primaryNow(world.cluster)
  while ((await inSyncAtMost(world, kafka.nodes.length - 1)) > 0) await delay(pollMs)
}
