// Users who are flagged, and managers whom services cannot take as such, are listed; a circle of managers is shown and never followed.
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 } })
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})
const { env, append } = prepared
let request = 0

const observe = (employeeId: string, manager: string | null, more: object = {}) =>
  append('hibob.employee.observed', 'acme', {
    employeeId,
    fields: {
      'root.displayName': `Person ${employeeId}`,
      'internal.lifecycleStatus': 'Employed',
      ...(manager === null ? {} : { 'work.reportsTo': manager }),
      ...more,
    },
    labels: {},
    absent: [],
    digest: employeeId,
    asOf: { offset: 1, takeover: 1, request: ++request },
    observedAt: '',
    cause: { kind: 'test' },
  })

await observe('1', '2')
await observe('2', '3')
await observe('3', '1')
await observe('4', 'nobody')
await observe('5', '6')
await observe('6', null, { 'internal.lifecycleStatus': 'Terminated' })
await observe('7', '8')
await observe('8', '9', { 'root.email': 'contractor@example.com' })
await observe('9', null)
const include = { not: { field: 'root.email', equals: 'contractor@example.com' } }
const settings = { scope: { include, otherwise: 'flag' } }
await append('tenant.settings.changed', 'acme', { settings, version: 1, basedOn: 0, by: 'test' })
await projector.caughtUp()

t.test(
  'managers who are unknown, inactive, outside the scope or in a circle are listed with what is wrong',
  async t => {
    t.same(await hibobSyncJson(env, 'managers', 'acme', '--problems'), [
      ...['1', '2', '3'].map(id => ({
        id,
        full_name: `Person ${id}`,
        problems: ['cycle'],
        direct_reports: 1,
        cycle: ['1', '2', '3'],
      })),
      { id: '6', full_name: 'Person 6', problems: ['inactive'], direct_reports: 1, cycle: null },
      { id: '8', full_name: 'Person 8', problems: ['outside_scope'], direct_reports: 1, cycle: null },
      { id: 'nobody', full_name: null, problems: ['unknown'], direct_reports: 1, cycle: null },
    ])
    const { stdout } = await hibobSync(env, 'managers', 'acme', '--problems')
    t.match(stdout, /cycle 1 → 2 → 3 → 1/)
  },
)

t.test('users who are flagged are listed with their flags, and none are held', async t => {
  t.match(await hibobSyncJson(env, 'users', 'acme', '--flagged'), [{ id: '8', flags: ['outside_scope'] }])
  t.match((await hibobSync(env, 'users', 'acme', '--flagged')).stdout, /Person 8.*outside_scope/)
  t.same(await hibobSyncJson(env, 'users', 'acme', '--held'), [])
})
