// A tenant's read models are built anew beside the live ones and switched to, while the projector goes on.
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { firstPublished, foldedDocuments, storedDocuments } from '../support/equality.ts'
import { observing } from '../support/observations.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const people = 300
const prepared = await preparePipeline({ tenants: { acme: 0, other: 0 } })
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})
const { env, mongo } = prepared
const { observe, observeAll, traffic } = observing(prepared)
const users = mongo.db.collection<{ _id: string; generation: number; user: Record<string, unknown> }>('users')
const teams = mongo.db.collection<{ _id: string }>('teams')
const replays = mongo.db.collection<{ state: string; generation: number }>('replays')
const command = (...args: string[]) => hibobSync(env, ...args)
const generationOf = async () => (await prepared.tenants.get('acme'))?.generation ?? 0
const liveUser = async (id: string) =>
  (await users.findOne({ _id: `acme/${await generationOf()}/${id}` }))?.user as { full_name: string } | undefined

interface Replayed {
  switched: boolean
  generation: number
  events: number
  users: number
  differences: { count: number; items: { id: string; field: string | null; from: unknown; to: unknown }[] }
  resent: number
}

async function equalsLog(test: Pick<typeof t, 'match'>, tenant = 'acme'): Promise<void> {
  await projector.caughtUp()
  test.match(await hibobSyncJson(env, 'verify', tenant), { equal: true })
}

async function published() {
  const records = await prepared.userChangesOf('acme')
  return firstPublished(records).map(({ id, value }) => ({ id, value }))
}

await observeAll('acme', people, 'one', 'two', 'three')
await observeAll('other', 20, 'one')
await projector.caughtUp()

await t.test('without differences it just switches, on an idle system too, and tells services nothing', async t => {
  const before = await published()
  const replayed = await hibobSyncJson<Replayed>(env, 'replay', 'acme')
  t.match(replayed, { switched: true, generation: 2, events: people * 3 + 1, users: people, differences: { count: 0 } })
  t.equal(await generationOf(), 2)
  t.same(await published(), before)
  await equalsLog(t)
})

await t.test('the projector goes on in the new generation, and other tenants stay where they are', async t => {
  await observe('acme', 5, 'after the switch')
  await observe('other', 5, 'after the switch')
  await projector.caughtUp()
  t.equal((await liveUser('5'))?.full_name, 'Person 5 after the switch')
  t.equal((await prepared.tenants.get('other'))?.generation, 1)
  await equalsLog(t)
  await equalsLog(t, 'other')
})

await t.test('a dry run tells what differs, switches nothing, and leaves nothing behind', async t => {
  await users.updateOne({ _id: 'acme/2/7' }, { $set: { 'user.full_name': 'Damaged' } })
  const dry = await hibobSyncJson<Replayed>(env, 'replay', 'acme', '--dry-run')
  t.match(dry, { users: people, differences: { count: 1 } })
  t.match(dry.differences.items, [{ id: '7', field: 'full_name', from: 'Damaged', to: 'Person 7 three' }])
  t.equal(await generationOf(), 2)
  t.equal(await users.countDocuments({ tenantId: 'acme', generation: { $gt: 2 } }), 0)
  t.equal(await replays.countDocuments({ state: 'building' }), 0)
})

await t.test(
  'differences are shown before anything is switched: without --yes nothing is, and nothing stays',
  async t => {
    const asked = await command('replay', 'acme')
    t.match([asked.code, asked.stderr], [1, /1 difference.*not_confirmed.*--yes/s])
    t.equal(await generationOf(), 2)
    t.equal(await users.countDocuments({ tenantId: 'acme', generation: 3 }), 0)
  },
)

await t.test(
  'damaged, deleted and invented documents are repaired, and services are told of those users and teams on request',
  async t => {
    await users.deleteOne({ _id: 'acme/2/8' })
    await users.insertOne({ ...(await users.findOne({ _id: 'acme/2/9' })), _id: 'acme/2/invented' } as never)
    await teams.updateOne({ _id: 'acme/2/7' }, { $set: { 'team.name': 'Damaged' } })
    const replayed = await hibobSyncJson<Replayed>(env, 'replay', 'acme', '--yes', '--resend-differences')
    t.match(replayed, { switched: true, differences: { count: 4 }, resent: 2, resent_teams: 1 })
    t.equal((await liveUser('7'))?.full_name, 'Person 7 three')
    t.ok(await liveUser('8'))
    t.notOk(await liveUser('invented'))
    await equalsLog(t)
    const resent = (await published()).filter(({ value }) => value?.includes('learnamp.user.resent'))
    t.same(resent.map(({ value }) => JSON.parse(value ?? '').subject).sort(), ['7', '8'])
    const teamChanges = (await prepared.teamChangesOf('acme')).map(({ value }) => JSON.parse(value ?? ''))
    t.match(teamChanges.at(-1), { type: 'learnamp.team.resent', subject: '7', data: { team: { name: 'R&D' } } })
  },
)

