// Several members of one group: they come, go, hang and wake.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { engines, uniqueName } from '../../test/support/engines.ts'
import { type Consumer, createLanes, startConsumer } from './index.ts'
import { quietLogger, type TestTopic, testTopic } from './test-topic.ts'

const sessionTimeoutMs = 6000
const partitions = 6

t.test('members come and go: each record is handled once, in order, by the one owner of its partition', async t => {
  const group = sharedPositions(await testTopic(partitions))
  const traffic = await startTraffic(group.topic)
  const first = await group.member('first')
  await traffic.goOn()
  const second = await group.member('second')
  await traffic.goOn()
  const third = await group.member('third')
  await traffic.goOn()
  await first.stop()
  await traffic.goOn()
  await second.rejoin()
  await traffic.goOn()
  await third.stop()
  const appended = await traffic.stop()
  await until(() => second.assigned().length === partitions)
  await second.caughtUp()
  t.strictSame(
    group.handled,
    appended.map(count => Array.from({ length: count }, (_, offset) => offset)),
  )
  t.equal(group.conflicts(), 0, 'nobody thought to own what another had taken over')
  await second.stop()
})

t.test(
  'a take-over that is overtaken by a rebalance is dropped, told as lost, and never runs beside the next one',
  async t => {
    const topic = await testTopic(2)
    const groupId = uniqueName('group')
    const gate = Promise.withResolvers<void>()
    const events: string[] = []
    const running = new Map<number, number>()
    let most = 0
    const options = { ...topic, groupId, sessionTimeoutMs, logger: quietLogger, onCrash: failWith }
    const handle = async () => ({ nextOffset: 0 })
    const slow = await startConsumer({
      ...options,
      handle,
      async takeOver(partition) {
        events.push(`begin ${partition}`)
        running.set(partition, (running.get(partition) ?? 0) + 1)
        most = Math.max(most, ...running.values())
        await gate.promise
        running.set(partition, (running.get(partition) ?? 0) - 1)
        events.push(`end ${partition}`)
        return { offset: 0 }
      },
      released: lost => void events.push(...lost.map(partition => `lost ${partition}`)),
    })
    const quick = await startConsumer({ ...options, handle, takeOver: async () => ({ offset: 0 }), released: () => {} })
    await quick.caughtUp()
    t.strictSame(slow.assigned(), [])
    t.strictSame(events.splice(0).sort(), ['begin 0', 'begin 1', 'lost 0', 'lost 1'])
    gate.resolve()
    await slow.caughtUp()
    const [kept] = slow.assigned()
    const gone = kept === 0 ? 1 : 0
    t.strictSame(quick.assigned(), [gone])
    t.strictSame(
      events.filter(event => event.endsWith(` ${gone}`)),
      [`end ${gone}`, `lost ${gone}`],
    )
    t.strictSame(
      events.filter(event => event.endsWith(` ${kept}`)),
      [`end ${kept}`, `lost ${kept}`, `begin ${kept}`, `end ${kept}`],
    )
    t.equal(most, 1)
    await Promise.all([slow.stop(), quick.stop()])
  },
)

t.test(
  'a handler is told at once that a rebalance has begun, and the new member need not wait for its end',
  async t => {
    const topic = await testTopic(1)
    const lanes = await createLanes(topic.client)
    await lanes.append(topic.topic, 0, { key: 'tenant', value: '{}' })
    await lanes.stop()
    const group = sharedPositions(topic)
    const handling = Promise.withResolvers<void>()
    const told = Promise.withResolvers<void>()
    const first = await group.member('first', async ({ isOwned }) => {
      handling.resolve()
      while (isOwned()) await new Promise(resolve => setTimeout(resolve, 5))
      told.resolve()
      return { nextOffset: 0 }
    })
    await handling.promise
    const began = performance.now()
    const joining = group.member('second')
    await told.promise
    t.ok(performance.now() - began < sessionTimeoutMs, 'before its session could have ended')
    await Promise.all([first.stop(), (await joining).stop()])
  },
)

