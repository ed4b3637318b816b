// For tests: a publisher over real lanes, and in the place of the engines a topic in memory that refuses and fails as it is told.
import { type LaneProducer, lanesOver } from '@hibob-sync/kafka'
import type { Published, RefusedChange, Retry, UndeliveredChange, UndeliveredChanges } from '@hibob-sync/mongo'
import { createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { publisher } from './publisher.ts'
import type { Sendable } from './send-changes.ts'

export interface TopicRecord {
  topic: string
  key: string
  value: string | null
}

/** Of a send, before it: a fault is thrown, and `stored` says whether the records are stored all the same. */
export type Trouble = { error: Error; stored: boolean } | null

export interface StubOptions {
  queueBytesMax?: number
  deadlineMs?: number
  partitions?: number
  trouble?(records: readonly TopicRecord[]): Trouble
}

export const topics = { users: 'user-changes', teams: 'team-changes' }
const logger = createLogger({ service: 'test', level: 'silent' })

/** As kafkajs tells what a broker answers. */
export const answer = (type: string) => Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type })

export const change = (key: string, offset: number, value: string | null, more: Partial<Sendable> = {}): Sendable => ({
  tenantId: 'acme',
  topic: 'users',
  key: `acme/${key}`,
  offset,
  value,
  tombstone: false,
  ...more,
})

export function stubTopic({ queueBytesMax, deadlineMs = 60_000, trouble = () => null }: StubOptions = {}) {
  const stored: TopicRecord[] = []
  const counts = { sends: 0, records: 0 }
  const producer: LaneProducer = {
    async send(topic, _partition, messages) {
      await new Promise(resolve => setImmediate(resolve))
      const records = messages.map(({ key, value }) => ({ topic, key: String(key), value: value as string | null }))
      counts.sends++
      counts.records += records.length
      const fault = trouble(records)
      const offset = stored.length
      if (fault === null || fault.stored) stored.push(...records)
      if (fault !== null) throw fault.error
      return offset
    },
    sockets: {
      factory: () => {
        throw new Error('opens no socket')
      },
      closeBroker() {},
      closeSilent() {},
      closeAll() {},
    },
    async disconnect() {},
  }
  const lanes = lanesOver(producer, { deadlineMs, ...(queueBytesMax === undefined ? {} : { queueBytesMax }) })
  t.teardown(() => lanes.stop())
  return { stored, counts, lanes }
}

export type StubTopic = ReturnType<typeof stubTopic>

/** `committed`: what the outbox holds, oldest first; `step` is 0 where it is missing. */
export function stubStore(committed: readonly (Sendable & { step?: number })[]) {
  const notes = new Map<string, UndeliveredChange>()
  const resend = new Set<string>()
  let retry: Retry[] = []
  const store = { notes, resend, published: { offset: -1, step: 0 } as Published, ask, outbox: {}, checkpoints: {} }
  function ask(note: string): void {
    retry.push({ id: `${retry.length} ${note}`, note })
  }
  const outbox = {
    newest: async (topic: string, tenantId: string, key: string, { offset, step }: Published) =>
      (committed.findLast(
        one =>
          one.topic === topic &&
          one.tenantId === tenantId &&
          one.key === key &&
          (one.offset < offset || (one.offset === offset && (one.step ?? 0) <= step)),
      ) ?? null) as never,
  }
  const checkpoints = {
    async movePublished(_partition: number, _owner: string, published: Published) {
      store.published = published
      return true
    },
    addResend: async (_partition: number, keys: string[]) => {
      for (const key of keys) resend.add(key)
    },
    wanted: async () => ({ resend: [...resend], retry }),
    pullResend: async (_partition: number, _owner: string, keys: string[]) => {
      for (const key of keys) resend.delete(key)
    },
    pullRetry: async (_partition: number, _owner: string, done: readonly Retry[]) => {
      retry = retry.filter(one => !done.includes(one))
    },
  }
  const idOf = ({ topic, key }: { topic: string; key: string }) => `${topic}/${key}`
  const undelivered = {
    async note(refused: readonly RefusedChange[]) {
      const at = new Date()
      for (const one of refused) {
        const tries = (notes.get(idOf(one))?.tries ?? 0) + 1
        notes.set(idOf(one), { _id: idOf(one), ...one, refusedAt: at, triedAt: at, tries })
      }
    },
    async delivered(changes: readonly (Sendable & { offset: number })[]) {
      for (const one of changes) if ((notes.get(idOf(one))?.offset ?? 0) <= one.offset) notes.delete(idOf(one))
    },
    ofPartition: async () => [...notes.values()],
    due: async () => [...notes.values()],
    find: async (ids: readonly string[]) => ids.flatMap(id => notes.get(id) ?? []),
    discard: async (id: string) => notes.delete(id),
  } as unknown as UndeliveredChanges
  return Object.assign(store, { outbox, checkpoints, undelivered, asked: () => retry.length })
}

export type StubStore = ReturnType<typeof stubStore>

export function stubPublisher(topic: StubTopic, store: StubStore, partition = 0) {
  return publisher({
    partition,
    owner: 'me',
    published: store.published,
    topics,
    lanes: topic.lanes,
    outbox: store.outbox,
    checkpoints: store.checkpoints,
    undelivered: store.undelivered,
    logger,
    onPublished() {},
    onUndelivered() {},
    resendAfterMs: 0,
  })
}

/** Each commit's changes in one item, as the projector enqueues them; resolves when all of it is published or noted. */
export async function publishAll(topic: StubTopic, store: StubStore, commits: readonly (readonly Sendable[])[]) {
  const own = stubPublisher(topic, store)
  await own.load()
  for (const changes of commits) own.enqueue(changes, { offset: changes.at(-1)?.offset ?? 0, step: 0 })
  await own.finish()
}
