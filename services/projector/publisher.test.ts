// The publisher over real lanes, without engines: a topic in memory refuses and fails as it is told.
import type { Published } from '@hibob-sync/mongo'
import t from 'tap'
import { drainOutbox } from './take-over.ts'
import {
  answer,
  change,
  publishAll,
  type StubTopic,
  stubPublisher,
  stubStore,
  stubTopic,
  type TopicRecord,
} from './test-publisher.ts'

const tooLarge = (bytesMax: number) => (records: readonly TopicRecord[]) =>
  records.reduce((sum, { value }) => sum + 90 + (value?.length ?? 0), 0) > bytesMax
    ? { error: answer('MESSAGE_TOO_LARGE'), stored: false }
    : null
const values = ({ stored }: StubTopic) => stored.map(({ value }) => value)
const text = (length: number, name: string | number) => `${name} ${'x'.repeat(length)}`

t.test('one change of 901 that Kafka refuses is set aside, and the 900 others arrive once and in order', async t => {
  const changes = Array.from({ length: 901 }, (_, at) => change(`${at}`, at, text(at === 450 ? 3_000_000 : 100, at)))
  const topic = stubTopic({ trouble: tooLarge(2 * 1024 * 1024) })
  const store = stubStore(changes)
  await publishAll(topic, store, [changes])
  t.same(
    values(topic),
    changes.filter((_, at) => at !== 450).map(({ value }) => value),
  )
  t.ok(topic.counts.records <= 2 * changes.length, `${topic.counts.records} records sent`)
  t.match([...store.notes.values()], [{ _id: 'users/acme/450', offset: 450, cause: 'MESSAGE_TOO_LARGE' }])
  t.equal(store.published.offset, 900)
  t.equal(store.resend.size, 0)
})

t.test('a topic that takes less than a send holds up nothing: the size that it takes is found once', async t => {
  const changes = Array.from({ length: 2000 }, (_, at) => change(`${at}`, at, text(at === 450 ? 30_000 : 900, at)))
  const topic = stubTopic({ trouble: tooLarge(20_000) })
  const store = stubStore(changes)
  await publishAll(topic, store, [changes])
  t.same(
    values(topic),
    changes.filter((_, at) => at !== 450).map(({ value }) => value),
  )
  t.ok(topic.counts.records <= 2 * changes.length, `${topic.counts.records} records sent`)
  t.equal(store.notes.size, 1)
})

t.test('a commit that is larger than all that may wait is sent in parts', async t => {
  const commits = Array.from({ length: 5 }, (_, item) =>
    Array.from({ length: 400 }, (_, at) => change(`${at}`, item * 400 + at, text(34_000, item * 400 + at))),
  )
  const topic = stubTopic()
  const store = stubStore(commits.flat())
  await publishAll(topic, store, commits)
  t.equal(topic.stored.length, 2000)
  t.equal(topic.counts.records, 2000)
  t.same(store.published, { offset: 1999, step: 0 })
})

t.test(
  'partitions that together have more than may wait, and a record larger than that, wait for each other',
  async t => {
    const topic = stubTopic({ queueBytesMax: 100_000 })
    const stores = await Promise.all(
      Array.from({ length: 8 }, async (_, partition) => {
        const changes = Array.from({ length: 20 }, (_, at) =>
          change(`${partition}-${at}`, at, text(at === 7 ? 300_000 : 20_000, at)),
        )
        const store = stubStore(changes)
        const own = stubPublisher(topic, store, partition)
        own.enqueue(changes, { offset: 19, step: 0 })
        await own.finish()
        return store
      }),
    )
    t.ok(stores.every(({ published }) => published.offset === 19))
    t.equal(topic.counts.records, 8 * 20)
    t.equal(topic.lanes.stats().queuedBytes, 0)
  },
)

t.test('what was acknowledged is not sent again when the rest of a send fails', async t => {
  const changes = Array.from({ length: 1000 }, (_, at) => change(`${at}`, at, text(2000, at)))
  let sends = 0
  const topic = stubTopic({
    deadlineMs: 200,
    trouble: () => (++sends > 2 && sends < 8 ? { error: answer('NOT_ENOUGH_REPLICAS'), stored: false } : null),
  })
  const store = stubStore(changes)
  await publishAll(topic, store, [changes])
  t.same(
    values(topic).slice(0, 1000),
    changes.map(({ value }) => value),
  )
  t.equal(store.published.offset, 999)
  t.ok(store.resend.size > 0 && store.resend.size < 1000, 'only what was under way may have been stored')
})

