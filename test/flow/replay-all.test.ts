// Every tenant is built anew, those of one partition in one pass over its log, in little memory.
import { partitionFor } from '@hibob-sync/kafka'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { observing } from '../support/observations.ts'
import { partitionCount, preparePipeline, runProjector } from '../support/pipeline.ts'

const sharesPartition = (name: string) => partitionFor(name, partitionCount) === partitionFor('acme', partitionCount)
const beside = Array.from({ length: 100 }, (_, index) => `beside-${index}`).find(sharesPartition) ?? ''
const people = 150
const prepared = await preparePipeline({ tenants: { acme: 0, [beside]: 0, other: 0, gone: 0 } })
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})
const { observeAll } = observing(prepared)
const env = { ...prepared.env, REPLAY_DOCUMENTS_MAX: '60', REPLAY_STORE_EVERY_MS: '100' }
const users = prepared.mongo.db.collection<{ _id: string }>('users')

for (const tenant of ['acme', beside, 'other', 'gone']) await observeAll(tenant, people, 'one', 'two')
await prepared.tenants.markRemoved('gone', 'test')
await prepared.append('tenant.removed', 'gone', { by: 'test' })
await projector.caughtUp()

await t.test(
  'every tenant that is not removed is built anew and switched, and each differs only where it was damaged',
  async t => {
    await users.updateOne({ _id: `${beside}/1/7` }, { $set: { 'user.email': 'damaged@example.com' } })
    const all = await hibobSyncJson<
      { tenant: string; generation: number; users: number; differences: { count: number } }[]
    >(env, 'replay', '--all', '--yes')
    t.same(all.map(({ tenant, differences }) => [tenant, differences.count]).sort(), [
      ['acme', 0],
      [beside, 1],
      ['other', 0],
    ])
    t.ok(all.every(({ generation, users: folded }) => generation === 2 && folded === people))
    await observeAll('acme', 10, 'three')
    await projector.caughtUp()
    for (const tenant of ['acme', beside, 'other', 'gone'])
      t.match(await hibobSyncJson(env, 'verify', tenant), { equal: true }, tenant)
  },
)

await t.test('what is refused of one tenant does not keep the others back, and is told', async t => {
  await users.deleteOne({ _id: 'acme/2/3' })
  const { code, stdout, stderr } = await hibobSync(env, 'replay', '--all', '--json')
  t.equal(code, 1)
  const all = JSON.parse(stdout) as { tenant: string; switched: boolean; error?: { code: string } }[]
  t.match(
    all.find(({ tenant }) => tenant === 'acme'),
    { switched: false, error: { code: 'not_confirmed' } },
  )
  t.same(
    all
      .filter(({ switched }) => switched)
      .map(({ tenant }) => tenant)
      .sort(),
    [beside, 'other'],
  )
  t.match(stderr, /acme: not_confirmed/)
  t.equal(await users.countDocuments({ tenantId: 'acme', generation: 3 }), 0)
})
