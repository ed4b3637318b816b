// Three brokers, of which each in turn goes away in its own manner while callers append without a pause.
// Promise: every append that was acknowledged is in the log, at the offset that its caller was told.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  applyTopics,
  createKafka,
  createLanes,
  type LanesOptions,
  type LogPosition,
  logEnds,
  readRange,
  topicNames,
} from '@hibob-sync/kafka'
import { startKafka } from '@hibob-sync/local-engines'
import { createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { withAdmin } from '../../packages/kafka/admin.ts'

const partitions = 6
const dataDir = await mkdtemp(join(tmpdir(), 'leader-move-'))
const kafka = await startKafka({
  dataDir,
  cacheDir: resolve(import.meta.dirname, '../../.data/engines'),
  nodes: 3,
  properties: { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' },
})
t.teardown(async () => {
  await kafka.stop()
  await rm(dataDir, { recursive: true, force: true })
})
const client = createKafka({
  brokers: kafka.brokers,
  clientId: 'leader-move',
  logger: createLogger({ service: 'test', level: 'silent' }),
  connectionTimeoutMs: 1000,
})
const [first, second, third] = kafka.nodes as [Node, Node, Node]
type Node = (typeof kafka.nodes)[number]

t.test('a leader that moves in the middle of sends: every append that was acknowledged is in the log', async t => {
  const { events } = topicNames('moves.')
  await applyTopics(client, { prefix: 'moves.', partitions, replicationFactor: 3 })
  const traffic = await startTraffic(events)
  await traffic.servedEverywhere()
  await t.test('the leader is stopped in order', async () => {
    await first.end()
    await traffic.servedEverywhere()
    await first.start()
    await inSync(events)
  })
  await t.test('the leader is killed', async () => {
    second.kill('SIGKILL')
    await traffic.servedEverywhere()
    await second.end()
    await second.start()
    await inSync(events)
  })
  await t.test('the leader hangs, and its partitions are served by others before it wakes', async () => {
    third.kill('SIGSTOP')
    await traffic.servedEverywhere()
    third.kill('SIGCONT')
    await traffic.servedEverywhere()
  })
  const acknowledged = await traffic.stop()
  t.ok(acknowledged.size > 1000, `${acknowledged.size} appends`)
  const log = await logOf(events)
  const lost = [...acknowledged].filter(([value, { partition, offset }]) => log.get(`${partition}/${offset}`) !== value)
  t.strictSame(lost, [])
})

t.test('a broker that hangs fails its own partitions only, though few sends may be under way', async t => {
  const { events } = topicNames('hangs.')
  await applyTopics(client, { prefix: 'hangs.', partitions, replicationFactor: 1 })
  const leaders = await leadersOf(events)
  const traffic = await startTraffic(events, { concurrentSendsMax: 1, sendTimeoutMs: 6000 })
  await traffic.servedEverywhere()
  second.kill('SIGSTOP')
  await traffic.failedOn(partition => leaders.get(partition) === second.id)
  second.kill('SIGCONT')
  await traffic.servedEverywhere()
  await traffic.stop()
  const failed = traffic.failedPartitions().map(partition => leaders.get(partition))
  t.strictSame([...new Set(failed)], [second.id])
})

/** Callers that append one record after the other, on every partition. */
async function startTraffic(topic: string, options: LanesOptions = {}) {
  const lanes = await createLanes(client, { deadlineMs: 4000, sendTimeoutMs: 3000, ...options })
  const acknowledged = new Map<string, LogPosition>()
  const failures = new Map<number, number>()
  const counts = Array.from({ length: partitions }, () => 0)
  let running = true
  const callers = Array.from({ length: partitions * 4 }, async (_, caller) => {
    const partition = caller % partitions
    for (let number = 0; running; number++) {
      const value = `${caller}/${number}`
      try {
        acknowledged.set(value, await lanes.append(topic, partition, { key: 'tenant', value }))
        counts[partition] = (counts[partition] ?? 0) + 1
      } catch {
        failures.set(partition, (failures.get(partition) ?? 0) + 1)
      }
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  })
  return {
    /** Resolves when every partition has acknowledged appends that began from now on. */
    async servedEverywhere() {
      const before = [...counts]
      // the fifth is certain to have begun after the call: each of the four callers awaits its own
      await until(() => counts.every((count, partition) => count >= (before[partition] ?? 0) + 5))
    },
    failedOn: (isMeant: (partition: number) => boolean) =>
      until(() => [...Array(partitions).keys()].filter(isMeant).every(partition => (failures.get(partition) ?? 0) > 0)),
    failedPartitions: () => [...failures.keys()],
    async stop() {
      running = false
      await Promise.all(callers)
      await lanes.stop()
      return acknowledged
    },
  }
}

async function logOf(topic: string): Promise<Map<string, string | null>> {
  const log = new Map<string, string | null>()
  for (const partition of (await logEnds(client, topic)).keys()) {
    for await (const records of readRange(client, topic, partition, 0))
      for (const { offset, value } of records) log.set(`${partition}/${offset}`, value)
  }
  return log
}

const partitionsOf = async (topic: string) =>
  withAdmin(client, async admin => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions ?? [])

const leadersOf = async (topic: string) =>
  new Map((await partitionsOf(topic)).map(({ partitionId, leader }) => [partitionId, leader]))

/** Resolves when every replica has caught up: another broker may then go away. */
async function inSync(topic: string): Promise<void> {
  while (!(await partitionsOf(topic)).every(({ isr }) => isr.length === 3)) await delay()
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay()
}

const delay = () => new Promise(resolve => setTimeout(resolve, 50))
