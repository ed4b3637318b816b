// Whatever the clocks of the importer and of the broker say, only a reading that began a settling time after its webhook was taken counts.
import type { HibobEvent, Needs } from '@hibob-sync/domain'
import type { HibobClient } from '@hibob-sync/hibob'
import type { ImporterCheckpoints, PendingRead, PendingReads, ReadingDone } from '@hibob-sync/mongo'
import t, { type Test } from 'tap'
import { ownedPartitions } from './owned-partitions.ts'
import { readPeople } from './read-people.ts'
import { settledOffsets } from './settled-offsets.ts'

const settlingMs = 25_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const person = { id: '7', fields: { 'root.id': '7' }, labels: {}, absent: [] }

/** A reading by an importer whose clock is off, of somebody whose webhook it took so long ago. */
async function readingAt(t: Test, { clockOffMs, takenMsAgo }: { clockOffMs: number; takenMsAgo: number }) {
  const now = Date.now
  t.intercept(Date, 'now', { value: () => now() + clockOffMs })
  const steady = { ms: 1000 }
  const owned = ownedPartitions(settledOffsets(settlingMs, () => steady.ms))
  owned.take({ partition: 0, owner: 'own', takeover: 1, offset: 0, logEnd: 0 })
  owned.moved(0, 'own', 5, steady.ms)
  steady.ms += takenMsAgo
  const appended: HibobEvent[] = []
  const done: ReadingDone[] = []
  const due = { tenantId: 'acme', employeeId: '7', partition: 0, throughOffset: 4, webhookOffset: 4, kind: 'webhook' }
  const reader = {
    owned,
    checkpoints: { load: async () => ({ owner: 'own' }) } as unknown as ImporterCheckpoints,
    pending: { readingsDone: async (all: ReadingDone[]) => void done.push(...all) } as unknown as PendingReads,
    needsOf: async () => ({ fields: [] }) as unknown as Needs,
    append: async <E extends HibobEvent>(_partition: number, events: readonly E[]) => {
      appended.push(...events)
      return { offset: 9, refused: [] }
    },
    mayBegin: () => true,
    signal: new AbortController().signal,
  }
  const client = { searchPeople: async () => ({ kind: 'ok', people: [person], missing: [], unclear: [], notes: [] }) }
  await readPeople(reader, client as unknown as HibobClient, 'acme', 0, [due as unknown as PendingRead])
  const { settled } = (appended[0] as HibobEvent<'hibob.employee.observed'>).data
  return { settled, isDueAgain: done[0]?.dueAgainAt !== null }
}

for (const clockOffMs of [0, hourMs, -hourMs, 400 * dayMs]) {
  t.test(`with a clock ${clockOffMs / hourMs} h off a webhook taken a second ago is not settled`, async t => {
    t.same(await readingAt(t, { clockOffMs, takenMsAgo: 1000 }), { settled: false, isDueAgain: true })
  })
  t.test(`with a clock ${clockOffMs / hourMs} h off a webhook taken a settling time ago is settled`, async t => {
    t.same(await readingAt(t, { clockOffMs, takenMsAgo: settlingMs }), { settled: true, isDueAgain: false })
  })
}
