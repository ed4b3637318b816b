// The log tells which versions of a tenant's settings applied, as the fold applies them.
import t from 'tap'
import { foldLog } from '../../../test/support/fold-log.ts'
import { decodeEvent, type Settings, type Source, settingsHistory, type TenantState } from '../index.ts'
import { type Given, logOf } from '../test-events.ts'

const change = (version: number, basedOn: number, by: string, settings: Settings = {}): Given => [
  'tenant.settings.changed',
  { settings, version, basedOn, by },
]

function told(test: Pick<typeof t, 'equal'>, ...given: Given[]) {
  const log = logOf(given)
  const sources = log.map(record => ({ record, event: decodeEvent(record).event }) as Source)
  const history = settingsHistory(sources)
  const { states } = foldLog(log)
  const inForce = (states.find(({ kind }) => kind === 'tenant') as TenantState | undefined)?.settings
  test.equal(history.find(({ standing }) => standing === 'in_force')?.event_id, inForce?.eventId, 'as the fold has it')
  return history.map(({ version, by, standing }) => `${version} ${by} ${standing}`)
}

t.test('of two changes made from one version the first applies, and the other is refused', async t => {
  t.same(told(t, change(1, 0, 'ada'), change(2, 1, 'bo'), change(2, 1, 'cy'), change(3, 2, 'cy')), [
    '1 ada former',
    '2 bo former',
    '2 cy refused',
    '3 cy in_force',
  ])
})

t.test('a version that was skipped, or made from what is not in force, is refused', async t => {
  t.same(told(t, change(2, 1, 'ada'), change(2, 0, 'bo'), change(1, 0, 'cy')), [
    '2 ada refused',
    '2 bo refused',
    '1 cy in_force',
  ])
})

t.test('nothing outlives a removal: the tenant begins with version 1 again', async t => {
  const removed: Given = ['tenant.removed', { by: 'x' }]
  t.same(told(t, change(1, 0, 'ada'), removed), ['1 ada former'])
  t.same(told(t, change(1, 0, 'ada'), removed, ['tenant.added', { by: 'x' }], change(2, 1, 'bo'), change(1, 0, 'cy')), [
    '1 ada former',
    '2 bo refused',
    '1 cy in_force',
  ])
})

t.test('a document that the fold cannot read was never in force, and the next one takes its version', async t => {
  t.same(told(t, change(1, 0, 'ada', { time_zone: 5 } as never), change(1, 0, 'bo')), [
    '1 ada refused',
    '1 bo in_force',
  ])
  const deep = JSON.parse(`{"time_zone": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`) as never
  const [record] = logOf([change(1, 0, 'ada')])
  const event = { ...decodeEvent(record as never).event, data: { settings: deep, version: 1, basedOn: 0, by: 'ada' } }
  t.match(settingsHistory([{ record, event } as never]), [{ standing: 'refused', settings: {} }])
})
