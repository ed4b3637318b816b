// Protocol P3 against a plain model, under any order of webhooks, folds, readings and repeated stretches.
import fc from 'fast-check'
import t from 'tap'
import { type PendingRead, pendingReads, type WebhookDemand } from './pending-reads.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const pending = pendingReads(mongo)
const settlingMs = 100
const people = ['1', '2', '3']

interface Expected {
  throughOffset: number
  dueAt: number
  /** When the webhooks not yet read were taken, oldest first. */
  unread: number[]
}

type Act =
  | { kind: 'webhook'; who: string }
  | { kind: 'take'; twice: boolean }
  | { kind: 'fold'; who: string }
  | { kind: 'begin' }
  | { kind: 'finish' }
  | { kind: 'pass'; ms: number }

const who = fc.constantFrom(...people)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('webhook' as const), who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), twice: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fold' as const), who }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'begin' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'finish' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(150) }) },
)

let runs = 0

async function live(acts: readonly Act[]): Promise<void> {
  const partition = runs++
  const tenantId = `t${partition}`
  const log: { who: string; time: number }[] = []
  const expected = new Map<string, Expected>()
  const settledAt = new Map<string, { beganAt: number; position: number }>()
  let now = 1000
  let position = -1
  let reading: { beganAt: number; position: number; seen: PendingRead[] } | null = null

  async function take(twice: boolean): Promise<void> {
    const stretch = new Map<string, WebhookDemand>()
    for (let offset = position + 1; offset < log.length; offset++) {
      const { who: employeeId } = log[offset] as { who: string }
      const eventId = `e${offset}`
      stretch.set(employeeId, {
        tenantId,
        employeeId,
        throughOffset: offset,
        eventId,
        triggeredBy: null,
        takenAt: now,
      })
      const before = expected.get(employeeId) ?? { throughOffset: -1, dueAt: 0, unread: [] }
      const unread = [...before.unread, now]
      const dueAt = Math.min(now + settlingMs, (unread[0] ?? 0) + 3 * settlingMs)
      expected.set(employeeId, { throughOffset: Math.max(before.throughOffset, offset), dueAt, unread })
    }
    for (let times = twice ? 2 : 1; times > 0; times--)
      await pending.webhooksSeen(partition, [...stretch.values()], settlingMs)
    position = log.length - 1
  }

  async function fold(employeeId: string): Promise<void> {
    const throughOffset = Math.max(0, log.length - 1)
    await pending.dueNow(partition, [{ tenantId, employeeId, throughOffset }], 'fold', now)
    const before = expected.get(employeeId)
    expected.set(employeeId, {
      throughOffset: Math.max(before?.throughOffset ?? 0, throughOffset),
      dueAt: Math.min(before?.dueAt ?? now, now),
      unread: before?.unread ?? [],
    })
  }

  async function begin(): Promise<void> {
    if (reading !== null) return
    const seen = await pending.dueBy([partition], now, 100)
    const wanted = [...expected].filter(([, { dueAt }]) => dueAt <= now).map(([id]) => id)
    t.same(seen.map(({ employeeId }) => employeeId).sort(), wanted.sort())
    reading = { beganAt: now, position, seen: seen.filter(({ throughOffset }) => throughOffset <= position) }
  }

  async function finish(): Promise<void> {
    if (reading === null) return
    const { beganAt, seen } = reading
    await pending.readingsDone(
      seen.map(({ employeeId, throughOffset, newestWebhookAt }) => {
        const settled = newestWebhookAt === null || beganAt - newestWebhookAt >= settlingMs
        if (settled) settledAt.set(employeeId, { beganAt, position: reading?.position ?? -1 })
        const dueAgainAt = settled ? null : newestWebhookAt + settlingMs
        const before = expected.get(employeeId)
        if (before?.throughOffset === throughOffset) {
          if (dueAgainAt === null) expected.delete(employeeId)
          else expected.set(employeeId, { throughOffset, dueAt: dueAgainAt, unread: [newestWebhookAt as number] })
        }
        return { tenantId, employeeId, throughOffset, dueAgainAt }
      }),
    )
    reading = null
  }

  async function run(next: Act): Promise<void> {
    if (next.kind === 'webhook') log.push({ who: next.who, time: now })
    else if (next.kind === 'take') await take(next.twice)
    else if (next.kind === 'fold') await fold(next.who)
    else if (next.kind === 'begin') await begin()
    else if (next.kind === 'finish') await finish()
    else now += next.ms
  }

  for (const next of acts) {
    await run(next)
    const stored = await mongo.db.collection<PendingRead>('pending_reads').find({ partition }).toArray()
    const shown = stored.map(({ employeeId, throughOffset, dueAt }) => [employeeId, throughOffset, dueAt]).sort()
    if (!same(shown, [...expected].map(([id, { throughOffset, dueAt }]) => [id, throughOffset, dueAt]).sort()))
      throw new Error(
        `after ${JSON.stringify(next)}: ${JSON.stringify(shown)}, expected ${JSON.stringify([...expected])}`,
      )
  }

  await finish()
  await take(false)
  for (let round = 0; expected.size > 0 && round < 5; round++) {
    now += settlingMs
    await begin()
    await finish()
  }
  for (const id of people) {
    const newest = log.findLastIndex(webhook => webhook.who === id)
    if (newest < 0) continue
    const last = settledAt.get(id)
    if (last === undefined || last.position < newest || last.beganAt < (log[newest]?.time ?? 0) + settlingMs)
      throw new Error(`${id} was never read after its newest webhook had settled: ${JSON.stringify(last)}`)
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

t.test('entries are as the protocol says, and everybody is read after their newest webhook has settled', async () => {
  await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 40, size: 'max' }), live), { numRuns: 40 })
})
