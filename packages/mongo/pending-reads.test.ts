import t from 'tap'
import { type PendingRead, pendingReads, type WebhookDemand } from './pending-reads.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const pending = pendingReads(mongo)
const settlingMs = 25
const partition = 3

const demand = (employeeId: string, throughOffset: number, takenAt: number): WebhookDemand => ({
  tenantId: 'acme',
  employeeId,
  throughOffset,
  eventId: `e${throughOffset}`,
  triggeredBy: null,
  takenAt,
})
const see = (...demands: WebhookDemand[]) => pending.webhooksSeen(partition, demands, settlingMs)
const fold = (employeeId: string, throughOffset: number, now: number) =>
  pending.dueNow(partition, [{ tenantId: 'acme', employeeId, throughOffset }], 'fold', now)
const done = (employeeId: string, throughOffset: number, dueAgainAt: number | null = null) =>
  pending.readingsDone([{ tenantId: 'acme', employeeId, throughOffset, dueAgainAt }])
const entry = (employeeId: string) =>
  mongo.db.collection<PendingRead>('pending_reads').findOne({ _id: `acme/${employeeId}` })

t.test('a webhook makes its person due after the settling time', async t => {
  await see(demand('one', 10, 1000))
  t.same(await entry('one'), {
    _id: 'acme/one',
    partition,
    tenantId: 'acme',
    employeeId: 'one',
    firstUnreadAt: 1000,
    newestWebhookAt: 1000,
    webhookOffset: 10,
    throughOffset: 10,
    dueAt: 1025,
    kind: 'webhook',
    eventId: 'e10',
    triggeredBy: null,
  })
})

t.test('further webhooks move the reading later, but never past three settling times after the first', async t => {
  for (const [at, dueAt] of [
    [1000, 1025],
    [1020, 1045],
    [1040, 1065],
    [1060, 1075],
    [1070, 1075],
  ] as const) {
    await see(demand('often', at, at))
    t.equal((await entry('often'))?.dueAt, dueAt)
  }
})

t.test('what was set for later by a clock that is ahead is due a settling time after the take-over', async t => {
  const aheadMs = 86_400_000
  await pending.webhooksSeen(90, [demand('ahead', 10, 1000 + aheadMs), demand('soon', 11, 1010)], settlingMs)
  await pending.dueWithin(90, 1020, settlingMs)
  t.match(await entry('ahead'), { dueAt: 1045, firstUnreadAt: 1020, throughOffset: 10 })
  t.match(await entry('soon'), { dueAt: 1035, firstUnreadAt: 1010 })
  await pending.webhooksSeen(90, [demand('ahead', 12, 1030)], settlingMs)
  t.match(await entry('ahead'), { dueAt: 1055, newestWebhookAt: 1030 }, 'and holds up no later webhook')
})

t.test('a stretch that is taken again changes nothing', async t => {
  await see(demand('again', 10, 1000), demand('again-2', 12, 1010))
  await see(demand('again', 15, 1020))
  await done('again-2', 12, 9999)
  const before = await Promise.all(['again', 'again-2'].map(entry))
  await see(demand('again', 10, 1000), demand('again-2', 12, 1010))
  await see(demand('again', 15, 1020))
  t.same(await Promise.all(['again', 'again-2'].map(entry)), before)
})

t.test('a settled reading removes the entry only while nothing newer has asked', async t => {
  await see(demand('raised', 10, 1000))
  await see(demand('raised', 11, 1030))
  await done('raised', 10)
  t.match(await entry('raised'), { throughOffset: 11, dueAt: 1055 })
  await done('raised', 11)
  t.equal(await entry('raised'), null)
})

t.test('a reading that began too soon after the newest webhook makes its person due when that has settled', async t => {
  await see(demand('early', 10, 1000))
  await fold('early', 9, 1001)
  t.equal((await entry('early'))?.dueAt, 1001)
  await done('early', 10, 1025)
  t.match(await entry('early'), { dueAt: 1025, throughOffset: 10 })
})

t.test('a person whose webhooks never end is read once in a settling time, not all the time', async t => {
  let readings = 0
  for (let now = 1000; now < 2000; now += 5) {
    await see(demand('restless', now, now))
    const found = await entry('restless')
    if (found === null || found.dueAt > now) continue
    readings++
    await done('restless', now, now + settlingMs)
  }
  t.ok(readings >= 1000 / (3 * settlingMs) - 1, `${readings} readings`)
  t.ok(readings <= 1000 / settlingMs, `${readings} readings`)
})

t.test('a fold makes people due at once, with the greater offset', async t => {
  await fold('folded', 50, 1000)
  t.match(await entry('folded'), { throughOffset: 50, dueAt: 1000, newestWebhookAt: null, kind: 'fold', eventId: null })
  await fold('folded', 40, 2000)
  t.match(await entry('folded'), { throughOffset: 50, dueAt: 1000 })
  await fold('folded', 60, 2000)
  await done('folded', 50)
  t.match(await entry('folded'), { throughOffset: 60 }, 'the reading that saw the former event does not settle it')
})

t.test('a webhook that is taken after a later fold made its person due still has its settling time', async t => {
  await fold('overtaken', 300, 1010)
  await see(demand('overtaken', 250, 1000))
  t.match(await entry('overtaken'), {
    throughOffset: 300,
    newestWebhookAt: 1000,
    firstUnreadAt: 1000,
    dueAt: 1025,
    kind: 'webhook',
    eventId: 'e250',
  })
})

t.test('ids are text, whatever they look like', async t => {
  await see(demand('$throughOffset', 10, 1000))
  t.equal((await entry('$throughOffset'))?.employeeId, '$throughOffset')
})

t.test('what is due comes oldest first, of the given partitions, without tenants passed over, bounded', async t => {
  const seen = (tenantId: string, employeeId: string, own: number, at: number) =>
    pending.webhooksSeen(own, [{ ...demand(employeeId, at, at), tenantId }], settlingMs)
  await seen('a', '2', 70, 2000)
  await seen('a', '1', 70, 1000)
  await seen('b', '1', 71, 1500)
  await seen('c', '1', 72, 1000)
  const due = async (until: number, limit: number, passedOver: string[] = []) =>
    (await pending.dueBy([70, 71], until, limit, passedOver)).map(({ _id }) => _id)
  t.same(await due(9999, 10), ['a/1', 'b/1', 'a/2'])
  t.same(await due(1600, 10), ['a/1', 'b/1'])
  t.same(await due(9999, 1), ['a/1'])
  t.same(await due(9999, 10, ['a']), ['b/1'])
})

t.test(
  'a removed tenant’s entries go as far as events up to its removal asked for them, and no other tenant’s',
  async t => {
    await pending.webhooksSeen(80, [{ ...demand('before', 10, 1), tenantId: 'gone' }], settlingMs)
    await pending.webhooksSeen(80, [{ ...demand('after', 30, 1), tenantId: 'gone' }], settlingMs)
    await pending.webhooksSeen(80, [{ ...demand('before', 10, 1), tenantId: 'stays' }], settlingMs)
    await pending.addDated(80, [{ tenantId: 'gone', employeeId: 'x', date: '2030-01-01', at: 5, throughOffset: 10 }])
    await pending.forgetTenant('gone', 20)
    t.same((await pending.dueBy([80], 9e9, 10)).map(({ _id }) => _id).sort(), ['gone/after', 'stays/before'])
    t.equal(await pending.wakeDated([80], 9e9), 0)
    t.equal(await pending.count('gone'), 1)
  },
)
