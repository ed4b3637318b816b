// "Import all", as it is pressed when something has gone wrong: everyone is read, the read models are built anew, services are told again.
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { changesOf, foldedDocuments, storedDocuments } from '../support/equality.ts'
import { preparePipeline, runImporter, runProjector } from '../support/pipeline.ts'

const tenant = 'acme'
const prepared = await preparePipeline({ tenants: { [tenant]: 40 }, settlingMs: 200 })
const company = prepared.company(tenant)
const projector = await runProjector(prepared)
const importer = await runImporter(prepared)
t.teardown(async () => {
  await importer.stop()
  await projector.stop()
  await prepared.close()
})
const users = prepared.mongo.db.collection<{ _id: string }>('users')
const caughtUp = async () => {
  await importer.caughtUp()
  await projector.caughtUp()
}

await t.test('what was damaged is right again, and everyone is told, under new ids', async t => {
  await hibobSyncJson(prepared.env, 'import', tenant, '--wait')
  await caughtUp()
  const [one, two, three] = company.people.map(({ id }) => id) as [string, string, string]
  await users.updateOne({ _id: `${tenant}/1/${one}` }, { $set: { 'user.first_name': 'Damaged' } })
  await users.deleteOne({ _id: `${tenant}/1/${two}` })
  company.update(three, { firstName: 'Changed unnoticed' })
  const before = (await prepared.userChangesOf(tenant)).length

  const refused = await hibobSync(prepared.env, 'import', tenant, '--rebuild', '--resend')
  t.equal(refused.code, 1)
  t.match(refused.stderr, /--yes/, 'differences are not switched to unasked')
  t.notMatch(refused.stderr, /told again/, 'nor is anything told')

  const done = await hibobSyncJson<{ state: string; rebuilt: { generation: number; differences: { count: number } } }>(
    prepared.env,
    ...['import', tenant, '--rebuild', '--resend', '--yes'],
  )
  t.match(done, { state: 'completed', rebuilt: { switched: true }, resend_id: String })
  t.ok(done.rebuilt.differences.count >= 2, `${done.rebuilt.differences.count} differences`)
  await caughtUp()

  const { generation } = done.rebuilt
  const shown = await Array.fromAsync(prepared.models.users(tenant))
  t.equal(shown.length, 40)
  t.equal(shown.find(({ id }) => id === three)?.first_name, 'Changed unnoticed')
  const stored = (await storedDocuments(prepared, tenant)).users.filter(user => user.generation === generation)
  const folded = (await foldedDocuments(prepared, tenant)).users
  t.same(
    stored.map(({ user }) => user),
    folded.map(({ user }) => user),
  )
  const told = changesOf((await prepared.userChangesOf(tenant)).slice(before))
  const resent = told.filter(({ type }) => type === 'learnamp.user.resent').map(({ subject }) => subject)
  t.same(resent.sort(), company.people.map(({ id }) => id).sort())
  t.equal(new Set(told.map(({ id }) => id)).size, told.length)
})
