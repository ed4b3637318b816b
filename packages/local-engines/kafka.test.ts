// Kafka of three nodes, for tests of failures.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { applyTopics, createKafka, createLanes, logEnds, topicNames } from '@hibob-sync/kafka'
import { createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { startKafka } from './index.ts'
import { isAlive } from './lock.ts'

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
const logger = createLogger({ service: 'test', level: 'silent' })
const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-kafka-'))
t.teardown(() => rm(dataDir, { recursive: true, force: true }))

await t.test('three nodes make a cluster that goes on when one is killed, and takes it back', async t => {
  const kafka = await startKafka({ dataDir, cacheDir, nodes: 3 })
  t.teardown(() => kafka.stop())
  t.equal(kafka.brokers.length, 3)
  const client = createKafka({ brokers: kafka.brokers, clientId: 'test', logger })
  await applyTopics(client, { prefix: '', replicationFactor: 3, partitions: 3 })
  const lanes = await createLanes(client, { deadlineMs: 60_000 })
  t.teardown(() => lanes.stop())
  const formerPids = kafka.nodes.map(node => node.pid)
  kafka.nodes[1]?.kill('SIGKILL')
  for (const partition of [0, 1, 2])
    await lanes.append(topicNames('').events, partition, { key: 'k', value: 'while one is down' })
  await kafka.nodes[1]?.start()
  for (const partition of [0, 1, 2]) await lanes.append(topicNames('').events, partition, { key: 'k', value: 'again' })
  t.not(kafka.nodes[1]?.pid, formerPids[1])
  const ends = await logEnds(client, topicNames('').events)
  t.ok([...ends.values()].every(({ high }) => high >= 2))
  await kafka.stop()
  t.notOk([...formerPids, ...kafka.nodes.map(node => node.pid)].some(isAlive), 'a stop leaves no process')
})
