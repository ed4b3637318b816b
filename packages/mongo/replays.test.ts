// Who may build a tenant's next generation, and what the projector does at an offer (protocol P7).
import t from 'tap'
import { generationStore } from './generation-store.ts'
import { removeGenerationOf, removeOldGenerations } from './old-generations.ts'
import { parkedEvents } from './parked-events.ts'
import type { ReplayDocument } from './replay-document.ts'
import { replaySwitch } from './replay-switch.ts'
import { replays } from './replays.ts'
import { testDatabase } from './test-database.ts'
import { runTransaction } from './transaction.ts'

const mongo = await testDatabase()
const replaying = replays(mongo)
const switching = replaySwitch(mongo)
const tenants = mongo.db.collection<{ _id: string; generation: number }>('tenants')
const teams = mongo.db.collection<{ _id: string }>('teams')

async function begun(tenantId: string): Promise<ReplayDocument> {
  await tenants.updateOne({ _id: tenantId }, { $setOnInsert: { generation: 1 } }, { upsert: true })
  const replay = await replaying.begin({ tenantId, purpose: 'replay', codeVersion: 'v1', by: 'test' })
  if (replay === null) throw new Error('refused')
  return replay
}

const storeOf = ({ _id: id, run }: ReplayDocument) => generationStore(mongo, { id, run })
const fenceOf = ({ _id: id, run }: ReplayDocument) => ({ id, run })

function teamOf({ tenantId, generation }: ReplayDocument, id: string) {
  const _id = `${tenantId}/${generation}/${id}`
  const document = { _id, tenantId, generation, team: { id, name: id }, list: 'department', item: id, touched: 1 }
  return { name: 'teams' as const, id: _id, document }
}

async function settle(replay: ReplayDocument, offset: number, codeVersion = 'v1'): Promise<void> {
  const { _id: replayId, tenantId } = replay
  const generation = (await tenants.findOne({ _id: tenantId }))?.generation ?? 1
  await runTransaction(mongo, session =>
    switching.settle({ replayId, tenantId, generation, offset, codeVersion }, session),
  )
}

const generationOf = async (tenantId: string) => (await tenants.findOne({ _id: tenantId }))?.generation

async function level(replay: ReplayDocument, offset: number): Promise<boolean> {
  await storeOf(replay).flush([], offset)
  return replaying.setLevel(fenceOf(replay), offset)
}

t.test('a tenant has one open replay, and no generation has the number of another', async t => {
  const first = await begun('one')
  t.equal(first.generation, 2)
  t.equal(await replaying.begin({ tenantId: 'one', purpose: 'replay', codeVersion: 'v1', by: 'test' }), null)
  const scratch = await replaying.begin({ tenantId: 'one', purpose: 'scratch', codeVersion: 'v1', by: 'test' })
  t.equal(scratch?.generation, 3)
  await replaying.cancel('one')
  t.equal((await begun('one')).generation, 4)
})

