// How long it takes until everything is as before: after a service was killed, MongoDB's primary stepped down, and a broker was lost. Three
// brokers, three members, and a tenant on each partition of the log, to which webhooks are sent without a pause. The log has a copy on each
// broker, and nothing is acknowledged before Kafka has given up the lost one; a topic with one copy shows who is not concerned.
import { createKafka, createLanes, partitionFor, startConsumer } from '@hibob-sync/kafka'
import { connectMongo } from '@hibob-sync/mongo'
import t from 'tap'
import { withAdmin } from '../../packages/kafka/admin.ts'
import { namedCompany, ownEngines, serviceNames, spawnServices } from '../support/own-engines.ts'
import { partitionCount } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy } from '../support/webhook-client.ts'

const afterKillMs = 30_000
const afterStepDownMs = 15_000
const afterNewLeaderMs = 3000
const afterLossMs = 10_000
/** Who is not concerned waits no longer than this for anything. */
const undisturbedMs = 2000
const lookEveryMs = 50

const engines = await ownEngines(
  { nodes: 3, properties: { 'broker.session.timeout.ms': '6000', 'broker.heartbeat.interval.ms': '1000' } },
  { members: 3 },
)
const { kafka } = engines
const tenants = Array.from({ length: partitionCount }, (_, partition) => tenantOn(partition))
const { prepared, ...company } = await namedCompany(tenants[0] as string, 5, {
  replicationFactor: 3,
  others: tenants.slice(1),
})
const services = await spawnServices(prepared)
t.teardown(async () => {
  await services.stop()
  await prepared.close()
  await engines.stop()
})
await services.areReady()
await company.sendWebhooksTo(services.url)

function tenantOn(partition: number): string {
  for (let number = 0; ; number++)
    if (partitionFor(`tenant-${number}`, partitionCount) === partition) return `tenant-${number}`
}

async function isLevelAfter(name: string): Promise<number> {
  const begun = performance.now()
  company.nameEveryone(name)
  await until(() => company.everyoneIs(name), lookEveryMs)
  return performance.now() - begun
}

await t.test('a service that is killed, and started again, is as before within 30 s', async t => {
  await isLevelAfter('Begun')
  for (const service of serviceNames) {
    const killedAt = performance.now()
    services.processes[service].kill('SIGKILL')
    await services.processes[service].exited
    services.startAgain(service)
    await isLevelAfter(`Without the ${service}`)
    await services.areReady()
    const tookMs = Math.round(performance.now() - killedAt)
    t.comment(`${service}: ${tookMs} ms`)
    t.ok(tookMs < afterKillMs, `${service}: ${tookMs} ms`)
  }
})

await t.test('when MongoDB’s primary steps down, everything is as before within 15 s', async t => {
  await isLevelAfter('Before the step-down')
  const { primary } = await prepared.mongo.db.command({ hello: 1 })
  const former = await connectMongo(`mongodb://${primary}/admin?directConnection=true`, { appName: 'test' })
  await former.db.command({ replSetStepDown: 60, secondaryCatchUpPeriodSecs: 10 })
  await former.close()
  const tookMs = Math.round(await isLevelAfter('After the step-down'))
  const now = await prepared.mongo.db.command({ hello: 1 })
  t.not(now['primary'], primary, 'another member is the primary')
  t.comment(`${tookMs} ms`)
  t.ok(tookMs < afterStepDownMs, `${tookMs} ms`)
  await services.areReady()
  t.equal(await prepared.parked.count(), 0)
})

await t.test('when a broker is lost, its partitions go on in time, and others are not disturbed', async t => {
  const leaders = await leadersFrom(kafka.brokers)
  const victim = kafka.nodes.find(({ id }) => id === leaders.get(0)) as (typeof kafka.nodes)[number]
  const survivors = kafka.brokers.filter((_, index) => kafka.nodes[index] !== victim)
  const watches = { acknowledged: watched(), folded: watched(), taken: watched(), apart: watched(), read: watched() }
  const watching = new AbortController()
  const { signal } = watching
  const sending = tenants.map((tenant, partition) => send(tenant, () => watches.acknowledged.moved(partition), signal))
  const looking = lookAtCheckpoints({ projector: watches.folded, importer: watches.taken }, signal)
  const single = await useSingleCopies({ appended: watches.apart, read: watches.read }, signal)
  const all = [...tenants.keys()]
  await until(() => Object.values(watches).every(watch => all.every(partition => watch.moves(partition) > 5)))
  const lostAt = performance.now()
  victim.kill('SIGKILL')
  await until(async () => {
    const now = await leadersFrom(survivors).catch(() => new Map<number, number>())
    const hasNew = (partition: number) => (now.get(partition) ?? -1) >= 0 && now.get(partition) !== victim.id
    return all.every(hasNew)
  }, lookEveryMs)
  const newLeadersAt = performance.now()
  t.comment(`new leaders after ${Math.round(newLeadersAt - lostAt)} ms`)
  await until(() => performance.now() > newLeadersAt + afterNewLeaderMs * 2)
  watching.abort()
  await Promise.all([...sending, looking])
  for (const what of ['acknowledged', 'folded', 'taken'] as const)
    for (const partition of all) {
      const at = watches[what].firstAfter(partition, newLeadersAt)
      t.comment(`${what}, partition ${partition}: ${Math.round(at - newLeadersAt)} ms after the new leaders`)
      t.ok(at - newLeadersAt < afterNewLeaderMs, `${what}, partition ${partition}, after the new leaders`)
      t.ok(at - lostAt < afterLossMs, `${what}, partition ${partition}, after the loss`)
    }
  for (const what of ['apart', 'read'] as const)
    for (const partition of all.filter(partition => single.leaders.get(partition) !== victim.id)) {
      const gapMs = Math.round(watches[what].longestGapMs(partition, lostAt))
      t.comment(`${what}, partition ${partition}: ${gapMs} ms without any`)
      t.ok(gapMs < undisturbedMs, `${what}, partition ${partition}, of another broker: ${gapMs} ms without any`)
    }
  await single.stop()
  for (const service of serviceNames)
    t.strictSame(
      services.processes[service].logs.filter(({ level }) => level === 'fatal'),
      [],
      service,
    )
})

