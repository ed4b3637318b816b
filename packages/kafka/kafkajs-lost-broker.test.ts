// What patches/kafkajs+2.2.4.patch changes for a broker that goes away: a consumer goes on with the others, moves to the new leaders and the
// new coordinator by itself, and keeps its partitions. Each of these fails with kafkajs as it was published.
import { createRequire } from 'node:module'
import t from 'tap'

const require = createRequire(import.meta.url)
const kafkajs = (path: string) => require(`kafkajs/src/${path}`)
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const logger = { ...silent, namespace: () => logger }
const { KafkaJSConnectionError, KafkaJSConnectionClosedError, KafkaJSProtocolError, KafkaJSRequestTimeoutError } =
  kafkajs('errors.js')

/** A member that owns one partition; `fetch` is its broker's answer. */
function memberOf(fetch: () => Promise<unknown>, cluster: object = {}) {
  const calls: string[] = []
  const ConsumerGroup = kafkajs('consumer/consumerGroup.js')
  const group = new ConsumerGroup({
    cluster: {
      refreshMetadataIfNecessary: async () => {},
      refreshMetadata: async () => void calls.push('refresh'),
      removeBroker: () => void calls.push('remove'),
      findBroker: async () => ({ fetch }),
      findTopicPartitionMetadata: () => [{ partitionId: 0, leader: 1, offlineReplicas: [] }],
      ...cluster,
    },
    logger,
    instrumentationEmitter: { emit: (name: string) => void calls.push(name) },
    retry: {},
    topics: ['log'],
    topicConfigurations: { log: {} },
    maxWaitTime: 1,
  })
  group.subscriptionState.assign([{ topic: 'log', partitions: [0] }])
  group.offsetManager = {
    resolveOffsets: async () => {},
    committedOffsets: () => ({ log: { 0: '0' } }),
    nextOffset: () => '0',
  }
  group.checkForStaleAssignment = () => {}
  group.joinAndSync = async () => void calls.push('join')
  return { group, calls }
}

const faults = {
  'takes no connection': new KafkaJSConnectionError('refused', { broker: 'kafka:1', code: 'ECONNREFUSED' }),
  'does not answer in time': new KafkaJSRequestTimeoutError('late', { broker: 'kafka:1' }),
  'closes the connection': new KafkaJSConnectionClosedError('closed', { host: 'kafka', port: 1 }),
  'leads the partition no more': new KafkaJSProtocolError({ type: 'NOT_LEADER_FOR_PARTITION', message: 'moved' }),
}

for (const [what, fault] of Object.entries(faults))
  t.test(`a broker that ${what} fails nobody else’s fetch: its partitions are looked for, and stay owned`, async t => {
    const { group, calls } = memberOf(async () => Promise.reject(fault))
    t.strictSame(await group.fetch(1), [])
    t.strictSame(
      calls.filter(call => call !== 'remove'),
      ['refresh'],
    )
  })

t.test('metadata that nobody gives now is asked for with the next fetch', async t => {
  const { group } = memberOf(async () => Promise.reject(faults['takes no connection']), {
    refreshMetadata: async () => Promise.reject(faults['takes no connection']),
  })
  t.strictSame(await group.fetch(1), [])
})

t.test(
  'a coordinator that is lost is looked for beside the fetches, and the next heartbeat goes to the new one',
  async t => {
    for (const fault of [
      ...Object.values(faults).slice(0, 3),
      new KafkaJSProtocolError({ type: 'NOT_COORDINATOR_FOR_GROUP', message: 'moved' }),
    ]) {
      const beats: string[] = []
      const coordinator = {
        async heartbeat() {
          beats.push('new')
        },
      }
      const asked = { findGroupCoordinator: async () => ({ coordinator: { nodeId: 2 } }) }
      const { group } = memberOf(async () => ({ responses: [] }), {
        brokerPool: { withBroker: async (ask: (to: object) => unknown) => ask({ broker: asked }) },
        findBroker: async () => coordinator,
      })
      const lost = {
        async heartbeat() {
          beats.push('lost')
          throw fault
        },
      }
      Object.assign(group, { memberId: 'member', coordinator: lost })
      await group.heartbeat({ interval: 0 })
      await group.findingCoordinator
      await group.heartbeat({ interval: 0 })
      t.strictSame(beats, ['lost', 'new'])
    }
  },
)

