// Imports of a company that is changing all the time, its webhooks arriving meanwhile.
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { changesOf, equalsFold } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'

const tenant = 'busy'
const pipeline = await startPipeline({
  tenants: { [tenant]: 400 },
  settlingMs: 300,
  rateLimits: { 'people/search': 1000 },
})
t.teardown(() => pipeline.stop())
const company = pipeline.company(tenant)
const importAll = () => hibobSyncJson<{ state: string }>(pipeline.env, 'import', tenant, '--wait')

await t.test('webhooks and imports together end in what the company is, each user created once', async t => {
  company.announceEveryone()
  const drift = company.drift({ perSecond: 20 })
  for (const _ of ['first', 'second', 'third']) t.equal((await importAll()).state, 'completed')
  drift.stop()
  t.ok(drift.made > 20)
  await pipeline.caughtUp()
  const users = new Map(
    (await Array.fromAsync(pipeline.models.users(tenant, { all: true }))).map(user => [user.id, user]),
  )
  const shown = company.people.map(({ id }) => {
    const user = users.get(id)
    return [id, user?.first_name, user?.last_name, user?.email, user?.override_manager?.id ?? null]
  })
  t.same(
    shown,
    company.people.map(({ id, firstName, surname, email, reportsTo }) => [id, firstName, surname, email, reportsTo]),
  )
  const created = changesOf(await pipeline.userChangesOf(tenant)).filter(({ type }) => type === 'learnamp.user.created')
  t.equal(new Set(created.map(({ subject }) => subject)).size, created.length)
})

await t.test('the read models are the fold of the log, and the topic says what the fold says', async t => {
  await equalsFold(t, pipeline, tenant)
})
