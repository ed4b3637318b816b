// The brake on disasters, all the way: too many people leave a company at once, and what HiBob says of each stays a claim until a person
// has decided on it. Everything else of these people goes on.
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { equalsFold } from '../support/equality.ts'
import { explained } from '../support/explained.ts'
import { startPipeline } from '../support/pipeline.ts'
import { tenantLife } from '../support/settings-and-days.ts'
import { toldOf } from '../support/told.ts'

const pipeline = await startPipeline({ tenants: { acme: 0 }, settlingMs: 150, rateLimits: { 'people/search': 10_000 } })
t.teardown(() => pipeline.stop())
const { env, caughtUp, models } = pipeline
const company = pipeline.company('acme')
const { user: userOf, document, setTo } = tenantLife(pipeline, 'acme')
const told = (id: string) => toldOf(pipeline, 'acme', id)
const held = async () => (await Array.fromAsync(models.users('acme', { held: true }))).map(({ id }) => id)
const holds = (...args: string[]) => hibobSyncJson(env, 'holds', ...args)

await setTo({ brake: { at_least: 3, percent: 0 } })
const people = Array.from({ length: 6 }, () => company.hire().id)
await caughtUp()
for (const id of people) company.terminate(id)
await caughtUp()
const [first = '', second = '', third = ''] = await held()

await t.test('three an hour leave, the others are held: told of all but that, and explained', async t => {
  const users = await Promise.all(people.map(userOf))
  t.equal(users.filter(user => user?.status === 'deactivated').length, 3)
  t.equal((await held()).length, 3)
  t.match(await userOf(first), { status: 'active', leave_date: company.today })
  t.same(await told(first), ['created', 'updated leave_date'])
  t.same((await document(first))?.standing?.held?.claims, { status: 'deactivated' })
  company.update(first, { firstName: 'Still' })
  await caughtUp()
  t.match(await userOf(first), { status: 'active', first_name: 'Still' })
  t.equal((await told(first)).at(-1), 'updated first_name full_name')
  const { steps } = await explained(pipeline, 'acme', first)
  t.match(steps.find(({ step }) => step === 'held')?.text, /^status held back under hold acme-\d+, because of: /)
})

await t.test('one is approved, one rejected and not raised again until HiBob says something new', async t => {
  t.match(await holds('reject', 'acme', '--user', first, '--yes'), { users: 1, still_held: 2 })
  t.match(await holds('approve', 'acme', '--user', second, '--yes'), { users: 1, still_held: 1 })
  t.equal((await told(second)).at(-1), 'deactivated status')
  company.update(first, { surname: 'Same' })
  await caughtUp()
  t.equal((await userOf(first))?.status, 'active')
  t.same(await held(), [third], 'the same claim')
  company.deleteRow(first, 'lifecycle')
  company.update(first, { firstName: 'Back' })
  await caughtUp()
  t.same((await document(first))?.standing?.held?.claims, { leave_date: null }, 'an emptied value is held, too')
  company.terminate(first)
  await caughtUp()
  t.same((await document(first))?.standing?.held?.claims, { status: 'deactivated' }, 'a new claim')
  t.same(await held(), [first, third].sort())
})

await t.test('the rest is approved whole, and the read models are the fold of the log', async t => {
  t.match(await holds('approve', 'acme', '--yes'), { users: 2, still_held: 0 })
  t.same(await held(), [])
  for (const id of people) t.equal((await userOf(id))?.status, 'deactivated')
  await equalsFold(t, pipeline, 'acme')
  t.equal(await pipeline.parked.count(), 0)
})