t.test('a member that was stopped past its session finds that it owns nothing before it does anything', async t => {
  const topic = await testTopic(1)
  const lanes = await createLanes(topic.client)
  await lanes.append(topic.topic, 0, { key: 'tenant', value: '{}' })
  await lanes.stop()
  const groupId = uniqueName('group')
  const { brokers } = await engines()
  const member = spawn(process.execPath, [
    join(import.meta.dirname, 'test-member.ts'),
    ...[brokers.join(','), topic.topic, groupId, String(sessionTimeoutMs)],
  ])
  t.teardown(() => member.kill('SIGKILL'))
  const lines: string[] = []
  createInterface(member.stdout).on('line', line => lines.push(line))
  await until(() => lines.some(line => line.startsWith('owned')))
  member.kill('SIGSTOP')
  const takenOver = Promise.withResolvers<void>()
  const other = await startConsumer({
    ...topic,
    groupId,
    sessionTimeoutMs,
    logger: quietLogger,
    async takeOver() {
      takenOver.resolve()
      return { offset: 0 }
    },
    handle: async ({ records }) => ({ nextOffset: (records.at(-1)?.offset ?? -1) + 1 }),
    released: () => {},
    onCrash: failWith,
  })
  await takenOver.promise
  const wokenAt = Date.now()
  member.kill('SIGCONT')
  await until(() => lines.includes('lost'))
  const askedAfter = lines.slice(0, lines.indexOf('lost')).filter(line => Number(line.split(' ')[1]) >= wokenAt)
  t.strictSame(askedAfter, [])
  await other.stop()
})

/** Members keep their positions as services do: moved by compare-and-set on the owner. */
function sharedPositions({ client, topic }: TestTopic) {
  const groupId = uniqueName('group')
  const positions = new Map<number, { owner: string; offset: number }>()
  const handled: number[][] = Array.from({ length: partitions }, () => [])
  let conflicts = 0
  type Handle = Parameters<typeof startConsumer>[0]['handle']

  function member(name: string, handle?: Handle): Promise<Consumer> {
    let takeOvers = 0
    const owners = new Map<number, string>()
    return startConsumer({
      client,
      topic,
      groupId,
      sessionTimeoutMs,
      heartbeatIntervalMs: 300,
      logger: quietLogger,
      async takeOver(partition) {
        const offset = positions.get(partition)?.offset ?? 0
        const owner = `${name} ${++takeOvers}`
        owners.set(partition, owner)
        positions.set(partition, { owner, offset })
        return { offset }
      },
      handle:
        handle ??
        (async ({ partition, records, isOwned }) => {
          let next = records[0]?.offset ?? 0
          for (const { offset } of records) {
            await new Promise(resolve => setImmediate(resolve))
            if (!isOwned()) break
            const position = positions.get(partition)
            if (position?.owner !== owners.get(partition)) {
              conflicts++
              break
            }
            handled[partition]?.push(offset)
            next = offset + 1
            positions.set(partition, { owner: position?.owner ?? '', offset: next })
          }
          return { nextOffset: next }
        }),
      released: () => {},
      onCrash: failWith,
    })
  }
  return { topic: { client, topic }, member, handled, conflicts: () => conflicts }
}

async function startTraffic({ client, topic }: TestTopic) {
  const lanes = await createLanes(client)
  const counts = Array.from({ length: partitions }, () => 0)
  let running = true
  const appending = (async () => {
    for (let number = 0; running; number++) {
      const partition = number % partitions
      const records = Array.from({ length: 20 }, () => ({ key: 'tenant', value: `${number}` }))
      await lanes.appendAll(topic, partition, records)
      counts[partition] = (counts[partition] ?? 0) + records.length
    }
  })()
  return {
    async goOn() {
      const total = () => counts.reduce((sum, count) => sum + count, 0)
      const before = total()
      await until(() => total() >= before + 2000)
    },
    async stop() {
      running = false
      await appending
      await lanes.stop()
      return counts
    },
  }
}

function failWith(error: Error): never {
  throw error
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 10))
}