/** Appends to a topic with one copy of each partition, and reads it, through what the services use. */
async function useSingleCopies(watches: Record<'appended' | 'read', Watched>, signal: AbortSignal) {
  const topic = `${prepared.prefix}single`
  const { client, logger } = prepared
  await withAdmin(client, admin =>
    admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: partitionCount, replicationFactor: 1 }],
    }),
  )
  const lanes = await createLanes(client, { deadlineMs: 4000, sendTimeoutMs: 3000 })
  const consumer = await startConsumer({
    client,
    groupId: topic,
    topic,
    logger,
    takeOver: async () => ({ offset: 0 }),
    released: () => {},
    onCrash(error) {
      throw error
    },
    async handle({ partition, records }) {
      watches.read.moved(partition)
      return { nextOffset: (records.at(-1)?.offset ?? -1) + 1 }
    },
  })
  const appending = Array.from({ length: partitionCount }, async (_, partition) => {
    while (!signal.aborted) {
      await lanes.append(topic, partition, { key: 'tenant', value: '{}' }).then(
        () => watches.appended.moved(partition),
        () => {},
      )
      await new Promise(resolve => setTimeout(resolve, lookEveryMs))
    }
  })
  return {
    leaders: await leadersFrom(kafka.brokers, topic),
    async stop() {
      await Promise.all(appending)
      await consumer.stop()
      await lanes.stop()
    },
  }
}

type Watched = ReturnType<typeof watched>

/** When something moved, by partition. */
function watched() {
  const moves = new Map<number, number[]>()
  const of = (partition: number) => moves.get(partition) ?? []
  return {
    moved: (partition: number) => void moves.set(partition, [...of(partition), performance.now()]),
    moves: (partition: number) => of(partition).length,
    firstAfter: (partition: number, at: number) => of(partition).find(move => move > at) ?? Number.POSITIVE_INFINITY,
    longestGapMs(partition: number, since: number): number {
      const later = [...of(partition).filter(move => move > since), performance.now()]
      return Math.max(...later.map((move, index) => move - (later[index - 1] ?? since)))
    },
  }
}

/** One webhook after the other. */
async function send(tenant: string, onTaken: () => void, signal: AbortSignal): Promise<void> {
  const { token, secret } = prepared.accessOf(tenant)
  const url = `${services.url}/webhooks/hibob/${token}`
  for (let number = 0; !signal.aborted; number++) {
    const body = Buffer.from(`{"type":"employee.updated","version":"v2","data":{"employeeId":"${number}"}}`)
    if ((await postWebhook(url, body, signedBy(secret, body))).status === 200) onTaken()
    await new Promise(resolve => setTimeout(resolve, lookEveryMs))
  }
}

async function lookAtCheckpoints(watches: Record<string, Watched>, signal: AbortSignal): Promise<void> {
  const before = new Map<string, string>()
  const checkpoints = prepared.mongo.db.collection<{ _id: string }>('checkpoints')
  while (!signal.aborted) {
    for (const { _id, ...rest } of await checkpoints.find().toArray()) {
      const [service = '', partition = ''] = _id.split('/')
      const { offset, position } = rest as { offset?: number; position?: { offset: number } }
      const stands = String(position?.offset ?? offset)
      if (before.has(_id) && before.get(_id) !== stands) watches[service]?.moved(Number(partition))
      before.set(_id, stands)
    }
    await new Promise(resolve => setTimeout(resolve, lookEveryMs))
  }
}

async function leadersFrom(brokers: string[], topic = prepared.topics.events): Promise<Map<number, number>> {
  const client = createKafka({ brokers, clientId: 'recovery-times', logger: prepared.logger, connectionTimeoutMs: 500 })
  return withAdmin(client, async admin => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return new Map((topics[0]?.partitions ?? []).map(({ partitionId, leader }) => [partitionId, leader]))
  })
}