t.test('a run that was taken over, or whose replay was cancelled, can write nothing', async t => {
  const first = await begun('fenced')
  await storeOf(first).flush([teamOf(first, '1')], 5)
  const second = (await replaying.takeOver((await replaying.get(first._id)) as ReplayDocument, 'v1')) as ReplayDocument
  t.equal(second.position, 5)
  await t.rejects(storeOf(first).flush([teamOf(first, '2')], 6), { code: 'replay_lost' })
  await storeOf(second).flush([teamOf(second, '3')], 7)
  t.equal(await replaying.beat(fenceOf(first), null), false)
  const cancelled = (await replaying.cancel('fenced')) as ReplayDocument
  await removeGenerationOf(mongo, cancelled)
  await t.rejects(storeOf(second).flush([teamOf(second, '4')], 8), { code: 'replay_lost' })
  t.equal(await teams.countDocuments({ _id: /^fenced\// }), 0)
})

t.test('what other code has folded is begun anew', async t => {
  const first = await begun('code')
  await storeOf(first).flush([teamOf(first, '1')], 5)
  const second = (await replaying.takeOver((await replaying.get(first._id)) as ReplayDocument, 'v2')) as ReplayDocument
  t.not(second.flushing, null)
  await storeOf(second).empty('code', second.generation)
  t.match(await replaying.get(first._id), { flushing: null, position: null, codeVersion: 'v2' })
  t.equal(await teams.countDocuments({ _id: /^code\// }), 0)
})

t.test(
  'a replay that is level at the offer is switched to, once, and the former generation can be gone back to',
  async t => {
    const replay = await begun('switch')
    t.equal(await level(replay, 9), true)
    await settle(replay, 8)
    t.equal(await generationOf('switch'), 1, 'it is level elsewhere')
    await settle(replay, 9)
    t.equal(await generationOf('switch'), 2)
    t.match(await replaying.lastSwitchOf('switch'), { state: 'switched', replaced: { generation: 1, through: 8 } })
    await settle(replay, 9)
    t.equal(await generationOf('switch'), 2)
    await t.rejects(storeOf(replay).flush([], 10), { code: 'replay_lost' })
  },
)

t.test('an offer that was passed over, or of other code, is not switched to later', async t => {
  const late = await begun('late')
  await settle(late, 9)
  t.equal(await level(late, 9), false)
  t.equal(await level(late, 12), true)
  await settle(late, 12, 'v2')
  t.match(await replaying.get(late._id), { state: 'building', missedThrough: 12 })
  t.equal(await generationOf('late'), 1)
  t.equal(await level(late, 13), true)
  await replaying.cancel('late')
  await settle(late, 13)
  t.equal(await generationOf('late'), 1)
})

t.test('a run that stands still in a transaction holds up neither the projector nor a cancel', async t => {
  const replay = await begun('still')
  const session = mongo.client.startSession()
  await replaying.register(fenceOf(replay), session)
  const [entered, goneOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const still = replaying.fenced(
    fenceOf(replay),
    { position: 5 },
    async () => {
      entered.resolve()
      await goneOn.promise
    },
    session,
  )
  await entered.promise
  const began = performance.now()
  const offer = { replayId: replay._id, tenantId: 'still', generation: 1, offset: 9, codeVersion: 'v1' }
  await switching.stopWaiting(offer)
  await settle(replay, 9)
  t.match(await replaying.get(replay._id), { missedThrough: 9, position: null })
  await replaying.cancel('still')
  t.ok(performance.now() - began < 5000)
  goneOn.resolve()
  await t.rejects(still, { code: 'replay_lost' })
  await session.endSession()
})

t.test('what is parked changes with the generation that readers see, and goes with its generation', async t => {
  const parking = parkedEvents(mongo)
  const parked = (generation: number, offset: number) => ({
    partition: 0,
    offset,
    document: null,
    tenantId: 'notes',
    generation,
    eventId: null,
    type: null,
    employeeId: null,
    code: 'fold_failed',
    message: '',
  })
  const shown = async () => (await parking.list('notes')).map(({ id }) => id)
  const begin = await begun('notes')
  await parking.park([parked(1, 3), parked(1, 4)])
  await storeOf(begin).flush([], 5, [parked(2, 4), parked(2, 5)])
  t.same(await shown(), ['0-3', '0-4'], 'not before the switch')
  t.equal(await level(begin, 9), true)
  await settle(begin, 9)
  t.same(await shown(), ['0-4', '0-5'])

  const cancelled = await begun('notes')
  await storeOf(cancelled).flush([], 5, [parked(cancelled.generation, 6)])
  await storeOf(cancelled).empty('notes', cancelled.generation)
  t.equal(await notesOf(cancelled.generation), 0, 'a build that is begun anew notes anew')
  await storeOf(cancelled).flush([], 5, [parked(cancelled.generation, 6)])
  await removeGenerationOf(mongo, (await replaying.cancel('notes')) as ReplayDocument)
  t.equal(await notesOf(cancelled.generation), 0)

  const now = Date.now
  t.intercept(Date, 'now', { value: () => now() + 48 * 3_600_000 })
  await removeOldGenerations(mongo)
  t.equal(await notesOf(1), 2, 'kept for a rollback, though this process’s clock is two days ahead')
  await removeOldGenerations(mongo, new Date(Date.now() + 48 * 3_600_000))
  t.equal(await notesOf(1), 0)
  t.same(await shown(), ['0-4', '0-5'])
})

const notesOf = (generation: number) =>
  mongo.db.collection('parked_events').countDocuments({ tenantId: 'notes', generation })
