// A tenant as it was at some time, kept under a name: beside the live read models, whatever becomes of these.
import { removeOldGenerations } from '@hibob-sync/mongo'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { startCommand } from '../support/command-process.ts'
import { observing } from '../support/observations.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const people = 120
const dayMs = 24 * 3_600_000
const prepared = await preparePipeline({ tenants: { acme: 0 } })
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})
const { env, mongo } = prepared
const { observe, observeAll } = observing(prepared)
const users = mongo.db.collection<{ _id: string; tenantId: string; generation: number }>('users')
const replays = mongo.db.collection<{ purpose: string; state: string; generation: number; position: number | null }>(
  'replays',
)
const kept = () => replays.find({ state: 'kept' }).toArray()
const listings = async (options: { snapshot?: string } = {}) => ({
  users: await Array.fromAsync(prepared.models.users('acme', options)),
  teams: await Array.fromAsync(prepared.models.teams('acme', options)),
  managers: await Array.fromAsync(prepared.models.managers('acme', options)),
})
const keep = (name: string, at: string, ...options: string[]) =>
  hibobSync(env, 'replay', 'acme', '--to', at, '--snapshot', name, ...options)

/** A time at which everything that is in the log now is recorded, and nothing that comes. */
async function now(): Promise<string> {
  return new Date(((await prepared.eventsOf('acme')).at(-1)?.time ?? 0) + 1).toISOString()
}

await observeAll('acme', people, 'one')
await projector.caughtUp()
const then = await now()
const wasThen = await listings()
await observeAll('acme', people + 5, 'two')
await projector.caughtUp()

await t.test('a tenant is kept as it was then, and its listings are what they were then', async t => {
  const made = await hibobSyncJson(env, 'replay', 'acme', '--to', then, '--snapshot', 'early')
  t.match(made, { tenant: 'acme', name: 'early', as_of: then, users: people, teams: 1, managers: 1, parked: 0 })
  t.same(await listings({ snapshot: 'early' }), wasThen)
  const printed = (name: string) => hibobSyncJson(env, name, 'acme', '--snapshot', 'early')
  const [users, teams, managers] = await Promise.all(['users', 'teams', 'managers'].map(printed))
  t.same({ users, teams, managers }, wasThen)
  t.match(await hibobSyncJson(env, 'users', 'acme', '--snapshot', 'early', '--id', '7'), [
    { full_name: 'Person 7 one' },
  ])
  t.match(await hibobSyncJson(env, 'users', 'acme', '--id', '7'), [{ full_name: 'Person 7 two' }])
  t.match(await hibobSyncJson(env, 'snapshots', 'list', 'acme'), [{ name: 'early', as_of: then, users: people }])
  t.match((await hibobSync(env, 'snapshots', 'list', 'acme')).stdout, /early/)
  t.match((await hibobSync(env, 'users', 'acme', '--snapshot', 'early')).stdout, /Person 7 one/)
})

await t.test('replays, a rollback and the end of old generations leave it, and its generation is its own', async t => {
  const first = await hibobSyncJson<{ generation: number }>(env, 'replay', 'acme')
  const second = await hibobSyncJson<{ generation: number }>(env, 'replay', 'acme')
  await hibobSyncJson(env, 'replay', 'rollback', 'acme', '--yes')
  const [snapshot] = await kept()
  const generations = [1, first.generation, second.generation, snapshot?.generation]
  t.equal(new Set(generations).size, 4, generations.join())
  await observe('acme', 7, 'three')
  await projector.caughtUp()
  for (const days of [0, 2, 400]) await removeOldGenerations(mongo, new Date(Date.now() + days * dayMs))
  t.same(await listings({ snapshot: 'early' }), wasThen)
  t.match(await hibobSyncJson(env, 'users', 'acme', '--id', '7'), [{ full_name: 'Person 7 three' }])
  t.match(await hibobSyncJson(env, 'verify', 'acme'), { equal: true })
})

await t.test('a name that is taken is refused, and --replace gives it to the new one', async t => {
  const again = await keep('early', await now())
  t.match([again.code, again.stderr], [1, /snapshot_exists.*--replace/])
  t.same(await listings({ snapshot: 'early' }), wasThen)
  t.equal((await keep('early', await now(), '--replace')).code, 0)
  t.same(await listings({ snapshot: 'early' }), await listings())
  t.equal((await kept()).length, 1)
  t.equal((await users.distinct('generation', { tenantId: 'acme' })).length, 2, 'the former one is gone')
})

await t.test('of two runs for one name at the same time one keeps it, and the other leaves nothing', async t => {
  const at = await now()
  const codes = (await Promise.all([keep('twice', at), keep('twice', at)])).map(({ code }) => code)
  t.same(codes.sort(), [0, 1])
  t.equal((await kept()).length, 2)
  t.equal((await users.distinct('generation', { tenantId: 'acme' })).length, 3)
})