for (const fault of [
  'TOPIC_AUTHORIZATION_FAILED',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'POLICY_VIOLATION',
  'INVALID_TIMESTAMP',
  'CORRUPT_MESSAGE',
])
  t.test(
    `${fault} is a fault of topic or cluster: nothing is set aside, everything waits until it is mended`,
    async t => {
      const changes = [change('1', 1, 'one'), change('2', 2, 'two')]
      let isMended = false
      const topic = stubTopic({
        deadlineMs: 100,
        trouble: () => (isMended ? null : { error: answer(fault), stored: false }),
      })
      const store = stubStore(changes)
      setTimeout(() => (isMended = true), 300)
      await publishAll(topic, store, [changes])
      t.equal(store.notes.size, 0)
      t.same(values(topic), ['one', 'two'])
    },
  )

t.test('a newer change that is delivered takes the note of its key away, in the same send and later', async t => {
  const topic = stubTopic({ trouble: tooLarge(20_000) })
  const first = [change('a', 1, text(30_000, 'a1')), change('a', 2, 'a2'), change('b', 3, text(30_000, 'b3'))]
  const store = stubStore(first)
  await publishAll(topic, store, [first])
  t.same([...store.notes.keys()], ['users/acme/b'])
  await publishAll(topic, store, [[change('b', 4, text(30_000, 'b4'))]])
  t.match(store.notes.get('users/acme/b'), { offset: 4 })
  await publishAll(topic, store, [[change('b', 5, 'b5')]])
  t.equal(store.notes.size, 0)
  t.same(values(topic), ['a2', 'b5'])
})

t.test(
  'the null value of a user who ends counts: with it the key is delivered, without it the change waits',
  async t => {
    let takesNull = true
    const topic = stubTopic({
      trouble: records =>
        records.some(({ value }) => (value === null ? !takesNull : value.length > 20_000))
          ? { error: answer('INVALID_RECORD'), stored: false }
          : null,
    })
    const removed = [change('a', 1, text(30_000, 'a'), { tombstone: true }), change('t', 1, null, { topic: 'teams' })]
    const store = stubStore(removed)
    await publishAll(topic, store, [removed])
    t.equal(store.notes.size, 0)
    t.same(topic.stored, [
      { topic: 'team-changes', key: 'acme/t', value: null },
      { topic: 'user-changes', key: 'acme/a', value: null },
    ])
    takesNull = false
    const later = [change('a', 2, 'a', { tombstone: true }), change('t', 2, null, { topic: 'teams' })]
    await publishAll(topic, store, [later])
    t.same([...store.notes.keys()].sort(), ['teams/acme/t', 'users/acme/a'])
    t.same(values(topic).slice(2), ['a'], 'what was acknowledged is not sent again')
  },
)

t.test('a wish to try again sends the key’s newest change, or says that it is refused again', async t => {
  let bytesMax = 20_000
  const topic = stubTopic({ trouble: records => tooLarge(bytesMax)(records) })
  const changes = [change('a', 1, text(30_000, 'a')), change('b', 2, text(40_000, 'b')), change('c', 3, 'c')]
  const store = stubStore(changes)
  const own = stubPublisher(topic, store)
  await own.load()
  own.enqueue(changes, { offset: 3, step: 0 })
  await own.backlogBelow(0)
  t.equal(store.notes.size, 2)
  bytesMax = 35_000
  for (const key of ['a', 'b']) store.ask(`users/acme/${key}`)
  while (store.asked() > 0) await new Promise(resolve => setTimeout(resolve, 20))
  t.match([...store.notes.values()], [{ _id: 'users/acme/b', tries: 2 }])
  t.same(values(topic), ['c', changes[0]?.value])
  await own.finish()
})

