// kafkajs measures durations by a clock that nobody sets (patches/kafkajs+2.2.4.patch): a step of the machine's clock, either way, delays
// no heartbeat, request time-out, throttled request, metadata refresh or commit. Each of these fails with kafkajs as it was published.
import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'

const require = createRequire(import.meta.url)
const kafkajs = (path: string) => require(`kafkajs/src/${path}`)
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const logger = { ...silent, namespace: () => logger }
const tenMinutes = 600_000

/** The code of a file, without its comments. */
const codeOf = (path: string) => readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

/** The machine's clock is set by so many ms until the test ends. */
function setClock(t: Test, byMs: number): void {
  const now = Date.now
  Date.now = () => now() + byMs
  t.teardown(() => {
    Date.now = now
  })
}

const steps = [
  ['back', -tenMinutes],
  ['ahead', tenMinutes],
] as const

/** What happens within `ms` of real time. */
async function within(ms: number, happened: () => boolean): Promise<boolean> {
  const until = performance.now() + ms
  while (!happened() && performance.now() < until) await delay(5)
  return happened()
}

t.test(
  'what kafkajs asks the machine’s clock for are times of records, commits, events and log lines alone',
  async t => {
    const src = join(dirname(require.resolve('kafkajs/package.json')), 'src')
    const files = globSync('**/*.js', { cwd: src }).filter(file => /\bDate\b/.test(codeOf(join(src, file))))
    t.strictSame(files.sort(), [
      'instrumentation/event.js',
      'loggers/index.js',
      'protocol/message/v1/index.js',
      'protocol/recordBatch/v0/index.js',
      'protocol/requests/offsetCommit/v1/request.js',
      'protocol/requests/produce/v2/request.js',
      'protocol/requests/produce/v3/request.js',
    ])
  },
)

