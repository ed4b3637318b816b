// A replay whose process or whose projector dies or stands still, at whatever moment, ends right; what was given up writes nothing.
import { logEnds } from '@hibob-sync/kafka'
import { type ReplayDocument, replays as replayStore } from '@hibob-sync/mongo'
import { codeVersionOf } from '@hibob-sync/runtime'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { startCommand } from '../support/command-process.ts'
import { observing } from '../support/observations.ts'
import { preparePipeline } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const people = 400
const rounds = 30
const prepared = await preparePipeline({ tenants: { acme: 0 } })
const { mongo, client } = prepared
const env = { ...prepared.env, REPLAY_STORE_EVERY_MS: '100' }
const { observe, observeAll } = observing(prepared)
const users = mongo.db.collection<{ _id: string; generation: number }>('users')
interface Replay {
  _id: string
  state: string
  generation: number
  position: number | null
  level: number | null
  open?: true
}
const replays = mongo.db.collection<Replay>('replays')
const openReplay = () => replays.findOne({ open: true })
const generationOf = async () => (await prepared.tenants.get('acme'))?.generation ?? 0

let projector = await startService('projector', prepared)
t.teardown(async () => {
  projector.kill('SIGTERM')
  await projector.exited
  await prepared.close()
})

async function projectorLevel(): Promise<void> {
  const partition = prepared.partitionOf('acme')
  const end = (await logEnds(client, prepared.topics.events)).get(partition)?.high ?? 0
  await until(async () => ((await prepared.checkpoints.load(partition))?.position.offset ?? 0) >= end)
}

/** Resolves when something more is in the log. */
async function offered(): Promise<void> {
  const end = async () => (await logEnds(client, prepared.topics.events)).get(prepared.partitionOf('acme'))?.high ?? 0
  const before = await end()
  await until(async () => (await end()) > before, 5)
}

async function equalsLog(test: Pick<typeof t, 'match' | 'equal'>): Promise<void> {
  await projectorLevel()
  test.match(await hibobSyncJson(env, 'verify', 'acme'), { equal: true, users: people })
}

await observeAll('acme', people, ...Array.from({ length: rounds }, (_, round) => `round ${round}`))
await projectorLevel()

await t.test(
  'a replay that is killed again and again goes on from what it has stored, and switches at last',
  async t => {
    let former: Replay | null = null
    for (const after of ['begun', 'stored', 'stored more'] as const) {
      const replay = startCommand(env, 'replay', 'acme', '--yes')
      await until(async () => {
        const now = await openReplay()
        if (after === 'begun') return now !== null
        return (now?.position ?? -1) > (former?.position ?? -1) || now === null
      }, 5)
      replay.kill('SIGKILL')
      await replay.ended
      const found = await openReplay()
      if (former !== null) t.equal(found?._id, former._id, 'the same replay is carried on')
      former = found
    }
    t.ok((former?.position ?? -1) > 0)
    t.match(await hibobSyncJson(env, 'replay', 'acme', '--yes'), { switched: true, generation: former?.generation })
    t.equal(await generationOf(), former?.generation)
    await equalsLog(t)
  },
)

await t.test('the projector is killed at the switch: its successor switches, once', async t => {
  const before = await generationOf()
  const replay = startCommand(env, 'replay', 'acme', '--yes', '--json')
  await until(async () => {
    const newest = await replays.findOne({ generation: { $gt: before } })
    return newest?.state === 'level' || newest?.state === 'switched'
  }, 2)
  projector.kill('SIGKILL')
  await projector.exited
  projector = await startService('projector', prepared)
  const { code, stdout } = await replay.ended
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { switched: true, generation: before + 1 })
  await observe('acme', 3, 'after the switch')
  await equalsLog(t)
})

