// Whatever the sizes of changes, and whatever Kafka refuses or fails to answer: publishing ends, and the topics end with what consumers need.
import fc from 'fast-check'
import t from 'tap'
import type { Sendable } from './send-changes.ts'
import { answer, change, publishAll, stubStore, stubTopic, type TopicRecord, type Trouble } from './test-publisher.ts'

/** Of a topic: of a batch of records, and so of a record. */
const recordBytesMax = 200_000

const key = fc.integer({ min: 0, max: 12 }).map(number => `${number}`)
const bytes = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3000 }) },
  fc.integer({ min: 0, max: 300_000 }),
)
const drawn = fc.record({ key, bytes, isTeam: fc.boolean(), ends: fc.integer({ min: 0, max: 9 }).map(n => n === 0) })
const commits = fc.array(fc.array(drawn, { maxLength: 40 }), { minLength: 1, maxLength: 8 })
const kinds = fc.constantFrom<'none' | 'refused' | 'unstored' | 'unanswered'>(
  'none',
  'refused',
  'unstored',
  'unanswered',
)

function changesOf(
  drawnCommits: readonly (readonly { key: string; bytes: number; isTeam: boolean; ends: boolean }[])[],
) {
  let offset = 0
  return drawnCommits.map(items =>
    items.map(one => {
      offset++
      const value = `${offset} ${'x'.repeat(one.bytes)}`
      if (one.isTeam) return change(one.key, offset, one.ends ? null : value, { topic: 'teams' })
      return change(one.key, offset, value, { tombstone: one.ends })
    }),
  )
}

const sizeOf = ({ value }: { value: string | null }) => 90 + (value?.length ?? 0)
const refusedAlone = (record: { value: string | null }) => sizeOf(record) > recordBytesMax
const isDeliverable = (one: Sendable) => one.tombstone || !refusedAlone(one)

function kafka(records: readonly TopicRecord[]): Trouble {
  const size = records.reduce((sum, record) => sum + sizeOf(record), 0)
  return size > recordBytesMax ? { error: answer('MESSAGE_TOO_LARGE'), stored: false } : null
}

const nameOf = ({ topic, key }: { topic: string; key: string }) =>
  `${topic.replace('-changes', '').replace(/s$/, '')} ${key}`

function endsRight(all: readonly Sendable[], stored: readonly TopicRecord[], notes: ReadonlySet<string>): void {
  const last = new Map(stored.map(record => [nameOf(record), record.value]))
  const newest = new Map<string, Sendable[]>()
  for (const one of all) newest.set(nameOf(one), [...(newest.get(nameOf(one)) ?? []), one])
  for (const [name, own] of newest) {
    const delivered = own.findLast(isDeliverable)
    const expected = delivered === undefined ? undefined : delivered.tombstone ? null : delivered.value
    if (last.get(name) !== expected)
      throw new Error(`${name} ends with another record than its newest that can be delivered`)
    const isNoted = notes.has(`${own[0]?.topic}/${own[0]?.key}`)
    if (isNoted === isDeliverable(own.at(-1) as Sendable)) throw new Error(`${name}: the note is wrong`)
  }
}

/** Of each key, whatever comes again. */
function isInOrder(stored: readonly TopicRecord[]): void {
  const offsets = new Map<string, number>()
  const seen = new Set<string>()
  for (const record of stored) {
    if (record.value === null || seen.has(record.value)) continue
    seen.add(record.value)
    const offset = Number(record.value.split(' ')[0])
    if (offset < (offsets.get(nameOf(record)) ?? 0)) throw new Error(`${nameOf(record)}: ${offset} came late`)
    offsets.set(nameOf(record), offset)
  }
}

t.test('without faults each change is sent twice at most, refused ones too, and none that is stored', async t => {
  await fc.assert(
    fc.asyncProperty(commits, async drawnCommits => {
      const committed = changesOf(drawnCommits)
      const all = committed.flat()
      const topic = stubTopic({ trouble: kafka })
      const store = stubStore(all)
      await publishAll(topic, store, committed)
      endsRight(all, topic.stored, new Set(store.notes.keys()))
      isInOrder(topic.stored)
      const records = all.length + all.filter(({ tombstone }) => tombstone).length
      if (topic.counts.records > 2 * records) throw new Error(`${topic.counts.records} records sent for ${records}`)
      const texts = topic.stored.flatMap(({ value }) => value ?? [])
      if (new Set(texts).size !== texts.length) throw new Error('a change is stored twice')
      if (store.resend.size > 0) throw new Error('nothing was uncertain')
    }),
    { numRuns: 60 },
  )
  t.pass()
})

interface Scenario {
  drawnCommits: Parameters<typeof changesOf>[0]
  faults: string[]
}

async function endsUnderFaults({ drawnCommits, faults }: Scenario): Promise<void> {
  const committed = changesOf(drawnCommits)
  let sends = 0
  const trouble = (records: readonly TopicRecord[]): Trouble => {
    const fault = faults[sends++] ?? 'none'
    const refused = kafka(records)
    if (refused !== null || fault === 'none') return refused
    return fault === 'unstored'
      ? { error: answer('NOT_LEADER_FOR_PARTITION'), stored: false }
      : { error: Object.assign(new Error('lost'), { name: 'KafkaJSConnectionError' }), stored: true }
  }
  const topic = stubTopic({ trouble, deadlineMs: 20 })
  const store = stubStore(committed.flat())
  await publishAll(topic, store, committed)
  endsRight(committed.flat(), topic.stored, new Set(store.notes.keys()))
  isInOrder(topic.stored)
}

t.test('with refusals and faults at random it ends, in order, with the newest change of each key last', async t => {
  const scenario = fc.record({ drawnCommits: commits, faults: fc.array(kinds, { maxLength: 6 }) })
  // side by side, as most of the time passes between two tries
  const scenarios = fc.array(scenario, { minLength: 12, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(scenarios, async drawn => void (await Promise.all(drawn.map(endsUnderFaults)))),
    { numRuns: 2 },
  )
  t.pass()
})