for (const [direction, byMs] of steps) {
  t.test(`a clock set ${direction} by 10 min changes no interval between heartbeats`, async t => {
    let beats = 0
    const ConsumerGroup = kafkajs('consumer/consumerGroup.js')
    const group = new ConsumerGroup({
      logger,
      instrumentationEmitter: { emit() {} },
      retry: {},
      topics: [],
      topicConfigurations: {},
    })
    Object.assign(group, { memberId: 'member', coordinator: { heartbeat: async () => void beats++ } })
    setClock(t, byMs)
    await group.heartbeat({ interval: 50 })
    t.equal(beats, 0, 'none comes early')
    await delay(60)
    await group.heartbeat({ interval: 50 })
    t.equal(beats, 1, 'none comes late')
  })

  t.test(`a clock set ${direction} by 10 min neither cuts a request off nor lets one hang`, async t => {
    const { queue, push } = requestQueue(t)
    const failures: string[] = []
    const sentAt = performance.now()
    push((error: Error) => failures.push(error.name))
    setClock(t, byMs)
    await delay(150)
    t.strictSame(failures, [], 'it may take its time')
    t.ok(await within(3000, () => failures.length > 0))
    t.strictSame(failures, ['KafkaJSRequestTimeoutError'])
    t.ok(performance.now() - sentAt >= 300)
    queue.destroy()
  })

  t.test(`a clock set ${direction} by 10 min neither skips a throttling nor prolongs it`, async t => {
    const { queue, push, sent } = requestQueue(t)
    queue.maybeThrottle(200)
    const throttledAt = performance.now()
    setClock(t, byMs)
    push(() => {})
    t.equal(sent(), 0, 'the broker asked for a pause')
    t.ok(await within(3000, () => sent() === 1))
    t.ok(performance.now() - throttledAt >= 190)
    queue.rejectAll(new Error('over'))
    queue.destroy()
  })

  t.test(`a clock set ${direction} by 10 min makes known metadata neither older nor younger`, async t => {
    const BrokerPool = kafkajs('cluster/brokerPool.js')
    const pool = new BrokerPool({ logger, connectionPoolBuilder: {}, retry: {}, metadataMaxAge: 100 })
    let asked = 0
    const answer = { brokers: [], topicMetadata: [] }
    pool.seedBroker = { connectionPool: { host: 'kafka', port: 9092 } }
    pool.findConnectedBroker = async () => ({
      metadata: async () => {
        asked++
        return answer
      },
    })
    await pool.refreshMetadata([])
    setClock(t, byMs)
    await pool.refreshMetadataIfNecessary([])
    t.equal(asked, 1)
    await delay(120)
    await pool.refreshMetadataIfNecessary([])
    t.equal(asked, 2)
  })

  t.test(`a clock set ${direction} by 10 min moves no commit of offsets`, async t => {
    const OffsetManager = kafkajs('consumer/offsetManager/index.js')
    const manager = new OffsetManager({ memberAssignment: {}, autoCommitInterval: 100 })
    let commits = 0
    manager.commitOffsets = async () => void commits++
    setClock(t, byMs)
    await manager.commitOffsetsIfNecessary()
    t.equal(commits, 0)
    await delay(120)
    await manager.commitOffsetsIfNecessary()
    t.equal(commits, 1)
  })

  t.test(`a clock set ${direction} by 10 min lets no other replica be read from longer or shorter`, async t => {
    const ConsumerGroup = kafkajs('consumer/consumerGroup.js')
    const metadata = [{ partitionId: 0, leader: 1, offlineReplicas: [] }]
    const batch = { errorCode: 0, partition: 0, preferredReadReplica: 2, messages: [], highWatermark: '0' }
    const broker = {
      nodeId: 1,
      fetch: async () => ({ responses: [{ topicName: 'log', partitions: [batch] }] }),
    }
    const cluster = {
      findBroker: async () => broker,
      findTopicPartitionMetadata: () => metadata,
      refreshMetadataIfNecessary: async () => {},
    }
    const group = new ConsumerGroup({
      cluster,
      logger,
      instrumentationEmitter: { emit() {} },
      retry: {},
      topics: ['log'],
      topicConfigurations: { log: {} },
      maxBytesPerPartition: 1000,
      metadataMaxAge: 100,
    })
    group.subscriptionState.assign([{ topic: 'log', partitions: [0] }])
    group.offsetManager = {
      resolveOffsets: async () => {},
      committedOffsets: () => ({ log: { 0: '0' } }),
      nextOffset: () => '0',
    }
    group.checkForStaleAssignment = () => {}
    await group.fetch(1)
    const readFrom = () => Object.keys(group.findReadReplicaForPartitions('log', [0])).map(Number)
    setClock(t, byMs)
    t.strictSame(readFrom(), [2])
    await delay(120)
    t.strictSame(readFrom(), [1])
  })
}

t.test('how long an answer took is told right, although the clock was set back meanwhile', async t => {
  const SocketRequest = kafkajs('network/requestQueue/socketRequest.js')
  const told: number[] = []
  const request = new SocketRequest({
    requestTimeout: 1000,
    broker: 'kafka:9092',
    clientId: 'test',
    expectResponse: true,
    entry: { correlationId: 1, resolve() {}, reject() {} },
    send() {},
    timeout() {},
    instrumentationEmitter: { emit: (_name: string, { duration }: { duration: number }) => void told.push(duration) },
  })
  request.send()
  setClock(t, -tenMinutes)
  await delay(20)
  request.completed({ size: 0, payload: null })
  t.ok((told[0] ?? 0) >= 15 && (told[0] ?? 0) < 10_000, `${told} ms`)
})

/** A queue to a broker that never answers; requests may take 300 ms. */
function requestQueue(t: Test) {
  const RequestQueue = kafkajs('network/requestQueue/index.js')
  const queue = new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: 300,
    enforceRequestTimeout: true,
    clientId: 'test',
    broker: 'kafka:9092',
    logger,
    isConnected: () => true,
  })
  queue.scheduleRequestTimeoutCheck()
  t.teardown(() => queue.destroy())
  let sent = 0
  let correlationId = 0
  const push = (reject: (error: Error) => void) =>
    queue.push({
      entry: { correlationId: ++correlationId, apiName: 'Fetch', apiKey: 1, apiVersion: 11, resolve() {}, reject },
      expectResponse: true,
      sendRequest: () => void sent++,
    })
  return { queue, push, sent: () => sent }
}