await t.test('a switch that comes while there is no projector is made by the next one', async t => {
  const before = await generationOf()
  projector.kill('SIGSTOP')
  const replay = startCommand(env, 'replay', 'acme', '--yes', '--json')
  await until(async () => (await replays.findOne({ generation: { $gt: before } }))?.state === 'level')
  replay.kill('SIGKILL')
  await replay.ended
  t.equal(await generationOf(), before)
  projector.kill('SIGKILL')
  await projector.exited
  projector = await startService('projector', prepared)
  await until(async () => (await generationOf()) === before + 1)
  await equalsLog(t)
})

await t.test('a replay that was killed at its offer is passed over, and the next run offers again', async t => {
  const before = await generationOf()
  const replay = startCommand(env, 'replay', 'acme', '--yes')
  await offered()
  replay.kill('SIGKILL')
  await replay.ended
  await observe('acme', 6, 'after it was killed')
  // the projector waits ten seconds at most for a replay that says nothing
  await projectorLevel()
  // it may have called itself level just before it was killed: then the projector has switched, and the next run begins anew
  const isSwitched = (await replays.findOne({ generation: before + 1 }))?.state === 'switched'
  t.equal(await generationOf(), isSwitched ? before + 1 : before)
  const generation = isSwitched ? before + 2 : before + 1
  t.match(await hibobSyncJson(env, 'replay', 'acme', '--yes'), { switched: true, generation })
  t.equal(await generationOf(), generation)
  await equalsLog(t)
})

await t.test(
  'an offer of a replay that says nothing keeps its partition for ten seconds, and is not taken later',
  async t => {
    const before = await generationOf()
    const codeVersion = await codeVersionOf(import.meta.resolve('@hibob-sync/domain'))
    const silent = await replayStore(mongo).begin({ tenantId: 'acme', purpose: 'replay', codeVersion, by: 'test' })
    const { _id: replayId, generation } = silent as ReplayDocument
    const { offset } = await prepared.append('tenant.replay.ready', 'acme', { replayId, generation, codeVersion })
    const began = performance.now()
    await observe('acme', 5, 'after the offer')
    await projectorLevel()
    const seconds = (performance.now() - began) / 1000
    t.ok(seconds > 8 && seconds < 20, `${seconds} s`)
    t.match(await replays.findOne({ generation }), { state: 'building', missedThrough: offset })
    t.equal(await generationOf(), before)
    t.match(await hibobSyncJson(env, 'replay', 'acme', '--yes'), { switched: true, generation })
    await equalsLog(t)
  },
)

await t.test('a replay that stood still at its offer is passed over, and offers again when it goes on', async t => {
  const before = await generationOf()
  const replay = startCommand(env, 'replay', 'acme', '--yes', '--json')
  await offered()
  replay.kill('SIGSTOP')
  await observe('acme', 4, 'while it stood still')
  await projectorLevel()
  // it may have called itself level just before it was stopped
  const isSwitched = (await replays.findOne({ generation: before + 1 }))?.state === 'switched'
  t.equal(await generationOf(), isSwitched ? before + 1 : before)
  replay.kill('SIGCONT')
  const { code, stdout } = await replay.ended
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { switched: true, generation: before + 1 })
  await equalsLog(t)
})

await t.test('a replay that stood still past a cancel can write nothing', async t => {
  const before = await generationOf()
  const replay = startCommand(env, 'replay', 'acme', '--yes')
  await until(async () => ((await openReplay())?.position ?? null) !== null, 5)
  replay.kill('SIGSTOP')
  const { generation } = (await openReplay()) as Replay
  t.equal((await hibobSync(env, 'replay', 'cancel', 'acme')).code, 0)
  t.equal(await users.countDocuments({ tenantId: 'acme', generation }), 0)
  replay.kill('SIGCONT')
  const { code, stderr } = await replay.ended
  t.match([code, stderr], [1, /replay_lost/])
  t.equal(await users.countDocuments({ tenantId: 'acme', generation }), 0)
  t.equal(await generationOf(), before)
  await equalsLog(t)
})