t.test('a publisher says what waits, and by what it was answered for whether it moves', async t => {
  let isMended = false
  const topic = stubTopic({
    deadlineMs: 100,
    trouble: records =>
      isMended || records.some(({ value }) => value === 'b')
        ? null
        : { error: answer('NOT_ENOUGH_REPLICAS'), stored: false },
  })
  const own = stubPublisher(topic, stubStore([]))
  t.same(own.backlog(), { changes: 0, sent: 0 })
  own.enqueue([change('b', 1, 'b')], { offset: 1, step: 0 })
  await own.backlogBelow(0)
  own.enqueue([change('a', 2, 'a'), change('c', 3, 'c')], { offset: 3, step: 0 })
  while (topic.counts.sends < 4) await new Promise(resolve => setTimeout(resolve, 10))
  t.same(own.backlog(), { changes: 2, sent: 1 })
  isMended = true
  await own.finish()
  t.same(own.backlog(), { changes: 0, sent: 3 })
})

t.test('what is sent once more overtakes no change of an event that is sent in parts', async t => {
  const topic = stubTopic()
  const step = (key: string, at: number) => ({ ...change(key, 5, `${key} ${at}`), step: at })
  const store = stubStore([change('k', 4, 'k'), step('a', 3), step('b', 4), step('k', 4), step('k', 5)])
  const own = stubPublisher(topic, store)
  const looked = async () => {
    while (store.resend.size > 0) await new Promise(resolve => setTimeout(resolve, 10))
  }
  own.enqueue([change('k', 4, 'k')], { offset: 4, step: 0 })
  own.enqueue([step('a', 3)], { offset: 5, step: 3 })
  await own.backlogBelow(0)
  store.resend.add('users|acme|acme/k')
  await looked()
  t.same(values(topic), ['k', 'a 3', 'k'], 'between two steps the newest that was sent')
  store.resend.add('users|acme|acme/k')
  own.enqueue([step('b', 4)], null)
  await own.backlogBelow(0)
  await new Promise(resolve => setTimeout(resolve, 1200))
  t.equal(store.resend.size, 1, 'within a step nothing')
  own.enqueue([step('k', 4)], { offset: 5, step: 4 })
  own.enqueue([step('k', 5)], { offset: 5, step: 5 })
  await looked()
  t.same(values(topic), ['k', 'a 3', 'k', 'b 4', 'k 4', 'k 5', 'k 5'])
  await own.finish()
})

t.test('a note is stored before anything counts as published, though MongoDB fails meanwhile', async t => {
  const topic = stubTopic({ trouble: tooLarge(20_000) })
  const changes = [change('a', 1, text(30_000, 'a')), change('b', 2, 'b')]
  const store = stubStore(changes)
  const { note } = store.undelivered
  let faults = 3
  store.undelivered.note = async refused => {
    t.equal(store.published.offset, -1)
    if (faults-- > 0) throw new Error('MongoDB is away')
    await note(refused)
  }
  await publishAll(topic, store, [changes])
  t.same([[...store.notes.keys()], store.published.offset], [['users/acme/a'], 2])
  t.same(values(topic), ['b'])
})

t.test('a take-over sends what was not published in bounded pages, and waits for no refused change', async t => {
  const topic = stubTopic({ trouble: tooLarge(20_000) })
  const changes = Array.from({ length: 30 }, (_, at) => change(`${at % 20}`, at, text(at === 12 ? 30_000 : 10, at)))
  const store = stubStore(changes)
  const own = stubPublisher(topic, store)
  await own.load()
  const published: string[] = []
  const outbox = {
    async unsent(_partition: number, after: Published | string) {
      const from = typeof after === 'string' ? Number(after) + 1 : 0
      return changes.slice(from, from + 7).map(one => ({ ...one, place: `${one.offset}`, step: 0, foldedAt: null }))
    },
  }
  const enqueue: typeof own.enqueue = (page, through) => {
    published.push(`${page.length} ${through?.offset ?? '-'}`)
    own.enqueue(page, through)
  }
  const keys = await drainOutbox(outbox, { ...own, enqueue }, 0, { offset: -1, step: 0 })
  await own.resendLater(keys)
  const inPages = ['6 5', '1 -', '6 12', '1 -', '6 19', '1 -', '6 26', '1 -', '1 28', '1 -', '0 29']
  t.same(published, inPages, 'the last step of a page may go on in the next')
  t.equal(store.notes.size, 1)
  t.equal(store.resend.size, 19, 'a key that has a note is not sent again blindly')
  await own.finish()
  t.equal(store.published.offset, 29)
})