await t.test(
  'under 200 events a second nothing is lost or doubled, order is kept, and the lag goes back to zero',
  async t => {
    const stop = traffic(['acme', 'other'], people, 200)
    const replayed = await hibobSyncJson<Replayed>(env, 'replay', 'acme', '--yes')
    const appended = await stop()
    t.match(replayed, { switched: true, differences: { count: 0 } })
    t.ok(appended > 200, `${appended} events`)
    await projector.caughtUp()
    const folded = await foldedDocuments(prepared, 'acme')
    const expected = folded.changes.filter(({ topic }) => topic === 'users').map(({ id, value }) => ({ id, value }))
    t.same(await published(), expected)
    const stored = (await storedDocuments(prepared, 'acme')).users.filter(
      ({ generation }) => generation === replayed.generation,
    )
    t.same(
      stored.map(({ user }) => user),
      folded.users.map(({ user }) => user),
    )
    await equalsLog(t)
    await equalsLog(t, 'other')
  },
)

await t.test(
  'a rollback goes back to the former generation, brought up to date, and can itself be rolled back',
  async t => {
    const before = await generationOf()
    await observe('acme', 11, 'before the rollback')
    await observe('acme', 12, 'there')
    await projector.caughtUp()
    const back = await hibobSyncJson<Replayed>(env, 'replay', 'rollback', 'acme', '--yes')
    t.ok(back.generation < before)
    t.equal(await generationOf(), back.generation)
    await observe('acme', 11, 'after the rollback')
    await observe('acme', 12, 'and back')
    await projector.caughtUp()
    t.equal((await liveUser('11'))?.full_name, 'Person 11 after the rollback')
    await equalsLog(t)
    const forth = await hibobSyncJson<Replayed>(env, 'replay', 'rollback', 'acme', '--yes')
    t.equal(forth.generation, before)
    // what the projector remembers of this generation is of before it was left
    await observe('acme', 12, 'there')
    await projector.caughtUp()
    t.equal((await liveUser('12'))?.full_name, 'Person 12 there')
    await equalsLog(t)
  },
)

await t.test(
  'a second replay is refused while the first lives, and shows it; cancel ends the first and removes what it built',
  async t => {
    const checkpoint = mongo.db.collection<{ _id: string }>('checkpoints')
    const _id = `projector/${prepared.partitionOf('acme')}`
    const { position } = (await checkpoint.findOne({ _id })) as unknown as { position: { step: number } }
    // a projector in the middle of slices keeps the first waiting
    await checkpoint.updateOne({ _id }, { $set: { 'position.step': position.step + 1 } })
    const first = command('replay', 'acme', '--yes')
    await until(async () => (await replays.findOne({ state: 'building' })) !== null)
    const second = await command('replay', 'acme', '--yes')
    t.match([second.code, second.stderr], [1, /replay_running: a replay of acme is under way, begun by/])
    t.match(await hibobSyncJson(env, 'status'), { replays: [{ tenant: 'acme', purpose: 'replay', state: 'building' }] })
    const building = await replays.findOne({ state: 'building' })
    t.match(await hibobSyncJson(env, 'replay', 'cancel', 'acme'), { tenant: 'acme', cancelled: true })
    await checkpoint.updateOne({ _id }, { $set: { 'position.step': position.step } })
    const ended = await first
    t.match([ended.code, ended.stderr], [1, /replay_lost/])
    t.equal(await users.countDocuments({ tenantId: 'acme', generation: building?.generation ?? 0 }), 0)
    const nothing = await command('replay', 'cancel', 'acme')
    t.match([nothing.code, nothing.stderr], [1, /nothing_to_cancel/])
    await equalsLog(t)
  },
)

await t.test('the tenant as it was at a time is printed as the listings print it', async t => {
  const events = await prepared.eventsOf('acme')
  const at = events[people] as { offset: number; time: number }
  const then = await hibobSyncJson<{ users: { id: string }[]; teams: unknown[]; managers: unknown[]; offset: number }>(
    env,
    'replay',
    'acme',
    '--to',
    new Date((events.at(-1)?.time ?? 0) + 1).toISOString(),
  )
  t.same(then.users, await Array.fromAsync(prepared.models.users('acme')))
  t.same(then.teams, await Array.fromAsync(prepared.models.teams('acme')))
  t.same(then.managers, await Array.fromAsync(prepared.models.managers('acme')))
  const before = await hibobSyncJson<{ users: unknown[]; offset: number }>(
    env,
    'replay',
    'acme',
    '--to',
    new Date(at.time).toISOString(),
  )
  t.ok(before.offset <= at.offset)
  t.ok(before.users.length <= people)
})

await t.test('old generations go after a day, the live one and the one to go back to stay until then', async t => {
  const { removeOldGenerations } = await import('@hibob-sync/mongo')
  const live = await generationOf()
  await removeOldGenerations(mongo, new Date())
  t.ok((await users.countDocuments({ tenantId: 'acme', generation: { $ne: live } })) > 0)
  await removeOldGenerations(mongo, new Date(Date.now() + 25 * 3_600_000))
  t.equal(await users.countDocuments({ tenantId: 'acme', generation: { $ne: live } }), 0)
  t.equal(await users.countDocuments({ tenantId: 'acme', generation: live }), people)
  const nothing = await command('replay', 'rollback', 'acme', '--yes')
  t.match([nothing.code, nothing.stderr], [1, /nothing_to_roll_back/])
})
