import { digestOf } from '@hibob-sync/hibob'
import t from 'tap'
import { observationEvents } from './observation-events.ts'

const asOf = { offset: 41, takeover: 2, request: 9 }
const stamp = { nextId: () => 'id', time: '2026-11-24T12:00:02.000Z' }
const beganAt = Date.parse('2026-11-24T12:00:00Z')
const cause = { kind: 'webhook', eventId: 'w1', triggeredBy: 'system' }
const asked = (employeeId: string, webhookOffset: number | null) => ({ employeeId, cause, webhookOffset })
const settledThrough = 40
const person = {
  id: '1',
  fields: { 'root.id': '1', 'root.email': null },
  labels: {},
  absent: ['internal.lifecycleStatus'],
}

t.test('Each person found is observed, with what was hidden listed and under the asOf of the request', async t => {
  const [event] = observationEvents(
    { tenantId: 'acme', asOf, settledThrough, beganAt, asked: [asked('1', 40)], found: [person] },
    stamp,
  )
  t.match(event, {
    type: 'hibob.employee.observed',
    subject: '1',
    tenantid: 'acme',
    data: {
      employeeId: '1',
      absent: ['internal.lifecycleStatus'],
      digest: digestOf(person),
      asOf,
      settled: true,
      observedAt: '2026-11-24T12:00:00.000Z',
      cause,
    },
  })
})

t.test(
  'A person named in the search and not in its answer is missing; someone not asked for is passed over',
  async t => {
    const stranger = { ...person, id: '3' }
    const events = observationEvents(
      {
        tenantId: 'acme',
        asOf,
        settledThrough,
        beganAt,
        asked: [asked('1', null), asked('2', null)],
        found: [stranger, person],
      },
      stamp,
    )
    t.same(
      events.map(({ type, subject }) => [type, subject]),
      [
        ['hibob.employee.observed', '1'],
        ['hibob.employee.missing', '2'],
      ],
    )
  },
)

t.test('A reading begun less than the settling time after the newest webhook was taken is not settled', async t => {
  const [event] = observationEvents(
    { tenantId: 'acme', asOf, settledThrough, beganAt, asked: [asked('1', 41)], found: [person] },
    stamp,
  )
  t.match(event?.data, { settled: false })
})
