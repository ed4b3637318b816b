// Lanes against a broker of their own, behind a proxy: it stops, hangs, or its answers are lost.
import t from 'tap'
import { createLanes, readRange } from './index.ts'
import { startTestBroker } from './test-broker.ts'
import { testTopic, valuesIn } from './test-topic.ts'

const broker = await startTestBroker(end => t.teardown(end))
const { proxy } = broker

const newTopic = () => testTopic(2, { brokers: broker.brokers })
const record = (value: string) => ({ key: 'tenant', value })

t.test('a lane never has two sends outstanding, nor one above 512 KiB', async t => {
  const { client, topic } = await newTopic()
  const lanes = await createLanes(client)
  proxy.produceBytes.length = 0
  proxy.hold(true)
  const waiting = Array.from({ length: 300 }, (_, number) =>
    lanes.append(topic, 0, record(`${number} ${'x'.repeat(9000)}`)),
  )
  await until(() => proxy.unanswered() > 0)
  const opening = setInterval(() => {
    proxy.hold(false)
    proxy.hold(true)
  }, 10)
  await Promise.all(waiting)
  clearInterval(opening)
  proxy.hold(false)
  t.equal(proxy.unansweredMax(), 1)
  t.ok(proxy.produceBytes.length >= 6)
  t.ok(proxy.produceBytes.every(bytes => bytes <= 512 * 1024))
  await lanes.stop()
})

t.test('every send waits for all replicas that are in sync', async t => {
  const { client, topic } = await newTopic()
  const lanes = await createLanes(client)
  proxy.produceAcks.length = 0
  await lanes.append(topic, 0, record('everywhere'))
  t.strictSame(proxy.produceAcks, [-1])
  await lanes.stop()
})

t.test('a send whose answer is lost is repeated: nothing is lost, nothing overtakes', async t => {
  const { client, topic } = await newTopic()
  const lanes = await createLanes(client, { deadlineMs: 10_000, sendTimeoutMs: 500 })
  await lanes.append(topic, 0, record('0'))
  proxy.loseNextAnswer()
  const first = lanes.append(topic, 0, record('1'))
  await until(() => proxy.unanswered() > 0)
  const rest = ['2', '3'].map(value => lanes.append(topic, 0, record(value)))
  await Promise.all([first, ...rest])
  const values = await valuesIn(readRange(client, topic, 0, 0))
  t.strictSame(values, ['0', '1', '1', '2', '3'], 'the one without an answer is there twice, in its place')
  t.equal(lanes.stats().failures, 1)
  await lanes.stop()
})

t.test('a record is reported failed only when its send cannot be under way any more', async t => {
  const { client, topic } = await newTopic()
  const lanes = await createLanes(client, { deadlineMs: 1000, sendTimeoutMs: 5000 })
  await lanes.append(topic, 0, record('0'))
  proxy.hold(true)
  const began = performance.now()
  const failed = await lanes.append(topic, 0, record('1')).catch(error => error)
  const took = performance.now() - began
  t.match(failed, { code: /^log_(deadline|unavailable)$/, retryable: true })
  t.ok(took >= 1000 && took < 1800, `${Math.round(took)} ms`)
  await until(() => proxy.unanswered() === 0)
  proxy.hold(false)
  await lanes.append(topic, 0, record('2'))
  await lanes.stop()
})

t.test('a stopped broker gives log_unavailable within the deadline, and the lane goes on when it is back', async t => {
  const { client, topic } = await newTopic()
  const lanes = await createLanes(client, { deadlineMs: 1500, sendTimeoutMs: 1000 })
  await lanes.append(topic, 1, record('before'))
  broker.kill('SIGKILL')
  const began = performance.now()
  const failed = await Promise.all(
    Array.from({ length: 20 }, (_, number) => lanes.append(topic, 1, record(`lost ${number}`)).catch(error => error)),
  )
  t.ok(performance.now() - began < 3000, `${Math.round(performance.now() - began)} ms`)
  t.ok(failed.every(error => error.code === 'log_unavailable' && error.retryable))
  t.equal(lanes.stats().queuedBytes, 0)
  await broker.startAgain()
  await untilDone(() => lanes.append(topic, 1, record('after')))
  t.strictSame(await valuesIn(readRange(client, topic, 1, 0)), ['before', 'after'])
  await lanes.stop()
})

t.test('a broker that hangs is given up in time, and taken again when it wakes', async t => {
  const { client, topic } = await newTopic()
  const lanes = await createLanes(client, { deadlineMs: 1500, sendTimeoutMs: 1000 })
  await lanes.append(topic, 0, record('before'))
  broker.kill('SIGSTOP')
  const began = performance.now()
  await t.rejects(lanes.append(topic, 0, record('during')), { code: 'log_unavailable' })
  t.ok(performance.now() - began < 2500, `${Math.round(performance.now() - began)} ms`)
  broker.kill('SIGCONT')
  await untilDone(() => lanes.append(topic, 0, record('after')))
  await lanes.stop()
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 5))
}

async function untilDone(act: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void (await act())
    } catch {}
  }
}
