import type { EventData, HibobEvent, LogRecord } from '@hibob-sync/domain'
import fc from 'fast-check'
import t from 'tap'
import { type KnownEvent, whatIsAsked } from './due-people.ts'

const settlingMs = 1000
const day = Date.parse('2026-11-24T12:00:00Z')
const taking = { settlingMs, takenAt: 5000, now: day }

function at<T extends HibobEvent['type']>(offset: number, type: T, data: EventData<T>, tenantid = 'acme'): KnownEvent {
  const record: LogRecord = { partition: 0, offset, time: day + offset, key: tenantid, value: '' }
  const event = {
    specversion: '1.0',
    id: `event-${offset}`,
    source: '/test',
    type,
    time: new Date(record.time).toISOString(),
    tenantid,
    dataversion: 1,
    data,
  } as HibobEvent
  return { record, event }
}

function webhook(offset: number, employeeId: string | null, more: Partial<EventData<'hibob.webhook.received'>> = {}) {
  return at(offset, 'hibob.webhook.received', {
    webhookType: 'employee.updated',
    companyId: '1',
    employeeId,
    changedFields: [],
    triggeredAt: null,
    triggeredBy: `actor-${offset}`,
    format: 'v2',
    body: '{}',
    secretId: 's',
    companyMismatch: false,
    ...more,
  })
}

t.test('Any number of webhooks about a person make that person due once, by the newest', async t => {
  const { people } = whatIsAsked([webhook(4, '7'), webhook(5, '8'), webhook(9, '7')], taking)
  t.same(people, [
    {
      tenantId: 'acme',
      employeeId: '7',
      throughOffset: 9,
      eventId: 'event-9',
      triggeredBy: 'actor-9',
      takenAt: 5000,
    },
    {
      tenantId: 'acme',
      employeeId: '8',
      throughOffset: 5,
      eventId: 'event-5',
      triggeredBy: 'actor-5',
      takenAt: 5000,
    },
  ])
})

t.test('A webhook of whatever kind or version asks for a reading when it names a person', async t => {
  for (const more of [
    { webhookType: 'timeoff.request.approved' },
    { webhookType: 'employee.somethingNew', format: 'unknown' },
    { webhookType: null, format: 'v1' },
  ] as const)
    t.match(whatIsAsked([webhook(1, '7', more)], taking).people, [{ employeeId: '7' }])
})

t.test('A webhook of another company, about nobody, or an event that cannot be read makes nobody due', async t => {
  const unreadable = { record: webhook(3, '1').record, event: null }
  const asked = whatIsAsked([webhook(1, '7', { companyMismatch: true }), webhook(2, null), unreadable], taking)
  t.same(asked, { people: [], dated: [], added: [], imports: [], removed: [] })
})

t.test('A table row that takes effect later asks for readings around its date, and for one now', async t => {
  const body = JSON.stringify({ data: { employeeId: '7', tableId: 'work', effectiveDate: '2026-12-01' } })
  const asked = whatIsAsked([webhook(1, '7', { webhookType: 'table.entry.created', body })], taking)
  t.equal(asked.people.length, 1)
  t.equal(asked.dated.length, 5)
  t.equal(new Set(asked.dated.map(({ date }) => date)).size, 5)
  t.same(asked.dated[0], {
    tenantId: 'acme',
    employeeId: '7',
    date: '2026-11-30T10:00:00.000Z',
    at: Date.parse('2026-11-30T10:00:00Z') + settlingMs,
    throughOffset: 1,
  })
  const past = JSON.stringify({ data: { employeeId: '7', tableId: 'work', effectiveDate: '2026-11-01' } })
  t.same(whatIsAsked([webhook(1, '7', { webhookType: 'table.entry.updated', body: past })], taking).dated, [])
})

t.test('A broker that is ahead takes no reading away: of two clocks the one that is behind counts', async t => {
  const body = JSON.stringify({ data: { employeeId: '7', tableId: 'work', effectiveDate: '2026-11-26' } })
  const row = webhook(1, '7', { webhookType: 'table.entry.created', body })
  const ahead = { ...row, record: { ...row.record, time: day + 30 * 86_400_000 } }
  t.equal(whatIsAsked([ahead], taking).dated.length, 5)
  t.equal(whatIsAsked([row], { ...taking, now: day + 3_600_000 }).dated.length, 5, 'nor does an importer')
})

t.test('A removed tenant is forgotten up to its removal; added anew, its lists are to be read', async t => {
  const removed = at(2, 'tenant.removed', { by: 'op' })
  const added = at(3, 'tenant.added', { by: 'op' })
  const asked = whatIsAsked([webhook(1, '7'), removed, added, webhook(4, '8')], taking)
  t.same(asked.removed, [{ tenantId: 'acme', throughOffset: 2 }])
  t.same(asked.added, ['acme'])
  t.same(
    asked.people.map(({ employeeId }) => employeeId),
    ['8'],
  )
  t.same(whatIsAsked([removed, webhook(4, '8')], taking).people, [], 'late webhooks of a removed tenant')
  t.same(whatIsAsked([added, at(5, 'tenant.removed', { by: 'op' })], taking).added, [])
})

t.test('Imports are asked for in the log’s order; a tenant’s removal takes back those before it', async t => {
  const asks = (offset: number, tenant: string) =>
    at(offset, 'hibob.import.requested', { importId: `i${offset}`, reason: 'operator', by: 'op' }, tenant)
  const events = [asks(1, 'acme'), asks(2, 'other'), at(3, 'tenant.removed', { by: 'op' }), asks(4, 'acme')]
  t.same(whatIsAsked(events, taking).imports, [
    { importId: 'i2', tenantId: 'other', reason: 'operator', by: 'op', offset: 2, time: day + 2 },
    { importId: 'i4', tenantId: 'acme', reason: 'operator', by: 'op', offset: 4, time: day + 4 },
  ])
})

t.test('However a stretch of the log is cut, the same people are due by the same newest webhooks', async t => {
  const stretch = fc.array(fc.constantFrom('1', '2', '3'), { maxLength: 30 })
  const holds = () =>
    fc.assert(
      fc.property(stretch, fc.nat(30), (ids, cut) => {
        const events = ids.map((id, offset) => webhook(offset, id))
        const newest = (parts: KnownEvent[][]) => {
          const found = new Map<string, number>()
          for (const part of parts)
            for (const { employeeId, throughOffset } of whatIsAsked(part, taking).people)
              found.set(employeeId, Math.max(throughOffset, found.get(employeeId) ?? 0))
          return JSON.stringify([...found].sort())
        }
        return newest([events]) === newest([events.slice(0, cut), events.slice(cut)])
      }),
    )
  t.doesNotThrow(holds)
})
