// Too many leavers at once, on real engines: they are held, shown with who and why, and a person decides.
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { changesOf, equalsFold } from '../support/equality.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 } })
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})
const { env } = prepared
const people = 20
let request = 0

const observe = (person: number, status: string, more: object = {}) =>
  prepared.append('hibob.employee.observed', 'acme', {
    employeeId: String(100 + person),
    fields: { 'root.displayName': `Person ${person}`, 'internal.lifecycleStatus': status, ...more },
    labels: {},
    absent: [],
    digest: `${person} ${status}`,
    asOf: { offset: 1, takeover: 1, request: ++request },
    observedAt: '',
    cause: { kind: 'webhook', triggeredBy: 'hr-7' },
  })

interface Shown {
  hold: { id: string; users: number } | null
  people: { id: string; fields: object[]; cause: object; offset: number }[]
}
const holds = <T>(...args: string[]) => hibobSyncJson<T>(env, 'holds', ...args)
const statusOf = async (id: string) =>
  (await hibobSyncJson<{ status: string }[]>(env, 'users', 'acme', '--id', id, '--all'))[0]?.status

for (let person = 0; person < people; person++) await observe(person, 'Employed')
for (let person = 0; person < people; person++) await observe(person, 'Terminated')
await projector.caughtUp()

await t.test('leavers above ten an hour are held, and shown with what, since when, why and by whom', async t => {
  const { hold, people: held } = await holds<Shown>('show', 'acme')
  t.equal(hold?.users, people - 10)
  t.equal(held.length, people - 10)
  t.match(held[0], {
    id: '110',
    full_name: 'Person 10',
    hold_id: hold?.id,
    fields: [{ field: 'status', from: 'active', to: 'deactivated' }],
    cause: { type: 'hibob.employee.observed', by: 'hr-7' },
  })
  const shown = await hibobSync(env, 'holds', 'show', 'acme', '--user', '111')
  t.match(shown.stdout, /111.*status: active → deactivated.*HiBob showed 111, by hr-7/)
  t.notMatch(shown.stdout, /112/)
  const users = await hibobSyncJson<{ id: string }[]>(env, 'users', 'acme', '--held')
  t.same(
    users.map(({ id }) => id),
    held.map(({ id }) => id),
  )
})

await t.test('a decision is asked for, and refused for whoever is not held or another hold', async t => {
  const { hold } = await holds<Shown>('show', 'acme')
  const refusal = async (...args: string[]) => (await hibobSync(env, 'holds', ...args)).stderr
  t.match(await refusal('approve', 'acme'), /10 of 10 users.*not_confirmed|not_confirmed.*10 of 10 users/)
  t.match(await refusal('approve', 'acme', '--user', '100', '110', '--yes'), /not_held: .*100/)
  t.match(await refusal('reject', 'acme', '--hold', `${hold?.id}x`, '--yes'), /hold_changed/)
})

await t.test(
  'one is approved and told, another rejected and not raised again until HiBob says something new',
  async t => {
    t.match(await holds('approve', 'acme', '--user', '110', '--yes'), { verdict: 'approved', users: 1, still_held: 9 })
    t.equal(await statusOf('110'), 'deactivated')
    t.match(await holds('reject', 'acme', '--user', '111', '--reason', 'a slip', '--yes'), { users: 1, still_held: 8 })
    t.equal(await statusOf('111'), 'active')
    await observe(11, 'Terminated', { 'root.surname': 'Example' })
    await projector.caughtUp()
    t.match(await holds('show', 'acme'), { hold: { users: 8 } })
    const told = changesOf(await prepared.userChangesOf('acme')).filter(
      ({ type }) => type === 'learnamp.user.deactivated',
    )
    t.same(told.map(({ subject }) => subject).slice(10), ['110'])
  },
)

await t.test('the rest is approved whole, after which nothing is held', async t => {
  t.match(await holds('approve', 'acme', '--yes'), { users: 8, still_held: 0 })
  t.match(await holds('show', 'acme'), { hold: null, people: [] })
  t.match(await hibobSync(env, 'holds', 'approve', 'acme', '--yes'), { code: 1, stderr: /nothing_held/ })
  await equalsFold(t, prepared, 'acme')
})
