// What patches/kafkajs+2.2.4.patch changes: each of these fails without it, but for the two that show that bytes and checksum stay.

import { createHook } from 'node:async_hooks'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { uniqueName } from '../../test/support/engines.ts'
import { newKafka } from './client.ts'
import { createLanes } from './index.ts'
import { apiVersionsKey, startTestProxy } from './test-proxy.ts'
import { testTopic } from './test-topic.ts'

/** SHA-256 of what kafkajs 2.2.4 as published makes of `batches()`. */
const bytesOfUnpatched = '1f1a3e8c26e2afa36f23da22b94a8151dbb926299eaa9e1983b316adc4e96e7f'

const require = createRequire(import.meta.url)
const kafkajs = (path: string) => require(`kafkajs/src/${path}`)

t.test('an idle connection costs no timers', async t => {
  const { client, topic } = await testTopic(1)
  const lanes = await createLanes(client)
  await lanes.append(topic, 0, { key: 'tenant', value: '{}' })
  let timers = 0
  const hook = createHook({ init: (_, type) => void (type === 'Timeout' && timers++) }).enable()
  await delay(500)
  hook.disable()
  t.ok(timers < 20, `${timers} timers in 500 ms`)
  await lanes.stop()
})

t.test('nothing is printed at start or later: no warning, not even of Node about kafkajs', async t => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test-quiet-start.ts')])
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += chunk))
  const code = await new Promise(resolve => child.once('close', resolve))
  t.equal(printed, '')
  t.equal(code, 0)
})

t.test('grouping messages by partition copies none of them', async t => {
  const group = kafkajs('producer/groupMessagesPerPartition.js')
  const messages = Array.from({ length: 50 }, (_, number) => ({ key: 'tenant', value: `${number}` }))
  const iterate = Array.prototype[Symbol.iterator]
  let copies = 0
  const setIterator = (value: unknown) =>
    Object.defineProperty(Array.prototype, Symbol.iterator, { value, configurable: true, writable: true })
  setIterator(function (this: unknown[]) {
    copies++
    return iterate.call(this)
  })
  const grouped = group({ topic: 'events', partitionMetadata: [{ partitionId: 3 }], messages, partitioner: () => 3 })
  setIterator(iterate)
  t.equal(copies, 0)
  t.strictSame(grouped, { 3: messages })
})

t.test('a record batch has the very bytes that kafkajs gave it before', async t => {
  const hash = createHash('sha256')
  for (const records of batches()) {
    const encoded = await kafkajs('protocol/recordBatch/v0/index.js').RecordBatch({
      records: records.map(record => kafkajs('protocol/recordBatch/record/v0/index.js')(record)),
      firstTimestamp: 1_767_225_600_000,
      maxTimestamp: 1_767_225_600_000,
      lastOffsetDelta: records.length - 1,
    })
    hash.update(encoded.buffer)
  }
  t.equal(hash.digest('hex'), bytesOfUnpatched)
})

t.test('a batch is encoded without asking for zeroed memory', async t => {
  const alloc = Buffer.alloc
  let zeroed = 0
  Buffer.alloc = (...args) => {
    zeroed++
    return alloc(...args)
  }
  kafkajs('protocol/recordBatch/record/v0/index.js')({
    key: 'tenant',
    value: 'x'.repeat(700),
    headers: { type: 'json' },
  })
  Buffer.alloc = alloc
  t.equal(zeroed, 0)
})

t.test('the checksum is CRC-32C', async t => {
  const crc32c = kafkajs('protocol/recordBatch/crc32C/index.js')
  t.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  const samples = Array.from({ length: 70 }, (_, length) =>
    Buffer.from(Array.from({ length }, (_, index) => (index * 151 + length * 7) & 0xff)),
  )
  t.strictSame(samples.map(crc32c), samples.map(crc32cByBits))
})

t.test('a member hears that its partitions may be lost before it joins again, whatever the cause', async t => {
  const { client, topic } = await testTopic(1)
  const consumer = newKafka(client.options).consumer({
    groupId: uniqueName('group'),
    sessionTimeout: 6000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 100,
  })
  const events: string[] = []
  const { REBALANCING, GROUP_JOIN } = consumer.events
  consumer.on(REBALANCING, () => void events.push('rebalancing'))
  consumer.on(GROUP_JOIN, () => void events.push('joined'))
  await consumer.connect()
  await consumer.subscribe({ topics: [topic] })
  await consumer.run({ eachBatch: async () => {} })
  t.strictSame(events, ['rebalancing', 'joined'])
  // the whole process stands still past its session: the coordinator does not know the member any more
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8000)
  while (events.filter(event => event === 'joined').length < 2) await delay(20)
  t.strictSame(events, ['rebalancing', 'joined', 'rebalancing', 'joined'])
  await consumer.disconnect()
})

t.test('a broker that did not answer when it was first asked is asked again', async t => {
  const { client } = await testTopic(1)
  const [host, port] = client.options.brokers[0]?.split(':') ?? []
  const proxy = await startTestProxy(() => Number(port), host)
  proxy.hold(true, apiVersionsKey)
  const options = { ...client.options, brokers: [`127.0.0.1:${proxy.port}`] }
  const admin = newKafka(options, { requestTimeout: 500, retry: { retries: 0 } }).admin()
  await t.rejects(admin.connect(), { name: 'KafkaJSNumberOfRetriesExceeded' })
  proxy.hold(false, apiVersionsKey)
  await admin.connect()
  t.ok((await admin.listTopics()).length > 0)
  await admin.disconnect()
  await proxy.close()
})

/** Records of all shapes, the same each time. */
function batches() {
  const sizes = [0, 1, 63, 64, 127, 128, 500, 511, 512, 8191, 8192, 70_000]
  const shapes = sizes.flatMap((size, index) => [
    {
      key: 'tenant',
      value: 'x'.repeat(size),
      headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
    },
    { key: `é\u{1F600}${size}`, value: Buffer.alloc(size, index + 1), timestampDelta: 1000 ** (index % 4) },
    { key: null, value: 'ö'.repeat(size), headers: { a: 'b', many: ['1', '2'], bytes: Buffer.from([0, 255]) } },
    { key: Buffer.from([0, 1]), value: null, timestampDelta: -index },
  ])
  return [
    shapes.map((shape, offsetDelta) => ({ ...shape, offsetDelta })),
    ...shapes.map((shape, index) => [{ ...shape, offsetDelta: index * 1_000_003 }]),
    [],
  ]
}

function crc32cByBits(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