await t.test('a run that is killed keeps nothing under the name; the same command makes it', async t => {
  const args = ['replay', 'acme', '--to', await now(), '--snapshot', 'killed']
  const building = { purpose: 'snapshot', state: 'building' }
  let left: { generation: number } | null = null
  while (left === null) {
    const killed = startCommand({ ...env, REPLAY_DOCUMENTS_MAX: '10' }, ...args, '--replace')
    await until(async () => ((await replays.findOne(building))?.position ?? null) !== null, 2)
    killed.kill('SIGKILL')
    await killed.ended
    left = await replays.findOne(building)
    // it may have been through just before
    if (left === null) await hibobSyncJson(env, 'snapshots', 'remove', 'acme', 'killed', '--yes')
  }
  t.ok((await users.countDocuments({ tenantId: 'acme', generation: left.generation })) > 0)
  const unknown = await hibobSync(env, 'users', 'acme', '--snapshot', 'killed')
  t.match([unknown.code, unknown.stderr], [1, /snapshot_unknown/])
  t.equal((await hibobSync(env, ...args)).code, 0)
  t.same(await listings({ snapshot: 'killed' }), await listings())
  await removeOldGenerations(mongo, new Date(Date.now() + 2 * dayMs))
  t.equal(await users.countDocuments({ tenantId: 'acme', generation: left.generation }), 0)
  t.same(await listings({ snapshot: 'killed' }), await listings())
})

await t.test('a run that is stopped leaves nothing', async t => {
  const generations = await users.distinct('generation', { tenantId: 'acme' })
  const args = ['replay', 'acme', '--to', await now(), '--snapshot', 'stopped']
  const stopped = startCommand({ ...env, REPLAY_DOCUMENTS_MAX: '10' }, ...args)
  await until(async () => (await replays.findOne({ purpose: 'snapshot', state: 'building' })) !== null, 2)
  stopped.kill('SIGINT')
  t.match(await stopped.ended, { code: 1, stderr: /interrupted/ })
  t.same(await users.distinct('generation', { tenantId: 'acme' }), generations)
})

await t.test('a snapshot is removed when that is confirmed, and is unknown then', async t => {
  const [generation] = (await replays.find({ 'snapshot.name': 'killed', state: 'kept' }).toArray()).map(
    found => found.generation,
  )
  const asked = await hibobSync(env, 'snapshots', 'remove', 'acme', 'killed')
  t.match([asked.code, asked.stderr], [1, /not_confirmed/])
  t.match(await hibobSyncJson(env, 'snapshots', 'remove', 'acme', 'killed', '--yes'), { removed: true })
  t.equal(await users.countDocuments({ tenantId: 'acme', generation: generation ?? 0 }), 0)
  for (const args of [
    ['users', 'acme', '--snapshot', 'killed'],
    ['snapshots', 'remove', 'acme', 'killed', '--yes'],
  ])
    t.match(await hibobSync(env, ...args), { code: 1, stderr: /snapshot_unknown.*snapshots list acme/ })
})

await t.test('a listing of a snapshot that is removed meanwhile does not end as if it were whole', async t => {
  t.equal((await keep('going', await now())).code, 0)
  const listing = prepared.models.users('acme', { snapshot: 'going' })
  t.ok((await listing.next()).value)
  await hibobSyncJson(env, 'snapshots', 'remove', 'acme', 'going', '--yes')
  await t.rejects(Array.fromAsync(listing), { code: 'snapshot_unknown' })
})

await t.test('what cannot be a snapshot is refused before anything is folded', async t => {
  const toCome = new Date(Date.now() + dayMs).toISOString()
  const refusals: [RegExp, ...string[]][] = [
    [/usage: --snapshot goes with --to/, 'replay', 'acme', '--snapshot', 'x'],
    [/usage: --replace goes with --snapshot/, 'replay', 'acme', '--to', then, '--replace'],
    [/snapshot_name_invalid/, 'replay', 'acme', '--to', then, '--snapshot', 'no/name'],
    [/time_invalid/, 'replay', 'acme', '--to', toCome, '--snapshot', 'x'],
    [/tenant_unknown/, 'replay', 'nowhere', '--to', then, '--snapshot', 'x'],
    [/tenant_unknown/, 'users', 'nowhere', '--snapshot', 'x'],
    [/tenant_unknown/, 'snapshots', 'list', 'nowhere'],
  ]
  const ended = await Promise.all(refusals.map(([, ...args]) => hibobSync(env, ...args)))
  for (const [index, { code, stderr }] of ended.entries())
    t.match([code, stderr], [1, refusals[index]?.[0]], String(refusals[index]?.slice(1).join(' ')))
  t.equal(await replays.countDocuments({ purpose: 'snapshot', state: 'building' }), 0)
})

await t.test('the removal of a tenant takes its snapshots away, and it gets no new one', async t => {
  t.not((await kept()).length, 0)
  const at = await now()
  t.equal((await hibobSync(env, 'tenants', 'remove', 'acme', '--yes')).code, 0)
  await projector.caughtUp()
  t.same(await hibobSyncJson(env, 'snapshots', 'list', 'acme'), [])
  t.match(await hibobSync(env, 'users', 'acme', '--snapshot', 'early'), { code: 1, stderr: /snapshot_unknown/ })
  t.match(await keep('late', at), { code: 1, stderr: /tenant_removed/ })
  await removeOldGenerations(mongo, new Date())
  t.equal(await users.countDocuments({ tenantId: 'acme' }), 0)
})