t.test('what a coordinator says of the member itself is still told', async t => {
  const { group } = memberOf(async () => ({ responses: [] }))
  const unknown = new KafkaJSProtocolError({ type: 'UNKNOWN_MEMBER_ID', message: 'the session is over' })
  Object.assign(group, { memberId: 'member', coordinator: { heartbeat: async () => Promise.reject(unknown) } })
  t.equal(await group.heartbeat({ interval: 0 }).catch((error: unknown) => error), unknown)
})

function poolOf(brokers: Record<string, object>) {
  const BrokerPool = kafkajs('cluster/brokerPool.js')
  const pool = new BrokerPool({ logger, connectionPoolBuilder: {}, retry: { retries: 0 } })
  pool.brokers = brokers
  return pool
}

t.test('a partition without a leader keeps no other waiting, and is looked for until it has one', async t => {
  const { parse } = kafkajs('protocol/requests/metadata/v0/response.js')
  const partition = (partitionId: number, partitionErrorCode: number, leader: number) => ({
    partitionErrorCode,
    partitionId,
    leader,
    replicas: [1],
    isr: [1],
  })
  const topicMetadata = [
    { topicErrorCode: 0, topic: 'log', partitionMetadata: [partition(0, 0, 1), partition(1, 5, -1)] },
  ]
  const pool = poolOf({})
  let asked = 0
  pool.seedBroker = { connectionPool: { host: 'kafka', port: 1 } }
  pool.findConnectedBroker = async () => ({
    metadata: async () => {
      asked++
      return parse({ brokers: [], topicMetadata })
    },
  })
  await pool.refreshMetadata(['log'])
  t.strictSame(pool.metadata.topicMetadata, topicMetadata)
  const until = performance.now() + 3000
  while (asked < 2 && performance.now() < until) await pool.refreshMetadataIfNecessary(['log'])
  t.equal(asked, 2)
})

t.test('the last broker that goes away leaves an address to begin with', async t => {
  const broker = { nodeId: 1, connectionPool: { host: 'kafka', port: 1 } }
  const pool = poolOf({ 1: broker })
  pool.seedBroker = broker
  pool.removeBroker({ host: 'kafka', port: 1 })
  t.equal(pool.seedBroker, broker)
})

t.test('an address where nobody answers is left for the next one, whatever it does with a connection', async t => {
  for (const [what, fault] of Object.entries(faults).slice(0, 3)) {
    const pool = poolOf({})
    let asked = 0
    pool.retrier = async (ask: () => Promise<void>) => {
      while (asked < 5)
        try {
          return await ask()
        } catch {}
    }
    const isConnected = () => false
    pool.createSeedBroker = async () => {
      pool.seedBroker = { isConnected, connect: async () => void asked++, versions: 'those of the next' }
    }
    pool.seedBroker = {
      isConnected,
      async connect() {
        asked++
        throw fault
      },
    }
    await pool.connect()
    t.equal(pool.versions, 'those of the next', what)
    t.equal(asked, 2, what)
  }
})

t.test('whoever is asked for the coordinator is one of those that answer', async t => {
  const refused = async () => Promise.reject(faults['takes no connection'])
  const pool = poolOf({
    1: { isConnected: () => false, connect: refused, disconnect: async () => {} },
    2: { isConnected: () => true },
  })
  for (let turn = 0; turn < 10; turn++) t.equal(await pool.withBroker(({ nodeId }: { nodeId: string }) => nodeId), '2')
})
